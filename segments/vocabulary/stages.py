"""Where a customer stands in the life of a buyer: one stage at a time, by days of the shop.

new: first order at most 30 days ago · active: last order within 1.5 of the customer's usual intervals, or within
90 days while no interval is known · at risk: past that, under 180 days · sleeping: 180 to 365 days · lost: over 365.
An interval under a day is one purchase in two halves, not a habit, and does not count as known.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import Case, DateField, DurationField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import TruncDate
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from crm.models import CustomerScore
from segments.vocabulary.comparing import exists, opposite_if, texts
from segments.vocabulary.field import LIFE_CYCLE, Field, Scope
from segments.vocabulary.operators import IDENTITY, YES_NO
from segments.vocabulary.values import Nothing, Several

if TYPE_CHECKING:
    from segments.rules import Condition

NEW_DAYS = 30
HABIT = 1.5
USUAL_DAYS = 90
SLEEPING_DAYS = 180
LOST_DAYS = 365
STAGES = (
    ("new", _("new")),
    ("active", _("active")),
    ("at_risk", _("at risk")),
    ("sleeping", _("sleeping")),
    ("lost", _("lost")),
)


def _within_habit(scope: Scope) -> Q:
    silent = ExpressionWrapper(
        Value(scope.today, DateField()) - TruncDate("stats__last_order_at", tzinfo=scope.zone), DurationField()
    )
    habit = Case(
        When(
            stats__median_gap_days__gte=1,
            then=ExpressionWrapper(
                F("stats__median_gap_days") * Value(dt.timedelta(days=1) * HABIT, DurationField()), DurationField()
            ),
        ),
        default=Value(dt.timedelta(days=USUAL_DAYS)),
        output_field=DurationField(),
    )
    return Q(LessThanOrEqual(silent, habit))


def _stages(scope: Scope) -> dict[str, Q]:
    is_new = Q(stats__first_order_at__gte=scope.days_ago(NEW_DAYS))
    settled = Q(stats__first_order_at__lt=scope.days_ago(NEW_DAYS))
    awake = settled & Q(stats__last_order_at__gte=scope.days_ago(SLEEPING_DAYS - 1))
    not_lost = Q(stats__last_order_at__gte=scope.days_ago(LOST_DAYS))
    return {
        "new": is_new,
        "active": awake & _within_habit(scope),
        "at_risk": awake & ~_within_habit(scope),
        "sleeping": Q(stats__last_order_at__lt=scope.days_ago(SLEEPING_DAYS - 1)) & not_lost,
        "lost": Q(stats__last_order_at__lt=scope.days_ago(LOST_DAYS)),
    }


def _stage(condition: Condition, scope: Scope) -> Q:
    stages = _stages(scope)
    chosen = Q()
    for name in texts(condition):
        chosen |= stages[name]
    return opposite_if(condition, chosen)


def _vip(condition: Condition, scope: Scope) -> Q:
    return opposite_if(condition, exists(scope.about(CustomerScore.objects.filter(is_vip=True))))


FIELDS = (
    Field("stage", _("stage of life"), LIFE_CYCLE, Several(choices=lambda: STAGES), IDENTITY, _stage),
    Field(
        "vip",
        _("VIP"),
        LIFE_CYCLE,
        Nothing(),
        YES_NO,
        _vip,
        note=_("The top tenth by margin over a year, counted every night."),
    ),
)
