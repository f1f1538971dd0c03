"""What to offer the customer next: what Encore finds, each with its reason, or products of the shop's choice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.bought import table
from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, NotePart, Shown
from chains.messages.blocks.offered import OfferRow, offered, padded
from chains.messages.page import Page, escaped_words
from chains.messages.written import Block
from crm.languages import content as words_of
from crm.languages import spoken
from crm.recommendations.recommendations import Offers, Recommendation, recommend
from crm.recommendations.wording import reason

MOST = 4
MOST_NAMED = 12
RELATED_NEXT, CHOSEN = "related_next", "chosen"
HIDE, SKIP_MESSAGE = "hide", "skip_message"


def _letter(block: Block, page: Page) -> LetterPart:
    rows = _rows(block, page)
    title = block.content["title"]
    heading = f'<div style="font-size:18px;font-weight:600;margin:8px 0 6px">{escaped_words(title)}</div>'
    html = (heading if title else "") + table("".join(row.html for row in rows))
    text = "\n".join([*([title] if title else []), *(row.text for row in rows)])
    return LetterPart(f"<mj-text>{page.hide(html)}</mj-text>", text)


def _note(block: Block, page: Page) -> NotePart:
    rows = _rows(block, page)
    title = block.content["title"]
    return NotePart(
        words="\n".join([*([title] if title else []), *(row.text for row in rows)]),
        marked="\n\n".join([*([escaped_words(title)] if title else []), "".join(row.marked for row in rows)]),
    )


def _rows(block: Block, page: Page) -> list[OfferRow]:
    return [OfferRow(block, place, page) for place in range(block.content["count"])]


def _problems(content: Content) -> Iterator[tuple[str, str]]:
    if content["source"] == CHOSEN and not content["products"]:
        yield "products", gettext("Choose the products, or let Encore find them.")
    if content["minimum"] > content["count"]:
        yield "minimum", gettext("It cannot need more products than it shows.")


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    named = {product for one in asked if one.content["source"] == CHOSEN for product in one.content["products"]}
    offers = recommend({one.customer_id for one in asked}, now, named)
    shown = {}
    for one in asked:
        found = _of_block(one.content, offers.get(one.customer_id, Offers()))
        if len(found) >= one.content["minimum"]:
            shown[one.touch_id, one.key] = _shown(found, one)
    return shown


def _of_block(content: Content, offers: Offers) -> list[Recommendation]:
    if content["source"] == CHOSEN:
        found = [offers.named[product] for product in content["products"] if product in offers.named]
    else:
        found = [one for one in offers.found if one.product_id not in content["exclude"]]
    return found[: content["count"]]


def _shown(found: list[Recommendation], one: AskedBlock) -> Shown:
    with translation.override(one.language):
        rows = [offered(offer, reason(offer), one.language) for offer in found]
    return {"products": padded(rows, one.content["count"])}


def _sample(content: Content, language: str) -> Shown:
    rows: list[dict[str, str]] = words_of(spoken(language), "sample_blocks")["products"]
    plain = content["source"] == CHOSEN
    return {"products": padded([{**row, **({"reason": ""} if plain else {})} for row in rows], content["count"])}


RECOMMENDATIONS = BlockKind(
    value="recommendations",
    label=_("Recommendations"),
    icon="recommend",
    help=_("What to offer next, in stock and not had by the customer, each with its reason."),
    fields=(
        BlockField(name="title", label=_("Heading"), input=Input.LINE, most=150),
        BlockField(
            name="source",
            label=_("Which products"),
            input=Input.CHOICE,
            choices=(
                (RELATED_NEXT, _("what goes with theirs, then what is bought next")),
                (CHOSEN, _("those named here")),
            ),
        ),
        BlockField(
            name="products",
            label=_("Products, in this order"),
            input=Input.PRODUCTS,
            most=MOST_NAMED,
            help=_("Each customer sees the first that they do not have and that are in stock."),
        ),
        BlockField(
            name="exclude",
            label=_("Never these"),
            input=Input.PRODUCTS,
            most=100,
            help=_("For all messages, take “may be recommended” from a product or a category."),
        ),
        BlockField(name="count", label=_("At most"), input=Input.NUMBER, initial=3, least=1, most=MOST),
        BlockField(name="minimum", label=_("At least"), input=Input.NUMBER, initial=1, least=1, most=MOST),
        BlockField(
            name="if_none",
            label=_("If there are fewer"),
            input=Input.CHOICE,
            choices=((HIDE, _("leave the block out")), (SKIP_MESSAGE, _("do not send the message"))),
        ),
    ),
    letter=_letter,
    note=_note,
    problems=_problems,
    read=_read,
    sample=_sample,
)
