from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from crm.models import Case, Customer, Feedback
from segments.vocabulary.comparing import compared, exists, measured, opposite_if, texts
from segments.vocabulary.field import SERVICE, Compile, Field, Scope
from segments.vocabulary.operators import COMPARISONS, IDENTITY, POSSESSION
from segments.vocabulary.values import Number, Several

if TYPE_CHECKING:
    from segments.rules import Condition

RATING = Number(1, 5)
NPS = Number(0, 10)


def _open_case(condition: Condition, scope: Scope) -> Q:
    cases = Case.objects.open().filter(kind__in=texts(condition))
    return opposite_if(condition, exists(scope.about(cases)))


def _complaints(condition: Condition, scope: Scope) -> Q:
    complaints = Case.objects.complaints()
    if condition.window is not None:
        complaints = complaints.filter(opened_at__gte=scope.days_ago(condition.window))
    return measured(complaints, Count("pk"), condition, scope)


def _last_score(kind: str) -> Compile:
    def compile_last(condition: Condition, scope: Scope) -> Q:
        answers = scope.about(Feedback.objects.filter(kind=kind, score__isnull=False))
        latest = answers.order_by("customer", "-left_at", "-pk").distinct("customer")
        return exists(Feedback.objects.filter(compared("score", condition), pk__in=latest.values("pk")))

    return compile_last


def _any_score(kind: str) -> Compile:
    def compile_any(condition: Condition, scope: Scope) -> Q:
        answers = scope.about(Feedback.objects.filter(compared("score", condition), kind=kind))
        if condition.window is not None:
            answers = answers.filter(left_at__gte=scope.days_ago(condition.window))
        return exists(answers)

    return compile_any


def _mood(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, Q(mood__in=texts(condition)))


FIELDS = (
    Field("open_case", _("open case"), SERVICE, Several(choices=lambda: Case.Kind.choices), POSSESSION, _open_case),
    Field("complaints", _("number of complaints"), SERVICE, Number(0, 10_000), COMPARISONS, _complaints, True),
    Field("last_rating", _("last rating (1-5)"), SERVICE, RATING, COMPARISONS, _last_score(Feedback.Kind.RATING)),
    Field("any_rating", _("some rating (1-5)"), SERVICE, RATING, COMPARISONS, _any_score(Feedback.Kind.RATING), True),
    Field("last_nps", _("last “would recommend” (0-10)"), SERVICE, NPS, COMPARISONS, _last_score(Feedback.Kind.NPS)),
    Field(
        "mood",
        _("mood noted by staff"),
        SERVICE,
        Several(choices=lambda: [choice for choice in Customer.Mood.choices if choice[0]]),
        IDENTITY,
        _mood,
    ),
)
