"""The stages of a customer's life with the shop, one at a time (PRODUCT B3), by calendar days of the shop.

New: first order at most 30 days ago. Active: last order within 1.5 usual intervals, or within 90 days while no interval
is known; an interval under a day is one purchase in two halves, not a habit, and does not count as known. Then at risk
under 180 days of silence, sleeping to 365, lost beyond. However long the usual interval, nobody is active past that.
"""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Case, DateField, DurationField, ExpressionWrapper, F, Q, Value, When
from django.db.models.functions import TruncDate
from django.db.models.lookups import LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from crm.models import CustomerStats
from crm.timezones import day_of, shop_zone, start_of

NEW_DAYS = 30
USUAL_INTERVAL_STRETCH = 1.5
ACTIVE_DAYS = 90
SLEEPING_DAYS = 180
LOST_DAYS = 365


class Stage(models.TextChoices):
    NONE = "none", _("no orders yet")
    NEW = "new", _("new")
    ACTIVE = "active", _("active")
    AT_RISK = "at_risk", _("at risk")
    SLEEPING = "sleeping", _("sleeping")
    LOST = "lost", _("lost")


def stage_of(stats: CustomerStats | None, now: dt.datetime) -> Stage:
    if stats is None or stats.first_order_at is None or stats.last_order_at is None:
        return Stage.NONE
    silent_days = (day_of(now) - day_of(stats.last_order_at)).days
    if (day_of(now) - day_of(stats.first_order_at)).days <= NEW_DAYS:
        return Stage.NEW
    if silent_days > LOST_DAYS:
        return Stage.LOST
    if silent_days >= SLEEPING_DAYS:
        return Stage.SLEEPING
    return Stage.ACTIVE if silent_days <= active_days(stats.median_gap_days) else Stage.AT_RISK


def active_days(median_gap_days: float | None) -> float:
    if median_gap_days is None or median_gap_days < 1:
        return ACTIVE_DAYS
    return median_gap_days * USUAL_INTERVAL_STRETCH


def in_stage(stage: str, now: dt.datetime) -> Q:
    """The same stages as a condition on customers."""

    def days_ago(days: int) -> dt.datetime:
        return start_of(day_of(now) - dt.timedelta(days=days))

    last, first = "stats__last_order_at", "stats__first_order_at"
    settled = Q(**{f"{first}__lt": days_ago(NEW_DAYS)})
    awake = settled & Q(**{f"{last}__gte": days_ago(SLEEPING_DAYS - 1)})
    return {
        Stage.NONE: Q(**{f"{last}__isnull": True}),
        Stage.NEW: Q(**{f"{first}__gte": days_ago(NEW_DAYS)}),
        Stage.ACTIVE: awake & _within_habit(now),
        Stage.AT_RISK: awake & ~_within_habit(now),
        Stage.SLEEPING: Q(**{f"{last}__lt": days_ago(SLEEPING_DAYS - 1), f"{last}__gte": days_ago(LOST_DAYS)}),
        Stage.LOST: Q(**{f"{last}__lt": days_ago(LOST_DAYS)}),
    }[Stage(stage)]


def _within_habit(now: dt.datetime) -> Q:
    last_day = TruncDate("stats__last_order_at", tzinfo=shop_zone())
    silent = ExpressionWrapper(Value(day_of(now), DateField()) - last_day, DurationField())
    stretch = Value(dt.timedelta(days=1) * USUAL_INTERVAL_STRETCH, DurationField())
    habit = Case(
        When(
            stats__median_gap_days__gte=1,
            then=ExpressionWrapper(F("stats__median_gap_days") * stretch, DurationField()),
        ),
        default=Value(dt.timedelta(days=ACTIVE_DAYS)),
        output_field=DurationField(),
    )
    return Q(LessThanOrEqual(silent, habit))
