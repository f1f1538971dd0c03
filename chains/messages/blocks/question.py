"""A question that is answered by one press: a rating, a recommendation from 0 to 10, or one of the shop's own reasons.

The press leads to a page that shows the answer chosen: what programs fetch is no answer. The page finds the question by
the block's key among the `questions` of the compiled text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import BlockKind, Content, LetterPart, NotePart
from chains.messages.page import Page, escaped_words
from chains.messages.written import Block

RATING, NPS, REASONS = "rating", "nps", "reasons"
SCALES = {RATING: range(1, 6), NPS: range(11)}
FEWEST_REASONS, MOST_REASONS = 2, 8
Choice = tuple[str, str]
"""The value in an address, and what stands on the button."""


def choices_of(content: Content) -> list[Choice]:
    """A reason goes by its place, so that its words may be of any kind."""
    if content["asks"] == REASONS:
        return [(str(place), words) for place, words in enumerate(content["answers"])]
    return [(str(score), str(score)) for score in SCALES[content["asks"]]]


def _letter(block: Block, page: Page) -> LetterPart:
    content = block.content
    question = f'<div style="font-weight:600;margin:8px 0 10px">{escaped_words(content["words"])}</div>'
    html = question + (_reasons(block, page) if content["asks"] == REASONS else _scale(block, page))
    return LetterPart(f"<mj-text>{page.hide(html)}</mj-text>", _told(block, page.language))


def _reasons(block: Block, page: Page) -> str:
    style = (
        f"display:block;margin:0 0 8px;padding:11px 16px;border:1px solid {page.color};border-radius:8px;"
        f"text-decoration:none;color:{page.color}"
    )
    return _anchors(block, choices_of(block.content), style)


def _scale(block: Block, page: Page) -> str:
    # Eleven stand in one row of a wide letter, five in one of a phone.
    width = 36 if block.content["asks"] == NPS else 42
    style = (
        f"display:inline-block;width:{width}px;line-height:44px;margin:0 4px 6px 0;border:1px solid {page.color};"
        f"border-radius:8px;text-align:center;font-weight:600;text-decoration:none;color:{page.color}"
    )
    ends = _ends(block)
    small = f'<div class="faint" style="font-size:14px;color:#5d6862">{escaped_words(ends)}</div>' if ends else ""
    return _anchors(block, choices_of(block.content), style) + small


def _anchors(block: Block, choices: Sequence[Choice], style: str) -> str:
    return "\n".join(
        f'<a href="{_address(block, value)}" class="square" style="{style}">{escaped_words(words)}</a>'
        for value, words in choices
    )


def _ends(block: Block) -> str:
    """What the first and the last number mean."""
    choices = choices_of(block.content)
    ends = ((choices[0][0], block.content["low_words"]), (choices[-1][0], block.content["high_words"]))
    return ", ".join(f"{value} – {words}" for value, words in ends if words)


def _address(block: Block, value: str = "") -> str:
    """Not among the letter's links: the page counts by itself who came."""
    page = f"{{{{ question_url }}}}{block.key}/"
    return f"{page}?answer={value}" if value else page


def _told(block: Block, language: str) -> str:
    """From 0 to 10 would be eleven addresses: one leads to all of them."""
    content = block.content
    if content["asks"] == NPS:
        with translation.override(language):
            lines = [gettext("Answer: %(link)s") % {"link": _address(block)}]
    else:
        lines = [f"{words}: {_address(block, value)}" for value, words in choices_of(content)]
    ends = _ends(block) if content["asks"] != REASONS else ""
    return "\n".join([content["words"], *lines, *([ends] if ends else [])])


def _note(block: Block, page: Page) -> NotePart:
    content = block.content
    links = [f'<a href="{_address(block, value)}">{escaped_words(words)}</a>' for value, words in choices_of(content)]
    between = "\n" if content["asks"] == REASONS else "  "
    ends = _ends(block) if content["asks"] != REASONS else ""
    marked = [escaped_words(content["words"]), between.join(links), *([escaped_words(ends)] if ends else [])]
    with translation.override(page.language):
        label = gettext("Answer")
    return NotePart(words=content["words"], marked="\n".join(marked), label=label, link=_address(block))


def _problems(content: Content) -> Iterator[tuple[str, str]]:
    answers = content["answers"]
    if content["asks"] != REASONS:
        return
    if not FEWEST_REASONS <= len(answers) <= MOST_REASONS or not all(answer.strip() for answer in answers):
        yield "answers", gettext("Write from two to eight answers to choose from.")
    elif any(len(answer) > 200 for answer in answers):
        yield "answers", gettext("An answer may have at most 200 characters.")
    elif len(set(answers)) < len(answers):
        yield "answers", gettext("Two of the answers are the same.")


QUESTION = BlockKind(
    value="question",
    label=_("Question"),
    icon="rate_review",
    help=_("Answered by one press: stars, a recommendation from 0 to 10, or reasons of your own."),
    fields=(
        BlockField(
            name="asks",
            label=_("Asks for"),
            input=Input.CHOICE,
            choices=(
                (RATING, _("a rating from 1 to 5")),
                (NPS, _("whether they would recommend, 0 to 10")),
                (REASONS, _("one of these answers")),
            ),
        ),
        BlockField(name="words", label=_("Question"), input=Input.LINE, is_needed=True),
        BlockField(name="answers", label=_("Answers"), input=Input.LINES, most=MOST_REASONS),
        BlockField(name="low_words", label=_("What the lowest means"), input=Input.LINE, most=60),
        BlockField(name="high_words", label=_("What the highest means"), input=Input.LINE, most=60),
    ),
    letter=_letter,
    note=_note,
    is_call_to_action=True,
    is_question=True,
    problems=_problems,
)
