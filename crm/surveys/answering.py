"""Noting what a customer answers to a survey: each question is a fact of its own, theirs to change for a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from crm.locks import lock_current
from crm.models import Customer, Feedback, Order, Survey, SurveyQuestion
from crm.service.feedback import change, leave
from crm.surveys.choices import choices_of

CHANGEABLE = dt.timedelta(days=7)
TEXT_LIMIT = 2_000
KINDS = {
    SurveyQuestion.Kind.NPS: Feedback.Kind.NPS,
    SurveyQuestion.Kind.RATING: Feedback.Kind.RATING,
    SurveyQuestion.Kind.EASE: Feedback.Kind.EASE,
    SurveyQuestion.Kind.YES_NO: Feedback.Kind.YES_NO,
    SurveyQuestion.Kind.REASONS: Feedback.Kind.EXIT,
    SurveyQuestion.Kind.STAGE: Feedback.Kind.STAGE,
    SurveyQuestion.Kind.LINE: Feedback.Kind.WORDS,
    SurveyQuestion.Kind.TEXT: Feedback.Kind.WORDS,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey that was put to a customer: `key` names the asking within its `source`."""

    survey: Survey
    customer: Customer
    order: Order | None
    source: str
    key: str
    language: str

    def key_of(self, question: SurveyQuestion) -> str:
        return f"{self.key}:{question.pk}"


def questions_of(survey: Survey) -> list[SurveyQuestion]:
    return list(survey.questions.order_by("position", "pk"))


def answers_given(asked: Asked, questions: Iterable[SurveyQuestion]) -> dict[int, Feedback]:
    """What they answered so far, by question."""
    keys = [asked.key_of(question) for question in questions]
    found = Feedback.objects.filter(source=asked.source, key__in=keys)
    return {given.question_id: given for given in found if given.question_id}


def is_changeable(given: Iterable[Feedback], now: dt.datetime) -> bool:
    """Whether the first of their answers is younger than a week."""
    first = min((one.left_at for one in given), default=None)
    return first is None or now < first + CHANGEABLE


@transaction.atomic
def note(asked: Asked, values: Mapping[SurveyQuestion, str], *, at: dt.datetime, words: str = "") -> None:
    """Note the answers, or others in place of what was given. `values` are those of choices, or words.

    `words` say what something else is. Of whoever was erased, scores are counted and nothing more.
    """
    lock_current(asked.customer)
    given = answers_given(asked, values)
    for question, value in values.items():
        told = _told(question, value, asked.language, words)
        if (old := given.get(question.pk)) is not None:
            change(old, at=at, **told)
        else:
            leave(
                asked.customer,
                kind=KINDS[SurveyQuestion.Kind(question.kind)],
                at=at,
                source=asked.source,
                key=asked.key_of(question),
                order=asked.order,
                question=question,
                survey=asked.survey,
                **told,
            )


def _told(question: SurveyQuestion, value: str, language: str, words: str) -> dict[str, Any]:
    if question.is_written:
        return {"score": None, "text": value}
    if question.is_chosen:
        answer = dict(choices_of(question, language))[value]
        is_other = question.kind == SurveyQuestion.Kind.REASONS
        return {"score": None, "answer": answer, "choice": int(value), "text": words if is_other else ""}
    return {"score": int(value)}
