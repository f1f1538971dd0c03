"""Who belongs to a segment now: membership rows follow the rule, and entering and leaving become events.

The first refresh after a rule was written is silent: those people were there before, only the question is new.
So is a change brought about by imported history (a historic event of that customer received since the last refresh),
and by a merge: when the duplicate's stay ends as the keeper's begins, the same person is still there.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.models import Customer, Event, EventKind
from crm.timezones import day_of
from segments.compile import matching
from segments.models import Membership, Segment, SegmentSize
from segments.patience import TookTooLong, impatient
from segments.rules import RuleError

logger = logging.getLogger(__name__)

BATCH = 5_000
# An import stamps its events before it commits: what it wrote is sought this long before the last refresh.
LONGEST_IMPORT = dt.timedelta(hours=1)

# One statement, so that both halves rest on the same moment of the facts.
FOLLOW = """
    WITH wanted (id) AS MATERIALIZED ({wanted}),
    gone AS (
        UPDATE segments_membership SET left_at = greatest(%s, entered_at)
        WHERE segment_id = %s AND left_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.id = segments_membership.customer_id)
        RETURNING id, customer_id
    ),
    come AS (
        INSERT INTO segments_membership (segment_id, customer_id, entered_at)
        SELECT %s, wanted.id, %s FROM wanted
        WHERE NOT EXISTS (
            SELECT 1 FROM segments_membership AS stay
            WHERE stay.segment_id = %s AND stay.customer_id = wanted.id AND stay.left_at IS NULL
        )
        RETURNING id, customer_id
    )
    {told}
"""
MOVES = (
    "SELECT false AS is_entry, id, customer_id FROM gone UNION ALL SELECT true, id, customer_id FROM come ORDER BY 1"
)
TOTALS = "SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)"
# The set of members is hashed several times over; the default 4 MB would send a large shop to the disk.
ROOM = "SET LOCAL work_mem = '64MB'"


@dataclass(frozen=True)
class Refreshed:
    entered: int = 0
    left: int = 0
    is_broken: bool = False


@dataclass(frozen=True)
class Move:
    is_entry: bool
    membership: int
    customer: int


def refresh_due(now: dt.datetime) -> dict[int, Refreshed]:
    """Refresh every segment that is due; one that is broken or busy does not stop the others."""
    outcomes = ((segment.pk, refresh(segment, now)) for segment in Segment.objects.due(now))
    return {pk: outcome for pk, outcome in outcomes if outcome is not None}


def refresh(segment: Segment, now: dt.datetime, patience: dt.timedelta | None = None) -> Refreshed | None:
    """Bring the members of one segment up to date; None when another refresh is at it, or patience ran out."""
    try:
        with transaction.atomic():
            held = Segment.objects.free(segment.pk).first()
            if held is None:
                return None
            with impatient(patience):
                outcome = _follow(held, now)
    except TookTooLong:
        return None
    except RuleError as error:
        outcome = _broken(segment, str(error), now)
    except DatabaseError:
        logger.exception("Segment %s cannot be refreshed", segment.pk)
        outcome = _broken(segment, _("The database could not answer. It is asked again every few minutes."), now)
    segment.refresh_from_db(fields=["members_count", "refreshed_at", "checked_at", "broken_reason"])
    return outcome


def _broken(segment: Segment, reason: str, now: dt.datetime) -> Refreshed:
    Segment.objects.filter(pk=segment.pk).update(broken_reason=reason, checked_at=now)
    return Refreshed(is_broken=True)


def _follow(segment: Segment, now: dt.datetime) -> Refreshed:
    wanted, values = matching(segment.rule, now, asking=segment.pk).order_by().values("pk").query.sql_with_params()
    is_silent = segment.refreshed_at is None
    statement = FOLLOW.format(wanted=wanted, told=TOTALS if is_silent else MOVES)
    entered = left = 0
    kept: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(statement, [*values, now, segment.pk, segment.pk, now, segment.pk])
        if is_silent:
            entered, left = cursor.fetchone()
        while moves := [] if is_silent else [Move(*row) for row in cursor.fetchmany(BATCH)]:
            kept |= _keepers(moves)
            _tell(segment, [move for move in moves if not (move.is_entry and move.customer in kept)], now)
            entered += sum(move.is_entry for move in moves)
            left += sum(not move.is_entry for move in moves)
    _note_size(segment, now)
    return Refreshed(entered, left)


def _tell(segment: Segment, moves: list[Move], now: dt.datetime) -> None:
    """Record the moves as events, but for customers who are no more or whose history was just imported."""
    customers = [move.customer for move in moves]
    told = set(Customer.objects.current().filter(pk__in=customers).values_list("pk", flat=True))
    told -= _imported(customers, since=segment.refreshed_at)
    record_many(_event(segment, move, now) for move in moves if move.customer in told)


def _keepers(moves: list[Move]) -> set[int]:
    """Those into whom customers who leave were merged; leaving comes before entering in the moves."""
    gone = Customer.objects.filter(pk__in=[move.customer for move in moves if not move.is_entry])
    return {keeper for keeper in gone.values_list("merged_into", flat=True) if keeper}


def _imported(customers: list[int], since: dt.datetime | None) -> set[int]:
    if since is None:
        return set(customers)
    historic = Event.objects.filter(customer__in=customers, is_historic=True, received_at__gte=since - LONGEST_IMPORT)
    return set(historic.values_list("customer", flat=True))


def _event(segment: Segment, move: Move, now: dt.datetime) -> Event:
    kind = EventKind.SEGMENT_ENTERED if move.is_entry else EventKind.SEGMENT_LEFT
    return Event(
        kind=kind,
        customer_id=move.customer,
        occurred_at=now,
        source="segments",
        key=f"{kind}:{move.membership}",
        properties={"segment": segment.pk},
    )


def _note_size(segment: Segment, now: dt.datetime) -> None:
    members = Membership.objects.open().filter(segment=segment).count()
    Segment.objects.filter(pk=segment.pk).update(
        members_count=members, refreshed_at=now, checked_at=now, broken_reason=""
    )
    SegmentSize.objects.bulk_create(
        [SegmentSize(segment=segment, day=day_of(now), members_count=members)],
        update_conflicts=True,
        unique_fields=["segment", "day"],
        update_fields=["members_count"],
    )
