"""Subscriptions that come round: announced, asked of the shop once a cycle, and settled by the order that comes.

Each verb takes a batch in a constant number of queries, and passes over customers whom another worker holds. After an
outage one renewal is asked for, not one for each date that was missed. Out of stock ends nothing: it waits.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from crm.events import record_many
from crm.models import Event, EventKind, OrderLine, Subscription, SubscriptionRenewal
from crm.subscriptions.renewal_tasks import close_done, give_to_staff
from crm.subscriptions.rhythm import rhythm_of
from crm.subscriptions.subscription_events import event_of
from crm.subscriptions.subscriptions import NOTICE_DAYS, wake
from crm.timezones import day_of

BATCH = 500
# An order of these goods settles a renewal that is asked for no longer than this ago, or comes a little before it.
MATCHED_DAYS = 21
EARLY_DAYS = 2
COLUMNS = ("cycle", "next_on", "skipped", "paused_at", "paused_until", "announced_on")


def tend(now: dt.datetime) -> Counter[str]:
    """Everything that is due at this moment, whoever it is for; how many of each."""
    verbs: tuple[Callable[[dt.datetime], int], ...] = (wake_rested, announce, renew, ask_for_stocked, settle, give_up)
    counts: Counter[str] = Counter()
    for verb in verbs:
        while done := verb(now):
            counts[verb.__name__] += done
    return counts


@transaction.atomic
def wake_rested(now: dt.datetime) -> int:
    """Those whose pause has ended."""
    today = day_of(now)
    rested = _claimed(Subscription.objects.paused().filter(paused_until__lte=today))
    for one in rested:
        wake(one, today)
    _save(rested)
    record_many(event_of(one, EventKind.SUBSCRIPTION_RESUMED, now, f"resumed:{now.timestamp()}") for one in rested)
    return len(rested)


@transaction.atomic
def announce(now: dt.datetime) -> int:
    """Tell, some days before, what comes when, and what one costs today."""
    today = day_of(now)
    near = _claimed(Subscription.objects.to_announce(today + dt.timedelta(days=NOTICE_DAYS)))
    for one in near:
        one.announced_on = one.next_on
    _save(near)
    record_many(_of_cycle(one, EventKind.SUBSCRIPTION_UPCOMING, now, "upcoming") for one in near)
    return len(near)


@transaction.atomic
def renew(now: dt.datetime) -> int:
    """Ask the shop for what comes round today."""
    due = _claimed(Subscription.objects.due(day_of(now)))
    if not due:
        return 0
    _miss_what_waits(due, now)
    renewals = SubscriptionRenewal.objects.bulk_create([_renewal(one, now) for one in due], ignore_conflicts=True)
    record_many(_asked(one, renewal, now) for one, renewal in zip(due, renewals, strict=True))
    give_to_staff(renewals, now)
    for one in due:
        rhythm, tomorrow = rhythm_of(one), day_of(now) + dt.timedelta(days=1)
        one.cycle = rhythm.first_from(tomorrow, one.cycle + 1)
        one.next_on, one.skipped = rhythm.on(one.cycle), 0
    _save(due)
    return len(due)


@transaction.atomic
def ask_for_stocked(now: dt.datetime) -> int:
    """Ask for what was out of stock and is there again."""
    waiting = _open(SubscriptionRenewal.objects.waiting().filter(product__is_in_stock=True))
    for renewal in waiting:
        renewal.status, renewal.asked_at = SubscriptionRenewal.Status.ASKED, now
        renewal.price = renewal.product.price
    SubscriptionRenewal.objects.bulk_update(waiting, ["status", "asked_at", "price"])
    record_many(_asked(renewal.subscription, renewal, now) for renewal in waiting)
    give_to_staff(waiting, now)
    return len(waiting)


@transaction.atomic
def settle(now: dt.datetime) -> int:
    """Orders that brought what was asked for, each for one renewal of a subscription."""
    found = _open(SubscriptionRenewal.objects.asked().annotate(bought=_order_of_it()).exclude(bought=None))
    settled: dict[tuple[int, int], SubscriptionRenewal] = {}
    for renewal in found:
        order_id = renewal.bought  # type: ignore[attr-defined]
        if (renewal.subscription_id, order_id) not in settled:
            settled[renewal.subscription_id, order_id] = renewal
            renewal.order_id, renewal.settled_at = order_id, now
            renewal.status = SubscriptionRenewal.Status.FULFILLED
    SubscriptionRenewal.objects.bulk_update(settled.values(), ["order", "settled_at", "status"])
    record_many(_renewed(renewal, now) for renewal in settled.values())
    close_done(settled.values(), now)
    return len(settled)


@transaction.atomic
def give_up(now: dt.datetime) -> int:
    """What the shop was asked for and nobody ordered comes to nothing; the next date is another chance."""
    late = SubscriptionRenewal.objects.asked().filter(asked_at__lt=now - dt.timedelta(days=MATCHED_DAYS))
    return late.update(status=SubscriptionRenewal.Status.MISSED, settled_at=now)


def _claimed(chosen: QuerySet[Subscription]) -> list[Subscription]:
    """Some of these, with their customers, to be changed by nobody else meanwhile."""
    free = chosen.select_for_update(skip_locked=True, no_key=True, of=("self", "customer"))
    return list(free.select_related("customer", "product").order_by("customer", "pk")[:BATCH])


def _open(chosen: QuerySet[SubscriptionRenewal]) -> list[SubscriptionRenewal]:
    """The oldest first, so that an order settles the one that waits longest."""
    free = chosen.select_for_update(skip_locked=True, no_key=True, of=("self", "subscription__customer"))
    related = free.select_related("product", "subscription__product", "subscription__customer")
    return list(related.order_by("due_on", "pk")[:BATCH])


def _order_of_it() -> Subquery:
    """The earliest order of the product that came for it, and settled no other renewal of the subscription."""
    lines = OrderLine.objects.kept().filter(
        product=OuterRef("product"),
        order__customer=OuterRef("subscription__customer"),
        order__placed_at__gte=OuterRef("asked_at") - dt.timedelta(days=EARLY_DAYS),
    )
    taken = SubscriptionRenewal.objects.filter(order=OuterRef("order"), subscription=OuterRef(OuterRef("subscription")))
    free = lines.filter(~Exists(taken))
    return Subquery(free.order_by("order__placed_at", "order").values("order")[:1])


def _renewal(one: Subscription, now: dt.datetime) -> SubscriptionRenewal:
    is_there = one.product.is_in_stock
    return SubscriptionRenewal(
        subscription=one,
        due_on=one.next_on,
        product=one.product,
        quantity=one.quantity,
        price=one.product.price,
        status=SubscriptionRenewal.Status.ASKED if is_there else SubscriptionRenewal.Status.WAITING,
        asked_at=now if is_there else None,
    )


def _asked(one: Subscription, renewal: SubscriptionRenewal, now: dt.datetime) -> Event:
    """The shop's systems, and chains, hear of it."""
    is_asked = renewal.status == SubscriptionRenewal.Status.ASKED
    kind = EventKind.SUBSCRIPTION_DUE if is_asked else EventKind.SUBSCRIPTION_OUT_OF_STOCK
    name = "due" if is_asked else "out_of_stock"
    return event_of(
        one,
        kind,
        now,
        f"{name}:{renewal.due_on}",
        due_on=renewal.due_on.isoformat(),
        quantity=renewal.quantity,
        price=None if renewal.price is None else str(renewal.price),
    )


def _renewed(renewal: SubscriptionRenewal, now: dt.datetime) -> Event:
    return event_of(
        renewal.subscription,
        EventKind.SUBSCRIPTION_RENEWED,
        now,
        f"renewed:{renewal.due_on}",
        due_on=renewal.due_on.isoformat(),
        order_id=renewal.order_id,
    )


def _of_cycle(one: Subscription, kind: EventKind, now: dt.datetime, name: str) -> Event:
    price = one.product.price
    more: dict[str, Any] = {"price": None if price is None else str(price), "in_stock": one.product.is_in_stock}
    # A date that was skipped and taken back is announced anew.
    return event_of(one, kind, now, f"{name}:{one.next_on}:{now.timestamp()}", **more)


def _miss_what_waits(due: list[Subscription], now: dt.datetime) -> None:
    """What waits for goods since the cycle before gives way to this one."""
    before = SubscriptionRenewal.objects.waiting().filter(subscription__in=due)
    before.update(status=SubscriptionRenewal.Status.MISSED, settled_at=now)


def _save(changed: list[Subscription]) -> None:
    Subscription.objects.bulk_update(changed, COLUMNS)
