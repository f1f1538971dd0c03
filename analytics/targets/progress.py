"""Where a target stands on a day: pure arithmetic over what was read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.ratio import ratio
from analytics.models import Target


class Standing(StrEnum):
    """`OVER` lasts from the end of the last day to the night that reads it."""

    ON_THE_WAY = "on_the_way"
    BEHIND = "behind"
    REACHED = "reached"
    OVER = "over"
    MISSED = "missed"
    GIVEN_UP = "given_up"


@dataclass(frozen=True)
class Progress:
    definition: ClassVar[StrPromise] = _(
        "A target is about the whole shop. Each night its figure is read over the 12 months up to the day that ended; "
        "lifetime value, over everything so far. The way to it is a straight line from the value at the start to the "
        "one wanted. It is reached on the first day up to the last one that ends at the wanted value or above it."
    )

    standing: Standing
    value: Decimal | None
    needed: Decimal
    share_of_way: Decimal
    share_of_time: Decimal


def progress(target: Target, value: Decimal | None, today: dt.date) -> Progress:
    """`value` is today's, or the last one read of a target that is over."""
    gone = ratio(value - target.start_value, target.wanted_value - target.start_value) if value is not None else None
    return Progress(
        _standing(target, value, today),
        value,
        needed_on(target, today),
        share_of_way=_within(gone or Decimal(0)),
        share_of_time=_share_of_time(target, today),
    )


def needed_on(target: Target, day: dt.date) -> Decimal:
    """The value that leads there in a straight line."""
    return target.start_value + (target.wanted_value - target.start_value) * _share_of_time(target, day)


def _standing(target: Target, value: Decimal | None, today: dt.date) -> Standing:
    if target.given_up_at:
        return Standing.GIVEN_UP
    if target.reached_on:
        return Standing.REACHED
    if today > target.due_on:
        return Standing.MISSED if target.read_until >= target.due_on else Standing.OVER
    return Standing.ON_THE_WAY if value is not None and value >= needed_on(target, today) else Standing.BEHIND


def _share_of_time(target: Target, day: dt.date) -> Decimal:
    return _within(Decimal((day - target.starts_on).days) / (target.due_on - target.starts_on).days)


def _within(share: Decimal) -> Decimal:
    return min(max(share, Decimal(0)), Decimal(1))
