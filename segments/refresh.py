"""Who belongs to a segment now: membership rows follow the rule, and entering and leaving become events.

The first refresh after a rule was written is silent: those people were there before, only the question is new.
So is a change brought about by imported history (a historic event of that customer received since the last refresh),
and by a merge: when the duplicate's stay ends as the keeper's begins, the same person is still there.

Usually only customers whose facts changed are asked about (segments.changes); everybody is when the rule was written,
when a day of the shop began that the rule depends on, and once a day to prove that nothing was missed.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.id_lookups import ANY_ONE, id_array
from crm.locks import prevent_merging
from crm.models import Customer, Event, EventKind
from crm.timezones import day_of
from segments import changes
from segments.compile import matching
from segments.models import Membership, Segment, SegmentSize
from segments.query_timeout import QueryTookTooLong, impatient
from segments.rule_json import parse
from segments.rules import Rule, RuleError

logger = logging.getLogger(__name__)

BATCH = 5_000
# An import stamps its events before it commits: what it wrote is sought this long before the last refresh.
LONGEST_IMPORT = dt.timedelta(hours=1)

# One statement, so that both halves rest on the same moment of the facts.
FOLLOW = """
    WITH moves AS MATERIALIZED (
        SELECT stay.id AS stay, wanted.id AS customer
        FROM ({wanted}) AS wanted (id) FULL JOIN ({stays}) AS stay ON stay.customer_id = wanted.id
        WHERE stay.id IS NULL OR wanted.id IS NULL
    ),
    gone AS (
        UPDATE segments_membership SET left_at = greatest(%s, entered_at) FROM moves
        WHERE moves.customer IS NULL AND segments_membership.id = moves.stay
        RETURNING segments_membership.id, segments_membership.customer_id
    ),
    come AS (
        INSERT INTO segments_membership (segment_id, customer_id, entered_at)
        SELECT %s, customer, %s FROM moves WHERE stay IS NULL
        RETURNING id, customer_id
    )
    {told}
"""
STAYS = "SELECT id, customer_id FROM segments_membership WHERE segment_id = %s AND left_at IS NULL"
# One by one, whatever the planner believes: of a young segment it knows little, and would read all stays there are
# (crm.id_lookups.any_one).
STAYS_OF_FEW = f"""
    SELECT stay.* FROM unnest(%s::bigint[]) AS asked (id) CROSS JOIN LATERAL (
        SELECT id, customer_id FROM segments_membership
        WHERE segment_id = {ANY_ONE % {"expressions": "%s"}} AND left_at IS NULL AND customer_id = asked.id OFFSET 0
    ) AS stay
"""  # noqa: S608 - constants
MOVES = (
    "SELECT false AS is_entry, id, customer_id FROM gone UNION ALL SELECT true, id, customer_id FROM come ORDER BY 1"
)
KEPT = ["members_count", "refreshed_at", "checked_at", "seen", "proved_at", "drifted_count", "broken_reason"]
TOTALS = "SELECT (SELECT count(*) FROM come), (SELECT count(*) FROM gone)"
# The set of members is hashed; the default 4 MB would send a large shop to the disk.
FOR_ALL = "SELECT set_config('work_mem', '64MB', true), set_config('enable_bitmapscan', 'on', true)"
# Few are looked up by their keys; a bitmap of everybody in a city or with a tag, to narrow them down, takes longer.
FOR_FEW = "SELECT set_config('enable_bitmapscan', 'off', true)"


@dataclass(frozen=True)
class Refreshed:
    entered: int = 0
    left: int = 0
    is_broken: bool = False
    moved: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Move:
    is_entry: bool
    membership: int
    customer: int


def refresh_due(now: dt.datetime) -> dict[int, Refreshed]:
    """Refresh every segment that is due; one that is broken or busy does not stop the others."""
    outcomes = [(segment.pk, refresh(segment, now)) for segment in Segment.objects.due(now)]
    with transaction.atomic():
        changes.forget()
    return {pk: outcome for pk, outcome in outcomes if outcome is not None}


def refresh(segment: Segment, now: dt.datetime, patience: dt.timedelta | None = None) -> Refreshed | None:
    """Bring the members of one segment up to date; None when another refresh is at it, or patience ran out."""
    try:
        with transaction.atomic():
            locked = Segment.objects.free(segment.pk).first()
            if locked is None:
                return None
            with impatient(patience):
                outcome = _follow(locked, now)
    except QueryTookTooLong:
        return None
    except RuleError as error:
        return _broken(segment, str(error), now)
    except DatabaseError:
        logger.exception("Segment %s cannot be refreshed", segment.pk)
        return _broken(segment, _("The database could not answer. It is asked again every few minutes."), now)
    for name in KEPT:
        setattr(segment, name, getattr(locked, name))
    return outcome


def _broken(segment: Segment, reason: str, now: dt.datetime) -> Refreshed:
    segment.broken_reason, segment.checked_at, segment.seen = reason, now, None
    _keep(segment, ["broken_reason", "checked_at", "seen"])
    return Refreshed(is_broken=True)


def _keep(segment: Segment, names: Collection[str]) -> None:
    """Not by `save`, which writes history: what a refresh finds is no change that somebody made."""
    Segment.objects.filter(pk=segment.pk).update(**{name: getattr(segment, name) for name in names})


def _follow(segment: Segment, now: dt.datetime) -> Refreshed:
    prevent_merging()
    # Before anything is read: what commits from here on belongs to the next refresh too.
    horizon = changes.horizon()
    rule = parse(segment.rule)
    asked = changes.to_ask(segment, rule, now)
    outcome = Refreshed()
    if asked:
        outcome = _move(segment, rule, now, asked)
    is_full = asked is None
    if is_full or changes.is_proof_due(segment, now):
        full = _move(segment, rule, now, None)
        outcome = Refreshed(outcome.entered + full.entered, outcome.left + full.left, moved=full.moved)
        segment.proved_at = now
        segment.drifted_count = 0 if is_full else _drifted(segment, full.moved, horizon)
        is_full = True
    segment.seen = horizon
    _note_size(segment, outcome, now, is_full)
    return replace(outcome, moved=frozenset())


def _drifted(segment: Segment, moved: frozenset[int], horizon: int) -> int:
    """How many the full count moved though nothing about them changed while it ran: it should be nobody."""
    meanwhile = changes.changed_by_others(horizon)
    missed = frozenset() if meanwhile is None else moved - meanwhile
    if missed:
        logger.error("Segment %s: a full count found %s customers that changes had missed", segment.pk, len(missed))
    return len(missed)


def _move(segment: Segment, rule: Rule, now: dt.datetime, asked: Collection[int] | None) -> Refreshed:
    members = matching(rule, now, asked, asking=segment.pk)
    wanted, values = members.order_by().values("pk").query.sql_with_params()
    stays, whose = (STAYS, [segment.pk]) if asked is None else (STAYS_OF_FEW, [id_array(sorted(asked)), segment.pk])
    is_silent = segment.refreshed_at is None
    statement = FOLLOW.format(wanted=wanted, stays=stays, told=TOTALS if is_silent else MOVES)
    entered = left = 0
    kept: set[int] = set()
    moved: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(FOR_ALL if asked is None else FOR_FEW)
        cursor.execute(statement, [*values, *whose, now, segment.pk, now])
        if is_silent:
            entered, left = cursor.fetchone()
        while moves := [] if is_silent else [Move(*row) for row in cursor.fetchmany(BATCH)]:
            kept |= _keepers(moves)
            moved |= {move.customer for move in moves}
            _tell(segment, [move for move in moves if not (move.is_entry and move.customer in kept)], now)
            entered += sum(move.is_entry for move in moves)
            left += sum(not move.is_entry for move in moves)
    return Refreshed(entered, left, moved=frozenset(moved))


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


def _note_size(segment: Segment, outcome: Refreshed, now: dt.datetime, is_full: bool) -> None:
    segment.members_count += outcome.entered - outcome.left
    if is_full:
        segment.members_count = Membership.objects.open().filter(segment=segment).count()
    is_noted = segment.refreshed_at is not None and day_of(segment.refreshed_at) == day_of(now)
    segment.refreshed_at = segment.checked_at = now
    segment.broken_reason = ""
    _keep(segment, KEPT)
    if is_noted and not (is_full or outcome.entered or outcome.left):
        return
    SegmentSize.objects.bulk_create(
        [SegmentSize(segment=segment, day=day_of(now), members_count=segment.members_count)],
        update_conflicts=True,
        unique_fields=["segment", "day"],
        update_fields=["members_count"],
    )
