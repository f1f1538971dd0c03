"""How a message asks a question: each answer is one press, and leads to a page that shows it chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import LetterPart, NotePart
from chains.messages.page import Page, escaped_words
from chains.models import Touch

Choice = tuple[str, str]
"""The value in an address, and what stands on the button; Liquid may stand in both."""
MOST_IN_WORDS = 7

IF_ASKED = BlockField(
    name="if_asked",
    label=_("If they were asked something not long ago"),
    input=Input.CHOICE,
    choices=(
        (Touch.Asks.OR_NOT_SENT.value, _("the message is not sent")),
        (Touch.Asks.OR_WITHOUT.value, _("the message goes without the question")),
        (Touch.Asks.ANYWAY.value, _("they are asked all the same")),
    ),
    help=_("How long that is, the settings page says. The same holds while a complaint of theirs is open."),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """`low` and `high` say what the ends of a scale mean."""

    key: str
    words: str
    choices: Sequence[Choice]
    is_scale: bool
    low: str = ""
    high: str = ""

    @property
    def ends(self) -> str:
        ends = ((self.choices[0][0], self.low), (self.choices[-1][0], self.high)) if self.is_scale else ()
        return ", ".join(f"{value} – {words}" for value, words in ends if words)

    def address(self, value: str = "") -> str:
        """Not among the letter's links: the page counts by itself who came."""
        page = f"{{{{ question_url }}}}{self.key}/"
        return f"{page}?answer={value}" if value else page


def letter_part(asking: Asking, page: Page) -> LetterPart:
    question = f'<div style="font-weight:600;margin:8px 0 10px">{escaped_words(asking.words)}</div>'
    html = question + (_scale(asking, page) if asking.is_scale else _answers(asking, page))
    return LetterPart(f"<mj-text>{page.hide(html)}</mj-text>", _told(asking, page.language))


def _answers(asking: Asking, page: Page) -> str:
    style = (
        f"display:block;margin:0 0 8px;padding:11px 16px;border:1px solid {page.color};border-radius:8px;"
        f"text-decoration:none;color:{page.color}"
    )
    return _anchors(asking, style)


def _scale(asking: Asking, page: Page) -> str:
    # Eleven stand in one row of a wide letter, five in one of a phone.
    width = 36 if len(asking.choices) > MOST_IN_WORDS else 42
    style = (
        f"display:inline-block;width:{width}px;line-height:44px;margin:0 4px 6px 0;border:1px solid {page.color};"
        f"border-radius:8px;text-align:center;font-weight:600;text-decoration:none;color:{page.color}"
    )
    ends = asking.ends
    small = f'<div class="faint" style="font-size:14px;color:#5d6862">{escaped_words(ends)}</div>' if ends else ""
    return _anchors(asking, style) + small


def _anchors(asking: Asking, style: str) -> str:
    return "\n".join(
        f'<a href="{asking.address(value)}" class="square" style="{style}">{escaped_words(words)}</a>'
        for value, words in asking.choices
    )


def _told(asking: Asking, language: str) -> str:
    """From 0 to 10 would be eleven addresses: one leads to all of them."""
    if len(asking.choices) > MOST_IN_WORDS and asking.is_scale:
        with translation.override(language):
            lines = [gettext("Answer: %(link)s") % {"link": asking.address()}]
    else:
        lines = [f"{words}: {asking.address(value)}" for value, words in asking.choices]
    return "\n".join([asking.words, *lines, *([asking.ends] if asking.ends else [])])


def note_part(asking: Asking, page: Page) -> NotePart:
    links = [f'<a href="{asking.address(value)}">{escaped_words(words)}</a>' for value, words in asking.choices]
    between = "  " if asking.is_scale else "\n"
    ends = [escaped_words(asking.ends)] if asking.ends else []
    marked = [escaped_words(asking.words), between.join(links), *ends]
    with translation.override(page.language):
        label = gettext("Answer")
    return NotePart(words=asking.words, marked="\n".join(marked), label=label, link=asking.address())
