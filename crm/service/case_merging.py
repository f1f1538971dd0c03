"""Two cases about one matter become one. The other stays behind as a pointer, and can be split off again for a day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_against_facts
from crm.models import (
    Case,
    CaseMessage,
    CaseNote,
    CaseOffer,
    ContentmentCheck,
    Event,
    EventKind,
    Goodwill,
    PromiseBreach,
    StaffTask,
)
from crm.service.case_events import record_change
from crm.service.case_state import RESTS, wake
from crm.service.cases import reopen

SPLIT_WITHIN = dt.timedelta(days=1)
MOVED = {
    "messages": CaseMessage,
    "notes": CaseNote,
    "tasks": StaffTask,
    "offers": CaseOffer,
    "checks": ContentmentCheck,
    "goodwills": Goodwill,
    "breaches": PromiseBreach,
}
WEIGHT = {Case.Severity.LOW: 0, Case.Severity.NORMAL: 1, Case.Severity.HIGH: 2}


@transaction.atomic
def merge_cases(root: Case, other: Case, *, at: dt.datetime) -> Case:
    """Everything about the other goes on in the root, which is as urgent, promised as early and as open as either was.

    ValueError for cases of two customers, and for one that was merged before.
    """
    _lock(root, other)
    if root == other:
        raise ValueError(_("A case cannot be merged into itself."))
    if root.customer_id != other.customer_id:
        raise ValueError(_("Only cases of one customer can be merged."))
    if root.merged_into_id or other.merged_into_id:
        raise ValueError(_("This case was merged into another one: go on there."))
    was_open = other.resolved_at is None
    if was_open:
        root = reopen(root, at=at) if root.resolved_at else root
        _take_over(root, other)
    moved = {name: _move(model, other, root) for name, model in MOVED.items()}
    Case.objects.filter(merged_into=other).update(merged_into=root)
    Case.objects.filter(follows=other).exclude(pk=root.pk).update(follows=root)
    _leave_behind(other, root, at)
    record_change(other, EventKind.CASE_MERGED, at, into=root.pk, moved=moved, was_open=was_open)
    return root


@transaction.atomic
def split(case: Case, *, at: dt.datetime) -> Case:
    """What was merged by mistake is a case again, with what it had. The other stays as urgent as it became."""
    root = case.merged_into
    merging = last_merging(case, at)
    if root is None or merging is None:
        raise ValueError(_("Only what was merged within a day can be split off again."))
    _lock(root, case)
    told = merging.properties
    for name, model in MOVED.items():
        model._default_manager.filter(pk__in=told["moved"].get(name, []), case=root).update(case=case)
    case.merged_into, case.ending = None, ""
    if told["was_open"]:
        case.resolved_at = None
    case.save(update_fields=["merged_into", "ending", "resolved_at"])
    record_change(case, EventKind.CASE_SPLIT, at, **{"from": root.pk})
    return case


def last_merging(case: Case, now: dt.datetime) -> Event | None:
    """While it can still be undone."""
    told = Event.objects.filter(customer=case.customer_id, kind=EventKind.CASE_MERGED, properties__case=case.pk)
    return told.filter(occurred_at__gt=now - SPLIT_WITHIN).order_by("occurred_at", "pk").last()


def mergeable(case: Case) -> list[Case]:
    """Other cases of the customer that may be about the same matter, the newest first."""
    others = Case.objects.filter(customer=case.customer_id, merged_into=None).exclude(pk=case.pk)
    return list(others.order_by("-opened_at", "-pk")[:20])


def _lock(*cases: Case) -> None:
    """Nobody writes to the customer's cases meanwhile, or a letter would go to one that is no longer there."""
    lock_against_facts({case.customer_id for case in cases})
    for case in sorted(cases, key=lambda case: case.pk):
        case.refresh_from_db(from_queryset=Case.objects.select_for_update(no_key=True))


def _take_over(root: Case, other: Case) -> None:
    if root.kind != other.kind:
        root.kind = Case.Kind.COMPLAINT
    root.severity = max(root.severity, other.severity, key=lambda severity: WEIGHT[Case.Severity(severity)])
    root.promised_at = _earliest(root.promised_at, other.promised_at)
    root.unanswered_at = _earliest(root.unanswered_at, other.unanswered_at)
    root.order, root.owner = root.order or other.order, root.owner or other.owner
    if other.waits_for_us:
        wake(root)
    root.save(update_fields=["kind", "severity", "promised_at", "unanswered_at", "order", "owner", *RESTS])


def _earliest(*moments: dt.datetime | None) -> dt.datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _move(model: Any, other: Case, root: Case) -> list[int]:
    rows = model._default_manager.filter(case=other)
    if model is PromiseBreach:
        # That both broke one promise is said in the root already.
        rows = rows.exclude(promise__in=PromiseBreach.objects.filter(case=root).values("promise"))
    ids = list(rows.values_list("pk", flat=True))
    rows.update(case=root)
    return ids


def _leave_behind(other: Case, root: Case, at: dt.datetime) -> None:
    wake(other)
    other.merged_into, other.ending = root, Case.Ending.MERGED
    other.resolved_at, other.unanswered_at = other.resolved_at or at, None
    other.save(update_fields=["merged_into", "ending", "resolved_at", "unanswered_at", *RESTS])
