"""What a case really is: said by staff, or by the words of a later letter."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import Case, EventKind, Order, Shop
from crm.service.case_events import record_change
from crm.service.cases import check_choices


@transaction.atomic
def escalate(case: Case, *, kind: str, severity: str, at: dt.datetime) -> Case:
    """What looked like a question is a complaint, or cannot wait. Nothing becomes less than it was."""
    lock_fact(case)
    if severity == Case.Severity.HIGH:
        _weigh(case, severity, at)
    if kind == Case.Kind.COMPLAINT:
        _become(case, kind, at)
    case.save(update_fields=["kind", "severity", "promised_at"])
    return case


@transaction.atomic
def correct(case: Case, *, kind: str, severity: str, order: Order | None, at: dt.datetime) -> Case:
    """Staff say what it really is and what it is about. Marketing rests for a complaint, and no longer for a question.

    ValueError when the order is somebody else's.
    """
    lock_fact(case)
    check_choices(kind, case.subject, case.channel, severity)
    if order and order.customer_id != case.customer_id:
        raise ValueError(_("Order %(order)s is not this customer's.") % {"order": order.number})
    if order != case.order:
        before, case.order = case.order, order
        record_change(case, EventKind.CASE_CORRECTED, at, order_was=before.number if before else "")
    _weigh(case, severity, at)
    _become(case, kind, at)
    case.save(update_fields=["kind", "severity", "order", "promised_at"])
    return case


def _weigh(case: Case, severity: str, at: dt.datetime) -> None:
    """What turns out to be urgent is to be answered sooner; nothing is put off."""
    if severity == Case.Severity.HIGH != case.severity and case.promised_at:
        case.promised_at = min(case.promised_at, Shop.load().answer_due(severity, at))
    case.severity = severity


def _become(case: Case, kind: str, at: dt.datetime) -> None:
    if kind == case.kind:
        return
    kind_was, case.kind = case.kind, kind
    is_complaint = kind == Case.Kind.COMPLAINT
    if is_complaint:
        case.promised_at = case.promised_at or Shop.load().answer_due(case.severity, at)
    record_change(case, EventKind.CASE_ESCALATED if is_complaint else EventKind.CASE_CORRECTED, at, kind_was=kind_was)
