"""A case in which it is not our turn: it waits for the customer, or for somebody else. The promise rests meanwhile."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction

from crm.locks import lock_fact
from crm.models import Case, EventKind, Shop
from crm.service.case_events import record_change
from crm.service.case_state import RESTS, lock_case, lock_open_case, own_if_nobodys, wake, wake_with_time_left

AT_ONCE = 200


@transaction.atomic
def await_customer(case: Case, *, at: dt.datetime) -> Case:
    """The next word is the customer's."""
    lock_open_case(case)
    is_new = case.awaits_customer_at is None
    if is_new:
        wake_with_time_left(case, at)
        case.awaits_customer_at = at
    case.unanswered_at = None
    case.save(update_fields=[*RESTS, "promised_at", "unanswered_at"])
    if is_new:
        record_change(case, EventKind.CASE_AWAITS_CUSTOMER, at)
    return case


@transaction.atomic
def hold(case: Case, *, at: dt.datetime, whom: str = "") -> Case:
    """It goes on when somebody else has done their part; the customer need not do anything."""
    lock_open_case(case)
    is_new = case.held_at is None
    if is_new:
        wake_with_time_left(case, at)
        case.held_at = at
    case.held_for = whom.replace("\0", "").strip()[:200]
    case.save(update_fields=[*RESTS, "promised_at"])
    if is_new:
        record_change(case, EventKind.CASE_HELD, at, **{"for": case.held_for})
    return case


@transaction.atomic
def take_up(case: Case, *, at: dt.datetime) -> Case:
    """It is our turn again, with as much time left as there was."""
    lock_open_case(case)
    since = case.held_at or case.awaits_customer_at
    if since:
        wake_with_time_left(case, at)
        case.save(update_fields=[*RESTS, "promised_at"])
        record_change(case, EventKind.CASE_TAKEN_UP, at, since=since.isoformat())
    return case


@transaction.atomic
def note_our_word(case: Case, *, at: dt.datetime, by: User | None) -> None:
    """Somebody wrote to the customer. Of a question that was the answer; a complaint waits on for its solution."""
    lock_case(case)
    own_if_nobodys(case, by)
    case.unanswered_at = None
    case.save(update_fields=["owner", "unanswered_at"])
    if not case.resolved_at and (case.kind == Case.Kind.QUESTION or case.answered_at):
        await_customer(case, at=at)


def close_silent(at: dt.datetime) -> int:
    """Close what has waited for its customer as long as the shop says. An answer opens it again."""
    days = Shop.load().silent_days
    if not days:
        return 0
    silent = Case.objects.silent(at - dt.timedelta(days=days))
    return sum(_lapse(case, at, at - dt.timedelta(days=days)) for case in silent[:AT_ONCE])


@transaction.atomic
def _lapse(case: Case, at: dt.datetime, since: dt.datetime) -> bool:
    """Unless a word came meanwhile, or it was merged."""
    lock_fact(case)
    if case.awaits_customer_at is None or case.awaits_customer_at > since:
        return False
    wake(case)
    case.resolved_at, case.ending = at, Case.Ending.NO_WORD
    case.save(update_fields=[*RESTS, "resolved_at", "ending"])
    record_change(case, EventKind.CASE_LAPSED, at)
    return True
