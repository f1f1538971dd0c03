"""What a customer, or an agent for them, does with a subscription. Saying the same again changes nothing.

A swap of the product keeps the subscription, so that it counts neither as one lost nor as one won.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.locks import lock_current, lock_fact
from crm.models import Customer, EventKind, Order, Product, Subscription
from crm.subscriptions.rhythm import rhythm_of
from crm.subscriptions.subscription_events import event_of
from crm.subscriptions.terms import check_date, check_no_other, check_terms
from crm.timezones import day_of

# So many days before it comes round the customer is told.
NOTICE_DAYS = 3
LONGEST_PAUSE_DAYS = 366


@transaction.atomic
def subscribe(
    customer: Customer,
    product: Product,
    *,
    at: dt.datetime,
    every: int,
    unit: str = Subscription.Unit.DAY.value,
    quantity: int = 1,
    next_on: dt.date | None = None,
    order: Order | None = None,
    by: User | None = None,
) -> Subscription:
    """Begin one; whoever has it already keeps it as it is. Without a date the first is one interval from today."""
    check_terms(every, unit, quantity)
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    today = day_of(at)
    draft = Subscription(every=every, unit=unit, anchor_on=today)
    first = next_on or rhythm_of(draft).on(1)
    check_date(first, today)
    subscription, is_new = Subscription.objects.get_or_create(
        customer=customer,
        product=product,
        stopped_at=None,
        defaults={
            "quantity": quantity,
            "every": every,
            "unit": unit,
            "anchor_on": first,
            "next_on": first,
            "started_at": at,
            "order": order,
            "made_by": by,
        },
    )
    if is_new:
        _record(subscription, EventKind.SUBSCRIPTION_STARTED, at, "started", every=every, unit=unit)
    return subscription


@transaction.atomic
def change(
    subscription: Subscription,
    *,
    at: dt.datetime,
    product: Product | None = None,
    quantity: int | None = None,
    every: int | None = None,
    unit: str | None = None,
    next_on: dt.date | None = None,
) -> Subscription:
    """What is not named stays. Another interval or date counts from the next date on."""
    _lock_live(subscription)
    before = _terms(subscription)
    subscription.product = product or subscription.product
    subscription.quantity = quantity or subscription.quantity
    every, unit = every or subscription.every, unit or subscription.unit
    check_terms(every, unit, subscription.quantity)
    check_no_other(subscription)
    if next_on and next_on != subscription.next_on:
        check_date(next_on, day_of(at))
        _count_from(subscription, next_on)
    if (every, unit) != (subscription.every, subscription.unit):
        subscription.every, subscription.unit = every, unit
        _count_from(subscription, subscription.next_on)
    changes = {name: value for name, value in _terms(subscription).items() if value != before[name]}
    if changes:
        subscription.save()
        was = {name: before[name] for name in changes}
        _record(subscription, EventKind.SUBSCRIPTION_CHANGED, at, f"changed:{at.timestamp()}", was=was, now=changes)
    return subscription


@transaction.atomic
def skip(subscription: Subscription, *, at: dt.datetime, date: dt.date) -> Subscription:
    """Leave this date out; the ones after it stay where they were. A second press names a date that is past by."""
    _lock_live(subscription)
    if subscription.next_on == date:
        _move_to_cycle(subscription, subscription.cycle + 1)
        subscription.skipped += 1
        subscription.save()
        _record(
            subscription, EventKind.SUBSCRIPTION_SKIPPED, at, f"skipped:{date}:{at.timestamp()}", date=date.isoformat()
        )
    return subscription


@transaction.atomic
def unskip(subscription: Subscription, *, at: dt.datetime, date: dt.date) -> Subscription:
    """Take the last skipped date back, while it lies ahead."""
    _lock_live(subscription)
    if skipped_on(subscription, day_of(at)) == date:
        _move_to_cycle(subscription, subscription.cycle - 1)
        subscription.skipped -= 1
        subscription.save()
        key = f"unskipped:{date}:{at.timestamp()}"
        _record(subscription, EventKind.SUBSCRIPTION_UNSKIPPED, at, key, date=date.isoformat())
    return subscription


@transaction.atomic
def pause(subscription: Subscription, *, at: dt.datetime, until: dt.date | None = None) -> Subscription:
    """Let it rest until a day, or until somebody wakes it. Nothing is asked of the shop meanwhile."""
    _lock_live(subscription)
    if until and not 0 < (until - day_of(at)).days <= LONGEST_PAUSE_DAYS:
        raise ValueError(_("Choose a day of the coming year."))
    if subscription.paused_at and subscription.paused_until == until:
        return subscription
    subscription.paused_at, subscription.paused_until = subscription.paused_at or at, until
    subscription.save()
    told = until.isoformat() if until else ""
    _record(subscription, EventKind.SUBSCRIPTION_PAUSED, at, f"paused:{at.timestamp()}", until=told)
    return subscription


@transaction.atomic
def resume(subscription: Subscription, *, at: dt.datetime) -> Subscription:
    """Dates that passed while it rested are gone; the next is far enough for the customer to be told of it."""
    _lock_live(subscription)
    if subscription.paused_at is None:
        return subscription
    wake(subscription, day_of(at))
    subscription.save()
    _record(subscription, EventKind.SUBSCRIPTION_RESUMED, at, f"resumed:{at.timestamp()}")
    return subscription


@transaction.atomic
def stop(subscription: Subscription, *, at: dt.datetime, reason: str, words: str = "") -> Subscription:
    """For good. The reason is one of the list; what waited for goods waits no more."""
    if reason not in Subscription.StopReason.values:
        raise ValueError(_("Choose one of the reasons."))
    lock_fact(subscription)
    if subscription.stopped_at:
        return subscription
    subscription.stopped_at, subscription.stop_reason = at, reason
    subscription.stop_words = words.replace("\0", "").strip()[:500]
    subscription.save()
    subscription.renewals.waiting().update(status="missed", settled_at=at)
    _record(subscription, EventKind.SUBSCRIPTION_STOPPED, at, "stopped", reason=reason, words=subscription.stop_words)
    return subscription


def wake(subscription: Subscription, today: dt.date) -> None:
    """What a pause leaves behind; to be saved."""
    subscription.paused_at = subscription.paused_until = None
    if subscription.next_on <= today:
        soonest = today + dt.timedelta(days=NOTICE_DAYS)
        _move_to_cycle(subscription, rhythm_of(subscription).first_from(soonest, subscription.cycle))
        subscription.skipped = 0


def skipped_on(subscription: Subscription, today: dt.date) -> dt.date | None:
    """The date that was skipped last, while it may be taken back."""
    if not subscription.skipped:
        return None
    date = rhythm_of(subscription).on(subscription.cycle - 1)
    return date if date > today else None


def _lock_live(subscription: Subscription) -> None:
    lock_fact(subscription)
    if subscription.stopped_at:
        raise ValueError(_("This subscription was stopped."))


def _move_to_cycle(subscription: Subscription, cycle: int) -> None:
    subscription.cycle, subscription.next_on = cycle, rhythm_of(subscription).on(cycle)


def _count_from(subscription: Subscription, date: dt.date) -> None:
    subscription.anchor_on = subscription.next_on = date
    subscription.cycle = subscription.skipped = 0


def _terms(subscription: Subscription) -> dict[str, Any]:
    return {
        "sku": subscription.product.sku,
        "quantity": subscription.quantity,
        "every": subscription.every,
        "unit": subscription.unit,
        "next_on": subscription.next_on.isoformat(),
    }


def _record(subscription: Subscription, kind: EventKind, at: dt.datetime, key: str, **more: Any) -> None:
    record_many([event_of(subscription, kind, at, key, **more)])
