"""What verbs of a case share: its lock, whose it is, when it rests, and the time promised. Nothing here saves."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import Case, Shop
from crm.working_hours import WorkedTime

RESTS = ["held_at", "held_for", "awaits_customer_at"]


def lock_case(case: Case) -> None:
    """ValueError for one that is only the pointer to another."""
    lock_fact(case)
    if case.merged_into_id:
        raise ValueError(_("This case was merged into another one: go on there."))


def lock_open_case(case: Case) -> None:
    lock_case(case)
    if case.resolved_at:
        raise ValueError(_("This case is resolved."))


def own_if_nobodys(case: Case, by: User | None) -> None:
    """Whoever answers first has it."""
    if case.owner_id is None and by is not None:
        case.owner = by


def wake(case: Case) -> None:
    case.held_at, case.held_for, case.awaits_customer_at = None, "", None


def wake_with_time_left(case: Case, at: dt.datetime) -> None:
    """As much time is left of what was promised as there was when it came to rest."""
    since = case.held_at or case.awaits_customer_at
    if since and case.promised_at and case.promised_at > since:
        calendar = Shop.load().calendar
        left = WorkedTime(calendar, since, case.promised_at).between(since, case.promised_at)
        case.promised_at = calendar.due(at, left) if left else case.promised_at
    wake(case)


def promise_anew(case: Case, at: dt.datetime) -> None:
    """The time that was promised before has been kept or is long gone."""
    if case.promised_at or case.kind == Case.Kind.COMPLAINT:
        case.promised_at = Shop.load().answer_due(case.severity, at)
