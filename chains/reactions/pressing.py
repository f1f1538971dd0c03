"""An answer pressed where the channel itself knows who pressed: there is no page between it and the fact."""

from __future__ import annotations

import datetime as dt

from chains.models import Touch
from chains.reactions import answering
from chains.reactions.surveys import asked_by, survey_of
from crm.surveys.answering import answers_given, is_changeable, note, questions_of
from crm.surveys.choices import choices_of


def press(touch: Touch, key: str, value: str, *, at: dt.datetime) -> bool:
    """Whether it was taken: it must be one of the answers offered, within the week."""
    if survey := survey_of(touch, key):
        return _press_survey(touch, survey, value, at)
    question = answering.question_of(touch, key)
    if question is None:
        return False
    given = answering.answer_of(touch, question)
    if value not in dict(question.choices) or given and not answering.is_changeable(given, at):
        return False
    answering.answer(touch, question, value, at=at)
    return True


def _press_survey(touch: Touch, survey: int, value: str, at: dt.datetime) -> bool:
    asked = asked_by(touch, survey)
    first, *_others = questions_of(asked.survey)
    given = answers_given(asked, [first])
    if value not in dict(choices_of(first, asked.language)) or not is_changeable(given.values(), at):
        return False
    note(asked, {first: value}, at=at)
    return True
