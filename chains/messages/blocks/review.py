"""What another customer wrote about what was bought: a published review, with its photo where it has one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, Shown
from chains.messages.page import Page, escaped_words, if_filled
from chains.messages.written import Block
from crm.languages import content as words_of
from crm.languages import spoken
from crm.review_feeds.addresses import photo_address
from crm.service.reviews.authors import author
from crm.service.reviews.quoting import LONGEST, BoughtGoods, QuotedReview, main_goods, reviews_of


def _letter(block: Block, page: Page) -> LetterPart:
    title, shown = block.content["title"], block.shown
    heading = f'<div style="font-weight:600;margin:0 0 6px">{escaped_words(title)}</div>' if title else ""
    author = if_filled(f"{shown}.author", f"— {{{{ {shown}.author }}}}")
    quoted = _quoted(f"{{{{ {shown}.text }}}}", page.language)
    photo = if_filled(
        f"{shown}.photo",
        '<td width="96" style="padding:4px 0 4px 16px;vertical-align:top">'
        f'<img src="{{{{ {shown}.photo }}}}" width="96" alt="" style="display:block;width:96px;border-radius:8px">'
        "</td>",
    )
    html = (
        f'{heading}<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'<td style="padding:4px 0 4px 16px;border-left:4px solid {page.color}"><em>{quoted}</em>'
        f'<div class="faint" style="font-size:14px;color:#5d6862">{{{{ {shown}.stars }}}} {author}</div>'
        f'<div class="faint" style="font-size:14px;color:#5d6862">{{{{ {shown}.product }}}}</div></td>'
        f"{photo}</tr></table>"
    )
    lines = [title, quoted, author, f"{{{{ {shown}.product }}}}"]
    return LetterPart(f"<mj-text>{page.hide(html)}</mj-text>", "\n".join(line for line in lines if line))


def _quoted(words: str, language: str) -> str:
    with translation.override(language):
        return gettext("“%(words)s”") % {"words": words}


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    goods = main_goods({(one.customer_id, one.order_id) for one in asked}, now)
    found = reviews_of({one.product_id for one in goods.values()}, now)
    shown = {}
    for one in asked:
        bought = goods.get((one.customer_id, one.order_id))
        if bought and (review := _fitting(found.get(bought.product_id, []), one)):
            shown[one.touch_id, one.key] = _shown(review, bought)
    return shown


def _fitting(found: Sequence[QuotedReview], one: AskedBlock) -> QuotedReview | None:
    """The best of somebody else who writes in the letter's language."""
    fit = (
        review
        for review in found
        if review.customer_id != one.customer_id and spoken(review.language) == spoken(one.language)
    )
    return next(fit, None)


def _shown(review: QuotedReview, bought: BoughtGoods) -> Shown:
    return {
        "text": Truncator(" ".join(review.text.split())).chars(LONGEST),
        "author": author(review.shown_as, review.first_name, review.last_name),
        "stars": "★" * review.stars,
        "product": bought.name,
        "photo": photo_address(review.photo, is_small=True) if review.photo else "",
    }


def _sample(content: Content, language: str) -> Shown:
    return {**words_of(spoken(language), "sample_blocks")["review"], "stars": "★★★★★", "photo": ""}


REVIEW = BlockKind(
    value="review",
    label=_("Review"),
    icon="format_quote",
    help=_("A published review of what was bought, by another customer. Left out where there is none."),
    fields=(BlockField(name="title", label=_("Heading"), input=Input.LINE, most=150),),
    letter=_letter,
    read=_read,
    sample=_sample,
)
