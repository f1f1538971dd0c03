"""While the demo runs its customers go on buying: a fact every few seconds, by the real verbs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from random import Random

from django.utils.translation import gettext as _
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.demo.past import SOURCE
from config.demo.people import DemoPerson, invent_person
from config.demo.purchases import FAMILY, buy
from config.demo.replay import place_order
from crm.models import Customer, Order, OrderLine, Product
from crm.orders import orders

TASK = "config.tasks.live_in_demo"
EVERY_SECONDS = 20
DELIVERY_TIME = dt.timedelta(hours=20)
NEW_CUSTOMER_SHARE = 0.4
DELIVERY_SHARE = 0.5
FIRST_NUMBER = 10001


def schedule_purchases() -> None:
    """Add a row to the schedule, which can be switched off like any other."""
    every, _is_new = IntervalSchedule.objects.get_or_create(every=EVERY_SECONDS, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.get_or_create(
        name=_("Demo: customers go on buying"),
        defaults={"task": TASK, "interval": every, "expire_seconds": EVERY_SECONDS},
    )


def record_next_fact(now: dt.datetime) -> str:
    """One more fact: a delivery when one is on the road, or else an order."""
    random = Random()  # noqa: S311 (a simulation)
    waiting = Order.objects.counted().filter(source=SOURCE, delivered_at=None, placed_at__lt=now - DELIVERY_TIME)
    order = waiting.order_by("placed_at").first()
    if order and random.random() < DELIVERY_SHARE:
        orders.deliver(order, at=now)
        return f"delivered {order.number}"
    return f"placed {_order(random, now).number}"


def _order(random: Random, now: dt.datetime) -> Order:
    newest = Order.objects.filter(source=SOURCE).order_by("-pk").first()
    number = int(newest.number) + 1 if newest else FIRST_NUMBER
    person = (
        invent_person(random, number, now) if random.random() < NEW_CUSTOMER_SHARE else _somebody(random, number, now)
    )
    purchase = buy(random, _shelves(), person, now)
    purchase.number = str(number)
    return orders.pay(place_order(purchase), at=now)


def _somebody(random: Random, number: int, now: dt.datetime) -> DemoPerson:
    """A customer the shop knows, with what they own."""
    person = invent_person(random, number, now)
    newest = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    known = Customer.objects.current().filter(pk__gte=random.randint(0, newest), external_id__startswith="demo-")
    customer = known.order_by("pk").first()
    if customer is None or customer.external_id is None:
        return person
    person.index = int(customer.external_id.removeprefix("demo-"))
    skus = OrderLine.objects.filter(order__customer=customer).values_list("product__sku", flat=True)
    person.owns = [code for sku in skus if FAMILY[code := sku.partition("-")[0]].goes_with]
    return person


def _shelves() -> dict[str, list[Product]]:
    shelves = defaultdict(list)
    for product in Product.objects.order_by("sku"):
        code = product.sku.partition("-")[0]
        if code in FAMILY:
            shelves[code].append(product)
    return shelves
