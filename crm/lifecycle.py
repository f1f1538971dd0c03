"""The stages of a customer's life with the shop, one at a time (PRODUCT B3)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from crm.models import CustomerStats

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
    """New: first order within 30 days. Active: last order within 1.5 usual intervals, or 90 days where none is known.

    Then at risk under 180 days, sleeping to 365, lost beyond. A usual interval so long that it reaches past 180 days
    keeps its customer active no longer than that: the later stages go by the calendar.
    """
    if stats is None or stats.first_order_at is None or stats.last_order_at is None:
        return Stage.NONE
    silent_days = (now - stats.last_order_at) / dt.timedelta(days=1)
    if now - stats.first_order_at <= dt.timedelta(days=NEW_DAYS):
        return Stage.NEW
    if silent_days > LOST_DAYS:
        return Stage.LOST
    if silent_days >= SLEEPING_DAYS:
        return Stage.SLEEPING
    return Stage.ACTIVE if silent_days <= active_days(stats.median_gap_days) else Stage.AT_RISK


def active_days(median_gap_days: float | None) -> float:
    return ACTIVE_DAYS if median_gap_days is None else median_gap_days * USUAL_INTERVAL_STRETCH


def in_stage(stage: str, now: dt.datetime) -> Q:
    """The same stages as a condition on customers, for lists."""

    def since(days: float) -> dt.datetime:
        return now - dt.timedelta(days=days)

    last, first = "stats__last_order_at", "stats__first_order_at"
    known = ~Q(**{f"{first}__gte": since(NEW_DAYS)})
    calm = known & Q(**{f"{last}__gt": since(SLEEPING_DAYS)})
    return {
        Stage.NONE: Q(**{f"{last}__isnull": True}),
        Stage.NEW: Q(**{f"{first}__gte": since(NEW_DAYS)}),
        Stage.ACTIVE: calm & Q(**{f"{last}__gte": _active_since(now)}),
        Stage.AT_RISK: calm & Q(**{f"{last}__lt": _active_since(now)}),
        Stage.SLEEPING: known & Q(**{f"{last}__lte": since(SLEEPING_DAYS), f"{last}__gte": since(LOST_DAYS)}),
        Stage.LOST: known & Q(**{f"{last}__lt": since(LOST_DAYS)}),
    }[Stage(stage)]


def _active_since(now: dt.datetime) -> ExpressionWrapper[DateTimeField[dt.datetime, dt.datetime]]:
    days = Coalesce(F("stats__median_gap_days") * Value(USUAL_INTERVAL_STRETCH), Value(float(ACTIVE_DAYS)))
    day = Value(dt.timedelta(days=1), output_field=DurationField())
    return ExpressionWrapper(Value(now) - ExpressionWrapper(days * day, DurationField()), DateTimeField())
