"""What customers answered to surveys: how often, narrowed down to a survey, a question, a score or an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Feedback, Survey, SurveyQuestion
from segments.rules import Condition
from segments.values import Label, Number, Search, Texts
from segments.vocabulary.answers import suggest_answers
from segments.vocabulary.comparing import compared, compared_aggregate, opposite_if, texts
from segments.vocabulary.field import SERVICE, Compilation, Field, always
from segments.vocabulary.operators import COMPARISONS, IDENTITY


def levels() -> list[tuple[str, Label]]:
    return [("low", _("low")), ("high", _("high"))]


def _survey_names(ids: Iterable[str]) -> Mapping[str, str]:
    return {str(pk): name for pk, name in Survey.objects.filter(pk__in=list(ids)).values_list("pk", "name")}


def _suggest_surveys(search: Search) -> list[tuple[str, str]]:
    found = Survey.objects.filter(name__icontains=search.text).order_by("is_closed", "name")
    return [(str(pk), name) for pk, name in found.values_list("pk", "name")[: search.limit]]


def _question_names(ids: Iterable[str]) -> Mapping[str, str]:
    return dict(_named(SurveyQuestion.objects.filter(pk__in=list(ids)).select_related("survey")))


def _suggest_questions(search: Search) -> list[tuple[str, str]]:
    """By the survey they belong to, or by their words in the shop's language."""
    words = Q(**{f"words__{settings.LANGUAGE_CODE}__question__icontains": search.text})
    found = SurveyQuestion.objects.filter(words | Q(survey__name__icontains=search.text)).select_related("survey")
    return list(_named(found.order_by("survey__is_closed", "survey__name", "position")[: search.limit]))


def _named(questions: Iterable[SurveyQuestion]) -> Iterable[tuple[str, str]]:
    return ((str(question.pk), f"{question} ({question.survey})") for question in questions)


SURVEY = Texts(suggest=_suggest_surveys, names=_survey_names, numeric=True)
QUESTION = Texts(suggest=_suggest_questions, names=_question_names, numeric=True)


def _of(column: str, condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(**{f"{column}__in": [int(pk) for pk in texts(condition)]}))


def _score(condition: Condition, compilation: Compilation) -> Q:
    return compared("score", condition)


def _answer(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(answer__in=texts(condition)))


FILTERS = (
    Field("survey", _("survey"), SERVICE, SURVEY, IDENTITY, partial(_of, "survey")),
    Field("question", _("question"), SERVICE, QUESTION, IDENTITY, partial(_of, "question")),
    Field("score", _("score"), SERVICE, Number(0, 10), COMPARISONS, _score),
    Field("answer", _("answer chosen"), SERVICE, Texts(suggest=suggest_answers), IDENTITY, _answer),
)
_FILTERS = {one.name: one for one in FILTERS}


def _answers(condition: Condition, compilation: Compilation) -> Q:
    found = Feedback.objects.filter(survey__isnull=False)
    if condition.window is not None:
        found = found.filter(left_at__gte=compilation.days_ago(condition.window))
    for one in condition.where:
        found = found.filter(_FILTERS[one.field].compile(one, compilation))
    return compared_aggregate(found, Count("pk"), condition, compilation)


ANSWERS_TO_SURVEYS = Field(
    "survey_answers",
    _("answers to surveys"),
    SERVICE,
    Number(0, 10_000),
    COMPARISONS,
    _answers,
    True,
    FILTERS,
    is_heavy=always,
    note=_("Each question answered counts as one. At least 1, narrowed down: whoever gave such an answer."),
)
