"""Subscriptions as their customer, and the agent who helps them, see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from crm.models import Customer, OrderLine, Product, ProductRelation, Shop, Subscription, SubscriptionRenewal
from crm.orders.cart_link import cart_url
from crm.subscriptions.rhythm import rhythm_of
from crm.subscriptions.subscriptions import skipped_on
from crm.subscriptions.terms import swaps_for
from crm.subscriptions.wording import interval_in_words
from crm.timezones import day_of

RENEWALS_SHOWN = 6
OFFERED = 6


@dataclass(frozen=True, slots=True)
class ShownSubscription:
    """`open_renewal` is what the shop was asked for last, as long as it did not come."""

    subscription: Subscription
    interval: str
    after_next: dt.date
    skipped: dt.date | None
    renewals: list[SubscriptionRenewal]
    open_renewal: SubscriptionRenewal | None
    cart_url: str
    swaps: list[Product]

    @property
    def sum(self) -> object:
        price = self.subscription.product.price
        return None if price is None else price * self.subscription.quantity


def shown_subscriptions(customer: Customer, now: dt.datetime) -> list[ShownSubscription]:
    """In the order in which they come round, in three queries."""
    renewals = Prefetch("renewals", SubscriptionRenewal.objects.select_related("order", "product"))
    live = customer.subscriptions.live().select_related("product").prefetch_related(renewals)
    shop, today = Shop.load(), day_of(now)
    found = list(live.order_by("next_on", "pk"))
    swaps = swaps_for([one.product for one in found])
    return [_shown(one, swaps[one.product_id], shop, today) for one in found]


def _shown(one: Subscription, swaps: list[Product], shop: Shop, today: dt.date) -> ShownSubscription:
    renewals = list(one.renewals.all())[:RENEWALS_SHOWN]
    is_open = (SubscriptionRenewal.Status.ASKED, SubscriptionRenewal.Status.WAITING)
    open_renewal = next((renewal for renewal in renewals if renewal.status in is_open), None)
    is_asked = open_renewal is not None and open_renewal.status == SubscriptionRenewal.Status.ASKED
    goods = [(open_renewal.product, open_renewal.quantity)] if open_renewal and is_asked else []
    return ShownSubscription(
        subscription=one,
        interval=interval_in_words(one.every, one.unit),
        after_next=rhythm_of(one).on(one.cycle + 1),
        skipped=skipped_on(one, today),
        renewals=renewals,
        open_renewal=open_renewal,
        cart_url=cart_url(shop, goods) if shop.repeat_by == Shop.RepeatBy.CART else "",
        swaps=swaps,
    )


def consumables_of(customer: Customer) -> list[Product]:
    """What they bought that is needed again, and what is used up by what they have; without a subscription yet."""
    had = OrderLine.objects.kept().filter(order__customer=customer).values("product")
    used_up = ProductRelation.objects.filter(kind=ProductRelation.Kind.CONSUMABLE, product__in=had).values("related")
    running = customer.subscriptions.live().values("product")
    needed_again = Q(pk__in=had, repurchase_days__isnull=False) | Q(pk__in=used_up)
    found = Product.objects.filter(needed_again, kind=Product.Kind.GOODS, is_in_stock=True).exclude(pk__in=running)
    return list(found.exclude(name="").order_by("name", "pk")[:OFFERED])
