"""Whose facts changed since a segment was last refreshed, as the triggers on `watched_tables` noted.

Transactions commit out of order, so no cursor of row ids is safe. Each change carries the number of the transaction
that wrote it; a refresh notes the oldest transaction still running before it looks (`horizon`), and the next one reads
everything from there on. What committed before is seen by the earlier refresh, what came after is read by the later
one, and the little that both see is checked twice, which changes nothing.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Min

from crm.timezones import day_of
from segments.models.change import Change, ChangeQuerySet
from segments.models.segment import Segment
from segments.rules import Condition, Rule, conditions
from segments.vocabulary.field import Field
from segments.vocabulary.registry import FIELDS

HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
OWN_TRANSACTION = "SELECT pg_current_xact_id()::text::bigint"
# When more customers changed than this, checking everybody is cheaper.
MOST_CHECKED = 20_000
FULL_COUNT_EVERY = dt.timedelta(hours=24)


def horizon() -> int:
    return _number(HORIZON)


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def changed_customers(since: int) -> set[int] | None:
    """Customers whose facts changed; None when it may be anybody."""
    return _customers_of(Change.objects.since(since))


def customers_changed_by_others(since: int) -> set[int] | None:
    """The same without what this transaction wrote: a refresh writes events, and the log is watched too."""
    return _customers_of(Change.objects.since(since).exclude(written_in=_number(OWN_TRANSACTION)))


def _customers_of(rows: ChangeQuerySet) -> set[int] | None:
    ids = set(rows.order_by().values_list("customer_id", flat=True).distinct()[: MOST_CHECKED + 1])
    return None if None in ids or len(ids) > MOST_CHECKED else {pk for pk in ids if pk is not None}


def customers_to_check(segment: Segment, rule: Rule, now: dt.datetime) -> set[int] | None:
    """Whom a refresh has to check; None means everybody."""
    if segment.seen is None or segment.refreshed_at is None or not _is_watched(rule):
        return None
    if _follows_days(rule) and day_of(segment.refreshed_at) != day_of(now):
        return None
    return changed_customers(segment.seen)


def is_full_count_due(segment: Segment, now: dt.datetime) -> bool:
    return segment.proved_at is None or now - segment.proved_at >= FULL_COUNT_EVERY


def delete_seen() -> int:
    """Delete changes that every segment has seen; one that is switched off checks everybody when it comes back."""
    Segment.objects.filter(is_active=False).exclude(seen=None).update(seen=None)
    oldest = Segment.objects.active().aggregate(oldest=Min("seen"))["oldest"]
    changes = Change.objects.filter(written_in__lt=horizon() if oldest is None else oldest)
    # Rows only, without fetching them first: nothing references a change.
    return int(changes._raw_delete(changes.db))


def _is_watched(rule: Rule) -> bool:
    return all(FIELDS[one.field].is_watched for one in conditions(rule) if one.field in FIELDS)


def _follows_days(rule: Rule) -> bool:
    return any(_changes_at_midnight(one, FIELDS[one.field]) for one in conditions(rule))


def _changes_at_midnight(condition: Condition, field: Field) -> bool:
    filters = {one.name: one for one in field.filters}
    return (
        field.follows_days
        or condition.window is not None
        or any(_changes_at_midnight(one, filters[one.field]) for one in condition.where)
    )
