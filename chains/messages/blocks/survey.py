"""A survey of the shop's own in a message: its first question is answered by one press, the others on the page behind.

Its words stand with the survey, in every language. Reasons are shown to each in another order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chains.messages.blocks.asking import IF_ASKED, Asking, Choice, letter_part, note_part
from chains.messages.blocks.field import BlockField, Input
from chains.messages.blocks.kind import AskedBlock, BlockKind, Content, LetterPart, NotePart, Shown
from chains.messages.page import Page
from chains.messages.written import Block
from crm.models import SurveyQuestion
from crm.surveys.choices import choices_of, shuffled


def first_question(survey: int) -> SurveyQuestion | None:
    questions = SurveyQuestion.objects.filter(survey=survey).select_related("survey")
    return questions.order_by("position", "pk").first()


def _asking(block: Block, language: str) -> Asking:
    question = first_question(block.content["survey"])
    if question is None:
        return Asking(block.key, "", [], is_scale=False)
    words = question.in_language(language)
    choices: Sequence[Choice] = choices_of(question, language)
    if question.kind == SurveyQuestion.Kind.REASONS:
        choices = [(_shown(block, f"value{place}"), _shown(block, f"words{place}")) for place in range(len(choices))]
    return Asking(block.key, words.question, choices, question.scale is not None, words.low, words.high)


def _shown(block: Block, name: str) -> str:
    return f"{{{{ {block.shown}.{name} }}}}"


def _letter(block: Block, page: Page) -> LetterPart:
    return letter_part(_asking(block, page.language), page)


def _note(block: Block, page: Page) -> NotePart:
    return note_part(_asking(block, page.language), page)


def _read(asked: Sequence[AskedBlock], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    questions = {
        question.survey_id: question
        for question in SurveyQuestion.objects.filter(survey__in={one.content["survey"] for one in asked}).order_by(
            "-position", "-pk"
        )
    }
    return {
        (one.touch_id, one.key): _in_order(questions[one.content["survey"]], one.language, one.touch_id)
        for one in asked
        if one.content["survey"] in questions
    }


def _sample(content: Content, language: str) -> Shown:
    question = first_question(content["survey"])
    return _in_order(question, language, 0) if question else {}


def _in_order(question: SurveyQuestion, language: str, seed: int) -> Shown:
    """Nothing for what is in one order for everybody."""
    shown: Shown = {}
    if question.kind == SurveyQuestion.Kind.REASONS:
        for place, (value, words) in enumerate(shuffled(question, choices_of(question, language), seed)):
            shown |= {f"value{place}": value, f"words{place}": words}
    return shown


def _problems(content: Content) -> Iterator[tuple[str, str]]:
    question = first_question(content["survey"])
    if question is None or question.is_written:
        yield "survey", gettext("Choose a survey that begins with a question answered by one press.")
    elif question.survey.is_closed:
        yield "survey", gettext("This survey is closed: choose another one.")


SURVEY = BlockKind(
    value="survey",
    label=_("Survey"),
    icon="quiz",
    help=_("The first question of a survey, answered by one press; the others follow on a short page."),
    fields=(
        BlockField(
            name="survey",
            label=_("Survey"),
            input=Input.SURVEY,
            help=_("Surveys are made under Marketing → Surveys. What was asked once is not changed any more."),
            least=1,
            most=2**31 - 1,
        ),
        IF_ASKED,
    ),
    letter=_letter,
    note=_note,
    is_call_to_action=True,
    is_question=True,
    problems=_problems,
    read=_read,
    sample=_sample,
)
