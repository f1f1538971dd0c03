"""When points end that were given without an end of their own: as the settings say, a whole period after these were
chosen at the earliest.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable

from django.db import connection

from crm.models import LoyaltySettings
from crm.timezones import day_of, start_of

# Lots whose end the settings decide: when they were given, or the last sign of life of their customer.
BY_AGE = "occurred_at"
BY_INACTIVITY = """
    greatest(
        entry.occurred_at,
        (SELECT last_order_at FROM crm_customerstats AS stats WHERE stats.customer_id = entry.customer_id),
        (SELECT max(occurred_at) FROM crm_pointsentry AS other
         WHERE other.customer_id = entry.customer_id AND other.kind IN ('accrual', 'spending'))
    )
"""
FIND = """
    SELECT entry.id, greatest({since}, %(since)s) FROM crm_pointsentry AS entry
    WHERE unspent > 0 AND (is_end_by_settings OR expires_at IS NULL)
"""
WRITE = """
    UPDATE crm_pointsentry AS entry SET expires_at = told.ends, is_end_by_settings = told.ends IS NOT NULL
    FROM unnest(%(id)s::bigint[], %(end)s::timestamptz[]) AS told (id, ends)
    WHERE entry.id = told.id AND entry.unspent > 0 AND entry.expires_at IS DISTINCT FROM told.ends
"""
FORGET = """
    UPDATE crm_pointsentry SET expires_at = NULL, is_end_by_settings = false WHERE is_end_by_settings AND unspent > 0
"""
BATCH = 5_000


def months_later(day: dt.date, months: int) -> dt.date:
    """31 January and one month is the last day of February."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return day.replace(year=day.year + years, month=month + 1, day=min(day.day, last))


def end_of(since: dt.datetime, months: int) -> dt.datetime:
    """The end of the last day of so many months, by the shop's calendar."""
    return start_of(months_later(day_of(since), months) + dt.timedelta(days=1))


def usual_end() -> Callable[[dt.datetime], dt.datetime] | None:
    """What gives the end of points by when they were given; None where they do not end."""
    settings = LoyaltySettings.load()
    if settings.expiry == LoyaltySettings.Expiry.NEVER:
        return None
    begun = settings.expiry_since
    return lambda at: end_of(max(at, begun) if begun else at, settings.expiry_months)


def follow_settings() -> int:
    """Bring the ends of what is left in line with the settings and with what customers did; how many were looked at."""
    settings = LoyaltySettings.load()
    with connection.cursor() as cursor:
        if settings.expiry == LoyaltySettings.Expiry.NEVER:
            cursor.execute(FORGET)
            return int(cursor.rowcount)
        since = BY_AGE if settings.expiry == LoyaltySettings.Expiry.AGE else BY_INACTIVITY
        cursor.execute(FIND.format(since=since), {"since": settings.expiry_since})
        found = cursor.fetchall()
        for start in range(0, len(found), BATCH):
            some = found[start : start + BATCH]
            ends = [end_of(moment, settings.expiry_months) for _pk, moment in some]
            cursor.execute(WRITE, {"id": [pk for pk, _moment in some], "end": ends})
    return len(found)
