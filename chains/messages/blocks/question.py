"""A question that is answered by one press: a rating, a recommendation from 0 to 10, or one of the shop's own reasons.

The press leads to a page that shows the answer chosen: what programs fetch is no answer. The page finds the question by
the block's key among the `questions` of the compiled text. Several in a row are a survey.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.asking import IF_ASKED, Asking, Choice, letter_part, note_part
from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import BlockKind, Content, LetterPart, NotePart
from chains.messages.page import Page
from chains.messages.written import Block

RATING, NPS, REASONS = "rating", "nps", "reasons"
SCALES = {RATING: range(1, 6), NPS: range(11)}
FEWEST_REASONS, MOST_REASONS = 2, 8


def choices_of(content: Content) -> list[Choice]:
    """A reason goes by its place, so that its words may be of any kind."""
    if content["asks"] == REASONS:
        return [(str(place), words) for place, words in enumerate(content["answers"])]
    return [(str(score), str(score)) for score in SCALES[content["asks"]]]


def _asking(block: Block) -> Asking:
    content = block.content
    return Asking(
        block.key,
        content["words"],
        choices_of(content),
        is_scale=content["asks"] != REASONS,
        low=content["low_words"],
        high=content["high_words"],
    )


def _letter(block: Block, page: Page) -> LetterPart:
    return letter_part(_asking(block), page)


def _note(block: Block, page: Page) -> NotePart:
    return note_part(_asking(block), page)


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
        IF_ASKED,
    ),
    letter=_letter,
    note=_note,
    is_call_to_action=True,
    is_question=True,
    problems=_problems,
)
