"""A chain that starts by the calendar, for everybody its rule names: too many to enter in one transaction.

They are written down at the start's moment in one statement, and enter in batches like everybody else who waits.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict

from django.db import connection
from django.db.models import QuerySet

from chains.engine.enrol.date_triggers import Window
from chains.engine.enrol.season import latest, may_start
from chains.models import Chain
from chains.program.program import Program
from chains.program.trigger import Trigger
from crm.customers.timezones import zone_of
from crm.models import Customer
from segments.compile import matching
from segments.rules import RuleError

logger = logging.getLogger(__name__)

WRITE = """
    INSERT INTO chains_entrant (
        chain_id, customer_id, entry_key, triggered_at, enters_at, is_let_in, created_at
    )
    SELECT %s, wanted.id, %s, %s, %s, false, %s FROM ({wanted}) AS wanted (id)
    ON CONFLICT (customer_id, chain_id, entry_key) DO NOTHING
"""


def gather(program: Program, within: Window, now: dt.datetime) -> int:
    """Write down everybody whose start of the chain lies in the window; returns how many."""
    if within.until <= within.since or not may_start(program.trigger, within.since, within.until):
        return 0
    return sum(
        _write(program, moment, crowd(program, now).filter(time_zone__in=zones), now)
        for moment, zones in _moments(program.trigger, within).items()
    )


def crowd(program: Program, now: dt.datetime) -> QuerySet[Customer]:
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


def _write(program: Program, moment: dt.datetime, wanted: QuerySet[Customer], now: dt.datetime) -> int:
    query, values = wanted.order_by().values("pk").query.sql_with_params()
    key = program.entry_key(None, moment)
    with connection.cursor() as cursor:
        cursor.execute(WRITE.format(wanted=query), [program.chain_id, key, moment, moment, now, *values])
        return int(cursor.rowcount)
