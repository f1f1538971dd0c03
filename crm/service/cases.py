"""The stages of a complaint or a question. Each happens once; saying it again changes nothing but the words.

A case that is opened again may be resolved again.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.field_checks import check_fields
from crm.locks import lock_current
from crm.models import Case, Customer, EventKind, Order
from crm.service.case_events import record_stage
from crm.service.case_pauses import await_customer
from crm.service.case_state import RESTS, lock_case, own_if_nobodys, promise_anew, wake, wake_with_time_left


@transaction.atomic
def open_case(
    customer: Customer,
    *,
    kind: str,
    subject: str,
    at: dt.datetime,
    channel: str = Case.Channel.OTHER.value,
    severity: str = Case.Severity.NORMAL.value,
    order: Order | None = None,
    body: str = "",
    owner: User | None = None,
    promised_at: dt.datetime | None = None,
    key: str | None = None,
    follows: Case | None = None,
) -> Case:
    """Open a case; one with a `key` is opened once. While a complaint is open, marketing to its customer stops."""
    check_choices(kind, subject, channel, severity)
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    fields = {
        "customer": customer,
        "kind": kind,
        "subject": subject.strip(),
        "opened_at": at,
        "channel": channel,
        "severity": severity,
        "order": order,
        "body": body,
        "owner": owner,
        "promised_at": promised_at,
        "follows": follows,
    }
    if key is None:
        case, is_new = Case.objects.create(**fields), True
    else:
        case, is_new = Case.objects.get_or_create(key=key, defaults=fields)
    if is_new:
        record_stage(case, EventKind.CASE_OPENED, at)
    return case


@transaction.atomic
def acknowledge(case: Case, *, at: dt.datetime, by: User | None = None) -> Case:
    """The customer was told that somebody cares."""
    return _reach(case, "acknowledged_at", EventKind.CASE_ACKNOWLEDGED, at, by)


@transaction.atomic
def answer(
    case: Case,
    *,
    at: dt.datetime,
    solution: str,
    alternative: str = "",
    goodwill: str = "",
    by: User | None = None,
) -> Case:
    """A solution was offered, and the next word is the customer's. Of a better one later the first moment stays."""
    if not solution.strip():
        raise ValueError(_("Say which solution was offered."))
    case = _reach(case, "answered_at", EventKind.CASE_ANSWERED, at, by)
    case.solution, case.alternative = solution, alternative
    case.goodwill = goodwill or case.goodwill
    check_fields(case, case.subject)
    case.save(update_fields=["solution", "alternative", "goodwill"])
    return case if case.resolved_at else await_customer(case, at=at)


@transaction.atomic
def resolve(case: Case, *, at: dt.datetime, by: User | None = None) -> Case:
    """The matter is settled; marketing may resume."""
    return _reach(case, "resolved_at", EventKind.CASE_RESOLVED, at, by)


@transaction.atomic
def confirm(case: Case, *, at: dt.datetime) -> Case:
    """The customer said that they are content, which settles a matter nobody called resolved yet."""
    _reach(case, "resolved_at", EventKind.CASE_RESOLVED, at)
    case.ending = ""
    case.save(update_fields=["ending"])
    return _reach(case, "confirmed_at", EventKind.CASE_CONFIRMED, at)


@transaction.atomic
def note_asked(case: Case, *, at: dt.datetime) -> Case:
    """The customer was asked whether all is well now, and the desk reminds nobody of it again."""
    lock_case(case)
    if case.resolved_at is None:
        raise ValueError(_("It is not resolved yet."))
    if case.content_asked_at is None:
        case.content_asked_at = at
        case.save(update_fields=["content_asked_at"])
    return case


@transaction.atomic
def reopen(case: Case, *, at: dt.datetime) -> Case:
    """What was called settled is not; while it is a complaint, marketing rests again."""
    lock_case(case)
    if case.resolved_at is None:
        return case
    settled_at, case.reopened_at = case.resolved_at, at
    case.resolved_at, case.confirmed_at, case.content_asked_at, case.ending = None, None, None, ""
    promise_anew(case, at)
    case.save(update_fields=["resolved_at", "confirmed_at", "content_asked_at", "ending", "reopened_at", "promised_at"])
    record_stage(case, EventKind.CASE_REOPENED, at, resolved_at=settled_at.isoformat())
    return case


@transaction.atomic
def note_unanswered(case: Case, *, since: dt.datetime, at: dt.datetime) -> None:
    """The customer wrote, or our answer never reached them. What had been answered is promised anew."""
    lock_case(case)
    if case.unanswered_at is not None:
        return
    case.unanswered_at = since
    if case.answered_at or case.awaits_customer_at:
        promise_anew(case, at)
        wake(case)
    else:
        wake_with_time_left(case, at)
    case.save(update_fields=["unanswered_at", "promised_at", *RESTS])


def _reach(case: Case, moment: str, kind: EventKind, at: dt.datetime, by: User | None = None) -> Case:
    lock_case(case)
    own_if_nobodys(case, by)
    is_new = getattr(case, moment) is None
    if is_new:
        setattr(case, moment, at)
        if moment == "resolved_at":
            case.unanswered_at = None
            wake(case)
    case.save(update_fields=[moment, "owner", "unanswered_at", *RESTS])
    if is_new:
        promised = {"promised_at": case.promised_at.isoformat()} if case.promised_at else {}
        record_stage(case, kind, at, **promised)
    return case


def check_choices(kind: str, subject: str, channel: str, severity: str) -> None:
    if not subject.strip() or len(subject) > 200:
        raise ValueError(_("A case needs a subject of 1 to 200 characters."))
    known = {kind: Case.Kind.values, channel: Case.Channel.values, severity: Case.Severity.values}
    for value, choices in known.items():
        if value not in choices:
            raise ValueError(_("“%(value)s” is none of %(choices)s.") % {"value": value, "choices": ", ".join(choices)})
