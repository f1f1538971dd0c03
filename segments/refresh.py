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
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from crm.locks import prevent_merging
from crm.timezones import day_of
from segments import changes
from segments.members import MembersUpdate, update_members
from segments.models import Membership, Segment, SegmentSize
from segments.query_timeout import QueryTookTooLong, time_limit
from segments.rule_json import parse
from segments.rules import RuleError

logger = logging.getLogger(__name__)

REFRESHED_COLUMNS = [
    "members_count",
    "refreshed_at",
    "checked_at",
    "seen",
    "proved_at",
    "drifted_count",
    "broken_reason",
]


@dataclass(frozen=True)
class RefreshResult:
    entered: int = 0
    left: int = 0
    is_broken: bool = False


def refresh_due(now: dt.datetime) -> dict[int, RefreshResult]:
    """Refresh every segment that is due; one that is broken or busy does not stop the others."""
    results = [(segment.pk, refresh(segment, now)) for segment in Segment.objects.due(now)]
    with transaction.atomic():
        changes.delete_seen()
    return {pk: result for pk, result in results if result is not None}


def refresh(segment: Segment, now: dt.datetime, patience: dt.timedelta | None = None) -> RefreshResult | None:
    """Bring the members of one segment up to date; None when another refresh is at it, or patience ran out."""
    try:
        with transaction.atomic():
            locked = Segment.objects.free(segment.pk).first()
            if locked is None:
                return None
            with time_limit(patience):
                result = _refresh_locked(locked, now)
    except QueryTookTooLong:
        return None
    except RuleError as error:
        return _broken(segment, str(error), now)
    except DatabaseError:
        logger.exception("Segment %s cannot be refreshed", segment.pk)
        return _broken(segment, _("The database could not answer. It is asked again every few minutes."), now)
    for name in REFRESHED_COLUMNS:
        setattr(segment, name, getattr(locked, name))
    return result


def _broken(segment: Segment, reason: str, now: dt.datetime) -> RefreshResult:
    segment.broken_reason, segment.checked_at, segment.seen = reason, now, None
    _save(segment, ["broken_reason", "checked_at", "seen"])
    return RefreshResult(is_broken=True)


def _save(segment: Segment, names: Collection[str]) -> None:
    """Not by the model's `save`, which writes history: what a refresh finds is no change that somebody made."""
    Segment.objects.filter(pk=segment.pk).update(**{name: getattr(segment, name) for name in names})


def _refresh_locked(segment: Segment, now: dt.datetime) -> RefreshResult:
    prevent_merging()
    # Before anything is read: what commits from here on belongs to the next refresh too.
    horizon = changes.horizon()
    rule = parse(segment.rule)
    few = changes.customers_to_check(segment, rule, now)
    of_few = update_members(segment, rule, now, few) if few else MembersUpdate()
    of_all = MembersUpdate()
    is_full = few is None or changes.is_full_count_due(segment, now)
    if is_full:
        of_all = update_members(segment, rule, now, None)
        segment.proved_at = now
        segment.drifted_count = 0 if few is None else _drifted(segment, of_all.customers, horizon)
    segment.seen = horizon
    result = RefreshResult(of_few.entered + of_all.entered, of_few.left + of_all.left)
    _note_size(segment, result, now, is_full)
    return result


def _drifted(segment: Segment, moved: frozenset[int], horizon: int) -> int:
    """How many the full count moved though nothing about them changed while it ran: it should be nobody."""
    meanwhile = changes.customers_changed_by_others(horizon)
    missed = frozenset() if meanwhile is None else moved - meanwhile
    if missed:
        logger.error("Segment %s: a full count found %s customers that changes had missed", segment.pk, len(missed))
    return len(missed)


def _note_size(segment: Segment, result: RefreshResult, now: dt.datetime, is_full: bool) -> None:
    segment.members_count += result.entered - result.left
    if is_full:
        segment.members_count = Membership.objects.open().filter(segment=segment).count()
    has_size_of_today = segment.refreshed_at is not None and day_of(segment.refreshed_at) == day_of(now)
    segment.refreshed_at = segment.checked_at = now
    segment.broken_reason = ""
    _save(segment, REFRESHED_COLUMNS)
    if has_size_of_today and not (is_full or result.entered or result.left):
        return
    SegmentSize.objects.bulk_create(
        [SegmentSize(segment=segment, day=day_of(now), members_count=segment.members_count)],
        update_conflicts=True,
        unique_fields=["segment", "day"],
        update_fields=["members_count"],
    )
