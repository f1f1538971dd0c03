"""The stages of a complaint or a question. Each happens once; saying it again changes nothing but the words.

A case that is opened again may be resolved again.
"""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.field_checks import check_fields
from crm.locks import lock_current, lock_fact
from crm.models import Case, Customer, EventKind, Order, Shop
from crm.service.case_events import record_stage

# At these moments the customer was told what they waited for.
ANSWERING_MOMENTS = {"answered_at", "resolved_at"}


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
def acknowledge(case: Case, *, at: dt.datetime) -> Case:
    """The customer was told that somebody cares."""
    return _reach(case, "acknowledged_at", EventKind.CASE_ACKNOWLEDGED, at)


@transaction.atomic
def answer(case: Case, *, at: dt.datetime, solution: str, alternative: str = "", goodwill: str = "") -> Case:
    """A solution was offered. A better one may be offered later; the moment of the first stays."""
    if not solution.strip():
        raise ValueError(_("Say which solution was offered."))
    case = _reach(case, "answered_at", EventKind.CASE_ANSWERED, at)
    case.solution, case.alternative = solution, alternative
    case.goodwill = goodwill or case.goodwill
    check_fields(case, case.subject)
    case.save(update_fields=["solution", "alternative", "goodwill"])
    return case


@transaction.atomic
def resolve(case: Case, *, at: dt.datetime) -> Case:
    """The matter is settled; marketing may resume."""
    return _reach(case, "resolved_at", EventKind.CASE_RESOLVED, at)


@transaction.atomic
def confirm(case: Case, *, at: dt.datetime) -> Case:
    """The customer said that they are content, which settles a matter nobody called resolved yet."""
    _reach(case, "resolved_at", EventKind.CASE_RESOLVED, at)
    return _reach(case, "confirmed_at", EventKind.CASE_CONFIRMED, at)


@transaction.atomic
def reopen(case: Case, *, at: dt.datetime) -> Case:
    """What was called settled is not; while it is a complaint, marketing rests again."""
    lock_fact(case)
    if case.resolved_at is None:
        return case
    settled_at, case.resolved_at, case.confirmed_at, case.reopened_at = case.resolved_at, None, None, at
    _promise_anew(case, at)
    case.save(update_fields=["resolved_at", "confirmed_at", "reopened_at", "promised_at"])
    record_stage(case, EventKind.CASE_REOPENED, at, resolved_at=settled_at.isoformat())
    return case


@transaction.atomic
def note_unanswered(case: Case, *, since: dt.datetime, at: dt.datetime) -> None:
    """The customer wrote, or our answer never reached them. What had been answered is promised anew."""
    lock_fact(case)
    if case.unanswered_at is not None:
        return
    case.unanswered_at = since
    if case.answered_at:
        _promise_anew(case, at)
    case.save(update_fields=["unanswered_at", "promised_at"])


def _promise_anew(case: Case, at: dt.datetime) -> None:
    """The time that was promised before has been kept or is long gone."""
    if case.promised_at or case.kind == Case.Kind.COMPLAINT:
        case.promised_at = Shop.load().answer_due(case.severity, at)


def _reach(case: Case, moment: str, kind: EventKind, at: dt.datetime) -> Case:
    lock_fact(case)
    if getattr(case, moment) is None:
        setattr(case, moment, at)
        if moment in ANSWERING_MOMENTS:
            case.unanswered_at = None
        case.save(update_fields=[moment, "unanswered_at"])
        record_stage(case, kind, at)
    return case


def check_choices(kind: str, subject: str, channel: str, severity: str) -> None:
    if not subject.strip() or len(subject) > 200:
        raise ValueError(_("A case needs a subject of 1 to 200 characters."))
    known = {kind: Case.Kind.values, channel: Case.Channel.values, severity: Case.Severity.values}
    for value, choices in known.items():
        if value not in choices:
            raise ValueError(_("“%(value)s” is none of %(choices)s.") % {"value": value, "choices": ", ".join(choices)})
