"""Moments that staff pick with one press: in an hour, tomorrow, in a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from crm.timezones import shop_zone

MORNING, EVENING = dt.time(10), dt.time(18)
Pick = Callable[[dt.datetime], dt.datetime]


def _in(**length: int) -> Pick:
    return lambda now: now + dt.timedelta(**length)


def _on(days: int, at: dt.time = MORNING) -> Pick:
    """So many days on, at this time of the shop."""

    def moment(now: dt.datetime) -> dt.datetime:
        day = now.astimezone(shop_zone()).date() + dt.timedelta(days=days)
        return dt.datetime.combine(day, at, tzinfo=shop_zone())

    return moment


PICKS: dict[str, tuple[StrPromise, Pick]] = {
    "hour": (_("in an hour"), _in(hours=1)),
    "three_hours": (_("in three hours"), _in(hours=3)),
    "tomorrow": (_("tomorrow morning"), _on(1)),
    "tomorrow_evening": (_("tomorrow evening"), _on(1, EVENING)),
    "three_days": (_("in three days"), _on(3)),
    "week": (_("in a week"), _on(7)),
    "month": (_("in a month"), _on(30)),
}
TOMORROW = "tomorrow"
CHOICES = [(name, label) for name, (label, _pick) in PICKS.items()]


def picked(name: str, now: dt.datetime) -> dt.datetime | None:
    return PICKS[name][1](now) if name in PICKS else None
