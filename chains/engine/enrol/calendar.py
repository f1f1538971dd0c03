"""A chain that starts by the calendar starts for everybody its rule names: too many to enter in one transaction.

At its moment one statement notes them as waiting, and they enter in batches like everybody else who waits.
"""

from __future__ import annotations

import calendar
import datetime as dt
import logging
from collections import defaultdict
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from chains.engine.enrol.date_triggers import Window
from chains.engine.local_time import DAY, on_clock
from chains.models import Chain
from chains.program.program import Program
from chains.program.trigger import Trigger
from crm.models import Customer
from crm.timezones import zone_of
from segments.compile import matching
from segments.rules import RuleError

logger = logging.getLogger(__name__)

# No time zone is farther from UTC, so a day begins everywhere within this much of when it begins in UTC.
FARTHEST_ZONE = dt.timedelta(hours=14)

ADD_ENTRANTS = """
    INSERT INTO chains_entrant (
        chain_id, customer_id, entry_key, triggered_at, enters_at, is_let_in, created_at
    )
    SELECT %s, audience.id, %s, %s, %s, false, %s FROM ({audience}) AS audience (id)
    ON CONFLICT (customer_id, chain_id, entry_key) DO NOTHING
"""


def falls_on(trigger: Trigger, day: dt.date) -> bool:
    """Whether the chain starts on this day; the 31st is the last day of a shorter month."""
    if trigger.kind == Chain.Trigger.MOMENT:
        return day == trigger.on
    if trigger.every == Chain.Every.DAY:
        return True
    if trigger.every == Chain.Every.WEEK:
        return day.weekday() in trigger.weekdays
    is_day = day.day == min(trigger.day, calendar.monthrange(day.year, day.month)[1])
    return is_day and (trigger.every == Chain.Every.MONTH or day.month == trigger.month)


def latest(trigger: Trigger, zone: ZoneInfo, since: dt.datetime, until: dt.datetime) -> dt.datetime | None:
    """The last start in the zone after `since`, not after `until`: an outage makes up for one start, not for each."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    for back in range((last - first).days + 1):
        day = last - back * DAY
        moment = on_clock(day, dt.time(trigger.hour), zone)
        if falls_on(trigger, day) and since < moment <= until:
            return moment
    return None


def coming(trigger: Trigger, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """The next start in the zone; None when there is none within a leap year's distance."""
    today = now.astimezone(zone).date()
    for ahead in range(8 * 366 + 1):
        day = today + ahead * DAY
        moment = on_clock(day, dt.time(trigger.hour), zone)
        if falls_on(trigger, day) and moment > now:
            return moment
    return None


def may_start(trigger: Trigger, since: dt.datetime, until: dt.datetime) -> bool:
    """Whether it starts then in any time zone."""
    return latest(trigger, ZoneInfo("UTC"), since - FARTHEST_ZONE, until + FARTHEST_ZONE) is not None


def add_entrants(program: Program, within: Window, now: dt.datetime) -> int:
    """Note as waiting everybody for whom the chain starts within the window; returns how many."""
    if within.until <= within.since or not may_start(program.trigger, within.since, within.until):
        return 0
    return sum(
        _add(program, moment, audience(program, now).filter(time_zone__in=zones), now)
        for moment, zones in _moments(program.trigger, within).items()
    )


def audience(program: Program, now: dt.datetime) -> QuerySet[Customer]:
    """Whom the chain's rule names now; a rule that cannot be read names nobody."""
    if program.audience is None:
        return Customer.objects.current()
    try:
        return matching(program.audience, now)
    except RuleError as error:
        logger.error("The rule of chain %s cannot be read, nobody enters: %s", program.chain_id, error)
        return Customer.objects.none()


def _moments(trigger: Trigger, within: Window) -> dict[dt.datetime, list[str]]:
    """Each start with the time zones whose customers it concerns."""
    moments: dict[dt.datetime, list[str]] = defaultdict(list)
    for name in Customer.objects.current().order_by().values_list("time_zone", flat=True).distinct():
        zone = zone_of("" if trigger.clock == Chain.Clock.SHOP else name)
        if moment := latest(trigger, zone, within.since, within.until):
            moments[moment].append(name)
    return moments


def _add(program: Program, moment: dt.datetime, customers: QuerySet[Customer], now: dt.datetime) -> int:
    query, values = customers.order_by().values("pk").query.sql_with_params()
    key = program.entry_key(None, moment)
    with connection.cursor() as cursor:
        cursor.execute(ADD_ENTRANTS.format(audience=query), [program.chain_id, key, moment, moment, now, *values])
        return int(cursor.rowcount)
