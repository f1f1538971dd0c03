"""An offer of several products together at a price of its own; nothing where one is out of stock or had already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.bought import table
from chains.messages.blocks.field import BlockField, Input, words_field
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, NotePart, Shown
from chains.messages.blocks.offered import OfferRow, offered, padded, price_words
from chains.messages.page import Page, escaped_words, if_filled
from chains.messages.paragraphs import lay_out
from chains.messages.written import Block
from crm.languages import content as words_of
from crm.languages import spoken
from crm.recommendations.recommendations import Offers, Recommendation, recommend

FEWEST, MOST = 2, 6
LARGEST_PRICE = Decimal(10) ** 10


def _letter(block: Block, page: Page) -> LetterPart:
    rows, title = _rows(block, page), block.content["title"]
    words = lay_out(block.content["words"], page.links)
    heading = (
        f'<div style="font-size:18px;font-weight:600;margin:8px 0 6px">{escaped_words(title)}</div>' if title else ""
    )
    terms = f'<div style="font-size:20px;font-weight:700;margin:8px 0 0">{_together(block, page)}</div>' + if_filled(
        f"{block.shown}.apart", f'<div class="faint" style="color:#5d6862">{_saved(block, page)}</div>'
    )
    html = heading + words.html + table("".join(row.html for row in rows)) + terms
    return LetterPart(
        f"<mj-text>{page.hide(html)}</mj-text>", _told(block, page, words.text, [row.text for row in rows])
    )


def _note(block: Block, page: Page) -> NotePart:
    rows, words = _rows(block, page), lay_out(block.content["words"], page.links)
    return NotePart(
        words=_told(block, page, words.text, [row.text for row in rows]),
        marked=_told(block, page, words.marked, [row.marked for row in rows], escaped_words(block.content["title"])),
    )


def _told(block: Block, page: Page, words: str, rows: list[str], title: str = "") -> str:
    saved = if_filled(f"{block.shown}.apart", f"\n{_saved(block, page)}")
    lines = [title or block.content["title"], words, "\n".join(rows), _together(block, page) + saved]
    return "\n".join(line for line in lines if line)


def _rows(block: Block, page: Page) -> list[OfferRow]:
    return [OfferRow(block, place, page) for place in range(len(block.content["products"]))]


def _together(block: Block, page: Page) -> str:
    with translation.override(page.language):
        return gettext("Together: %(price)s") % {"price": f"{{{{ {block.shown}.price }}}}"}


def _saved(block: Block, page: Page) -> str:
    with translation.override(page.language):
        return gettext("Apart %(apart)s, you save %(saved)s") % {
            "apart": f"{{{{ {block.shown}.apart }}}}",
            "saved": f"{{{{ {block.shown}.saved }}}}",
        }


def _problems(content: Content) -> Iterator[tuple[str, str]]:
    if len(set(content["products"])) < max(FEWEST, len(content["products"])):
        yield "products", gettext("A bundle is of two different products at least.")
    if _price(content) is None:
        yield "price", gettext("Write the price as a number, as 89.90.")


def _price(content: Content) -> Decimal | None:
    try:
        price = Decimal(content["price"].strip().replace(",", "."))
    except InvalidOperation:
        return None
    return price if price.is_finite() and 0 < price < LARGEST_PRICE else None


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    named = {product for one in asked for product in one.content["products"]}
    offers = recommend({one.customer_id for one in asked}, now, named)
    shown = {}
    for one in asked:
        known = offers.get(one.customer_id, Offers()).named
        if found := _whole(one.content["products"], known):
            rows = [offered(product, "", one.language) for product in found]
            shown[one.touch_id, one.key] = {"products": padded(rows, len(found)), **_sums(one, found)}
    return shown


def _whole(products: Sequence[int], known: Mapping[int, Recommendation]) -> list[Recommendation]:
    """All of them, or none where the customer may not be shown one."""
    found = [known[product] for product in products if product in known]
    return found if len(found) == len(products) else []


def _sums(one: AskedBlock, found: list[Recommendation]) -> dict[str, str]:
    """Nothing is said to be saved where a price is not known, or the bundle costs no less."""
    price, prices = _price(one.content) or Decimal(0), [product.price for product in found]
    apart = sum((known for known in prices if known is not None), Decimal(0))
    is_cheaper = None not in prices and apart > price
    return {
        "price": price_words(price, one.language),
        "apart": price_words(apart, one.language) if is_cheaper else "",
        "saved": price_words(apart - price, one.language) if is_cheaper else "",
    }


def _sample(content: Content, language: str) -> Shown:
    """As many made-up products as it has."""
    made_up: list[dict[str, str]] = words_of(spoken(language), "sample_blocks")["products"]
    count, price = len(content["products"]), _price(content) or Decimal(0)
    rows = [{**made_up[place % len(made_up)], "reason": ""} for place in range(count)]
    apart, saved = price * Decimal("1.15"), price * Decimal("0.15")
    sums = {"price": price, "apart": apart, "saved": saved}
    told = {name: price_words(amount.quantize(Decimal("0.01")), language) for name, amount in sums.items()}
    return {"products": rows, **told}


BUNDLE = BlockKind(
    value="bundle",
    label=_("Bundle"),
    icon="deployed_code",
    help=_("Several products at one price. Left out where one is out of stock, or the customer has it."),
    fields=(
        BlockField(name="title", label=_("Heading"), input=Input.LINE, most=150),
        words_field("words", _("Words above")),
        BlockField(name="products", label=_("Products"), input=Input.PRODUCTS, is_needed=True, most=MOST),
        BlockField(
            name="price",
            label=_("Price of all together"),
            input=Input.LINE,
            is_needed=True,
            most=20,
            help=_("In the shop's currency. What they cost apart and what is saved is counted by itself."),
        ),
    ),
    letter=_letter,
    note=_note,
    problems=_problems,
    read=_read,
    sample=_sample,
)
