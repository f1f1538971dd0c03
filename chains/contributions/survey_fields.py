"""Whom messages asked something, as fields for rules: how often, and who did not answer."""

from __future__ import annotations

import datetime as dt

from django.db.models import CharField, Count, DateTimeField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from chains.models import Touch
from chains.reactions.touch_events import SOURCE
from crm.models import Feedback
from segments.rules import Condition
from segments.values import Number
from segments.vocabulary.comparing import compared_aggregate, number, opposite_if, texts
from segments.vocabulary.field import SERVICE, Compilation, Field, always
from segments.vocabulary.operators import COMPARISONS, EXACTLY, IDENTITY
from segments.vocabulary.surveys import SURVEY

DAYS = Number(1, 365)


def _survey(condition: Condition, compilation: Compilation) -> Q:
    return opposite_if(condition, Q(survey__in=[int(pk) for pk in texts(condition)]))


def _unanswered(condition: Condition, compilation: Compilation) -> Q:
    """So many days have passed since it was asked, and nothing was answered within them."""
    days = int(number(condition))
    until = ExpressionWrapper(OuterRef("sent_at") + Value(dt.timedelta(days=days)), DateTimeField())
    touch = Cast(OuterRef("pk"), CharField())
    answers = Feedback.objects.filter(customer=OuterRef("customer"), source=SOURCE, left_at__lt=until)
    own = Q(key__startswith=Concat(Value("question:"), touch, Value(":")))
    own |= Q(key__startswith=Concat(Value("survey:"), touch, Value(":")))
    return Q(sent_at__lt=compilation.days_ago(days)) & ~Q(Exists(answers.filter(own)))


FILTERS = (
    Field("asked_by_survey", _("survey"), SERVICE, SURVEY, IDENTITY, _survey),
    Field(
        "unanswered",
        _("not answered within, days"),
        SERVICE,
        DAYS,
        (EXACTLY,),
        _unanswered,
        follows_days=True,
    ),
)
_FILTERS = {one.name: one for one in FILTERS}


def asked(condition: Condition, compilation: Compilation) -> QuerySet[Touch]:
    found = Touch.objects.sent().filter(asks__in=Touch.ASKING)
    if condition.window is not None:
        found = found.filter(sent_at__gte=compilation.days_ago(condition.window))
    for one in condition.where:
        found = found.filter(_FILTERS[one.field].compile(one, compilation))
    return found


def _asked(condition: Condition, compilation: Compilation) -> Q:
    return compared_aggregate(asked(condition, compilation), Count("pk"), condition, compilation)


FIELDS = (
    Field(
        "questions_asked",
        _("questions asked by messages"),
        SERVICE,
        Number(0, 10_000),
        COMPARISONS,
        _asked,
        True,
        FILTERS,
        is_heavy=always,
        note=_("Surveys and single questions. Exactly 0: never asked. “Not answered” holds once the days have passed."),
    ),
)
