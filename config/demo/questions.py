"""Complaints of the past, and how they were settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from config.demo.past_events import historic
from config.demo.purchases import Purchase
from crm.models import Case, Event, EventKind, Order

HOUR = dt.timedelta(hours=1)
EVENTS = {
    "opened_at": EventKind.CASE_OPENED,
    "acknowledged_at": EventKind.CASE_ACKNOWLEDGED,
    "answered_at": EventKind.CASE_ANSWERED,
    "resolved_at": EventKind.CASE_RESOLVED,
    "confirmed_at": EventKind.CASE_CONFIRMED,
}
CHANNELS = (Case.Channel.PHONE, Case.Channel.EMAIL, Case.Channel.MESSENGER)
SEVERITIES = (Case.Severity.NORMAL, Case.Severity.HIGH, Case.Severity.LOW)


def past_cases(purchases: list[Purchase], orders: list[Order], until: dt.datetime) -> Iterator[Event]:
    opened = [
        (order, _case(number, purchase, order, purchase.complained_at, until))
        for number, (purchase, order) in enumerate(zip(purchases, orders, strict=True))
        if purchase.complained_at and purchase.complained_at < until
    ]
    Case.objects.bulk_create([case for _order, case in opened])
    for order, case in opened:
        properties = {"case": case.pk, "kind": case.kind, "severity": case.severity}
        for name, kind in EVENTS.items():
            at = getattr(case, name)
            if at:
                yield historic(kind, order, at, f"case:{case.pk}:{kind.removeprefix('case.')}", **properties)


def stage_moments(purchase: Purchase, opened_at: dt.datetime) -> dict[str, dt.datetime]:
    """When each stage is reached: answered within hours and settled within days, some slower than others."""
    slowness = 1 + int(purchase.number) % 5
    hours = {"acknowledged_at": 1, "answered_at": 6, "resolved_at": 30}
    if slowness < 4:
        hours["confirmed_at"] = 60
    return {name: opened_at + slowness * count * HOUR for name, count in hours.items()}


def key_of(purchase: Purchase) -> str:
    return f"demo:{purchase.number}"


def _case(number: int, purchase: Purchase, order: Order, opened_at: dt.datetime, until: dt.datetime) -> Case:
    subject, body = purchase.complaint
    case = Case(
        customer=order.customer,
        order=order,
        kind=Case.Kind.COMPLAINT,
        channel=CHANNELS[number % 3],
        severity=SEVERITIES[number % 3],
        subject=subject,
        body=body,
        opened_at=opened_at,
        promised_at=opened_at + 24 * HOUR,
        key=key_of(purchase),
        **{name: at for name, at in stage_moments(purchase, opened_at).items() if at < until},
    )
    if case.answered_at:
        case.solution, case.alternative = (
            purchase.person.language_words.solution,
            purchase.person.language_words.alternative,
        )
    if case.answered_at and not case.resolved_at:
        case.awaits_customer_at = case.answered_at
    return case
