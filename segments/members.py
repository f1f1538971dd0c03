"""Writing who came into a segment and who left it, and telling the log of facts about both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection

from crm.events import record_many
from crm.id_lookups import ANY_ONE, id_array
from crm.models import Customer, Event, EventKind
from segments.compile import matching
from segments.models import Segment
from segments.rules import Rule

BATCH = 5_000
# An import stamps its events before it commits: what it wrote is sought this long before the last refresh.
LONGEST_IMPORT = dt.timedelta(hours=1)

# One statement, so that both halves rest on the same moment of the facts.
UPDATE_MEMBERS = """
    WITH changes AS MATERIALIZED (
        SELECT stay.id AS stay, wanted.id AS customer
        FROM ({wanted}) AS wanted (id) FULL JOIN ({stays}) AS stay ON stay.customer_id = wanted.id
        WHERE stay.id IS NULL OR wanted.id IS NULL
    ),
    gone AS (
        UPDATE segments_membership SET left_at = greatest(%s, entered_at) FROM changes
        WHERE changes.customer IS NULL AND segments_membership.id = changes.stay
        RETURNING segments_membership.id, segments_membership.customer_id
    ),
    come AS (
        INSERT INTO segments_membership (segment_id, customer_id, entered_at)
        SELECT %s, customer, %s FROM changes WHERE stay IS NULL
        RETURNING id, customer_id
    )
    {result}
"""
STAYS = "SELECT id, customer_id FROM segments_membership WHERE segment_id = %s AND left_at IS NULL"
# The stays are looked up one by one, whatever the planner believes: of a young segment it knows little, and would read
# all stays there are (crm.id_lookups.any_one).
STAYS_OF_FEW = f"""
    SELECT stay.* FROM unnest(%s::bigint[]) AS asked (id) CROSS JOIN LATERAL (
        SELECT id, customer_id FROM segments_membership
        WHERE segment_id = {ANY_ONE % {"expressions": "%s"}} AND left_at IS NULL AND customer_id = asked.id OFFSET 0
    ) AS stay
"""  # noqa: S608 - constants
# Whoever leaves comes before whoever enters: `_keepers` relies on it.
EACH_CHANGE = (
    "SELECT false AS is_entry, id, customer_id FROM gone UNION ALL SELECT true, id, customer_id FROM come ORDER BY 1"
)
TOTALS = "SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)"
# The set of members is hashed; the default 4 MB would send a large shop to the disk.
FOR_ALL = "SELECT set_config('work_mem', '64MB', true), set_config('enable_bitmapscan', 'on', true)"
# Few are looked up by their keys; a bitmap of everybody in a city or with a tag, to narrow them down, takes longer.
FOR_FEW = "SELECT set_config('enable_bitmapscan', 'off', true)"


@dataclass(frozen=True)
class MembershipChange:
    is_entry: bool
    membership: int
    customer: int


@dataclass(frozen=True)
class MembersUpdate:
    """`customers` are those who entered or left; at a first, silent refresh they are not listed."""

    entered: int = 0
    left: int = 0
    customers: frozenset[int] = frozenset()


def update_members(segment: Segment, rule: Rule, now: dt.datetime, few: Collection[int] | None) -> MembersUpdate:
    """Bring the open memberships of these customers, or of everybody, in line with the rule."""
    if segment.refreshed_at is None:
        return _update_silently(segment, rule, now, few)
    entered = left = 0
    keepers: set[int] = set()
    customers: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(FOR_ALL if few is None else FOR_FEW)
        cursor.execute(*_statement(segment, rule, now, few, EACH_CHANGE))
        while batch := [MembershipChange(*row) for row in cursor.fetchmany(BATCH)]:
            keepers |= _keepers(batch)
            customers |= {change.customer for change in batch}
            _record(segment, [one for one in batch if not (one.is_entry and one.customer in keepers)], now)
            entered += sum(change.is_entry for change in batch)
            left += sum(not change.is_entry for change in batch)
    return MembersUpdate(entered, left, frozenset(customers))


def _update_silently(segment: Segment, rule: Rule, now: dt.datetime, few: Collection[int] | None) -> MembersUpdate:
    with connection.cursor() as cursor:
        cursor.execute(FOR_ALL if few is None else FOR_FEW)
        cursor.execute(*_statement(segment, rule, now, few, TOTALS))
        return MembersUpdate(*cursor.fetchone())


def _statement(
    segment: Segment, rule: Rule, now: dt.datetime, few: Collection[int] | None, result: str
) -> tuple[str, list[Any]]:
    members = matching(rule, now, few, own_segment=segment.pk)
    wanted, values = members.order_by().values("pk").query.sql_with_params()
    stays = STAYS if few is None else STAYS_OF_FEW
    whose = [segment.pk] if few is None else [id_array(sorted(few)), segment.pk]
    return UPDATE_MEMBERS.format(wanted=wanted, stays=stays, result=result), [*values, *whose, now, segment.pk, now]


def _keepers(changes: list[MembershipChange]) -> set[int]:
    """Those into whom customers who leave were merged."""
    gone = Customer.objects.filter(pk__in=[change.customer for change in changes if not change.is_entry])
    return {keeper for keeper in gone.values_list("merged_into", flat=True) if keeper}


def _record(segment: Segment, changes: list[MembershipChange], now: dt.datetime) -> None:
    """As events, but for customers who are no more or whose history was just imported."""
    customers = [change.customer for change in changes]
    recorded = set(Customer.objects.current().filter(pk__in=customers).values_list("pk", flat=True))
    recorded -= _imported(customers, since=segment.refreshed_at)
    record_many(_event(segment, change, now) for change in changes if change.customer in recorded)


def _imported(customers: list[int], since: dt.datetime | None) -> set[int]:
    if since is None:
        return set(customers)
    historic = Event.objects.filter(customer__in=customers, is_historic=True, received_at__gte=since - LONGEST_IMPORT)
    return set(historic.values_list("customer", flat=True))


def _event(segment: Segment, change: MembershipChange, now: dt.datetime) -> Event:
    kind = EventKind.SEGMENT_ENTERED if change.is_entry else EventKind.SEGMENT_LEFT
    return Event(
        kind=kind,
        customer_id=change.customer,
        occurred_at=now,
        source="segments",
        key=f"{kind}:{change.membership}",
        properties={"segment": segment.pk},
    )
