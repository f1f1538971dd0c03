"""Consumables that customers of the demo shop have brought: those that come round in its last days are renewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from config.demo.purchases import BasketLine, Purchase
from crm.events import as_history
from crm.models import Customer, Order, Product, Subscription
from crm.subscriptions import subscriptions
from crm.subscriptions.terms import interval_for
from crm.timezones import day_of

DAY = dt.timedelta(days=1)
RENEWED, BEGUN = 25, 30


def begin_subscriptions(purchases: Sequence[Purchase], *, since: dt.datetime, until: dt.datetime) -> None:
    """Before the days that are lived through: of some the next order is among these, others lie ahead or rest."""
    with as_history():
        for purchase, basket in [*_coming(purchases, since, until)][:RENEWED]:
            _subscribe_before(purchase, basket, since)
        begun = [_subscribe_after(order, product) for order, product in _bought(since)]
        for one in begun[1::5]:
            subscriptions.pause(one, at=since - DAY, until=day_of(until + 20 * DAY))
        for one in begun[3::8]:
            subscriptions.stop(one, at=since - DAY, reason=Subscription.StopReason.TOO_MUCH)


def _coming(
    purchases: Sequence[Purchase], since: dt.datetime, until: dt.datetime
) -> Iterator[tuple[Purchase, BasketLine]]:
    """A consumable in an order that somebody known places in these days, early enough to be told of before."""
    for purchase in purchases:
        is_regular = purchase.person.first_at < since - 30 * DAY and purchase.cancelled_at is None
        if is_regular and since + DAY < purchase.placed_at < until:
            yield from ((purchase, basket) for basket in purchase.baskets[:1] if basket.product.repurchase_days)


def _subscribe_before(purchase: Purchase, basket: BasketLine, since: dt.datetime) -> None:
    customer = Customer.objects.filter(external_id=f"demo-{purchase.person.index}").first()
    if customer:
        subscriptions.subscribe(
            customer,
            basket.product,
            at=since - 20 * DAY,
            every=interval_for(basket.product),
            quantity=basket.quantity,
            next_on=day_of(purchase.placed_at),
        )


def _bought(since: dt.datetime) -> list[tuple[Order, Product]]:
    """Consumables that arrived of late and are kept."""
    arrived = Order.objects.counted().filter(
        delivered_at__gt=since - 60 * DAY, delivered_at__lt=since, returned_at=None
    )
    consumed = arrived.filter(lines__product__repurchase_days__isnull=False).distinct()
    orders = list(consumed.select_related("customer").prefetch_related("lines__product").order_by("-pk")[:BEGUN])
    return [
        (order, next(line.product for line in order.lines.all() if line.product.repurchase_days)) for order in orders
    ]


def _subscribe_after(order: Order, product: Product) -> Subscription:
    """From the page of an order that has come."""
    at = order.delivered_at or order.placed_at
    return subscriptions.subscribe(order.customer, product, at=at, every=interval_for(product), order=order)
