"""The values of placeholders, for a whole batch of touches in five queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, Protocol

from chains.messages import wording
from chains.messages.links import is_web
from chains.messages.page_urls import page_urls
from chains.messages.samples import nothing_known
from chains.messages.shop_letter import reply_url
from crm.languages import spoken
from crm.models import Customer, Order, OrderLine, Product, Shop
from crm.timezones import zone_of

NOTHING = nothing_known()
# Filled in only for letters that show them, by chains.engine.deliver.coupons_shown.
NO_REWARDS = {name: NOTHING[name] for name in ("coupon", "points", "tier", "referral", "subscription")}


class CustomerColumns(NamedTuple):
    """Making whole models would take longer than filling in the letter."""

    pk: int
    first_name: str
    last_name: str
    city: str
    language: str
    time_zone: str


class OrderColumns(NamedTuple):
    pk: int
    customer_id: int
    number: str
    tracking_number: str
    receipt_url: str
    total: Decimal
    currency: str
    placed_at: dt.datetime
    promised_at: dt.datetime | None
    delivered_at: dt.datetime | None
    appointment_at: dt.datetime | None


class ContextTouch(Protocol):
    @property
    def pk(self) -> Any: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def order_id(self) -> int | None: ...
    @property
    def token(self) -> str: ...


class LazyFields(dict[str, Any]):
    """Some values are made when a letter first asks: most letters name few of them, and formatting a date costs."""

    def __init__(self, known: Mapping[str, Any], later: Mapping[str, Callable[[], Any]]) -> None:
        super().__init__(known)
        self._later = later

    def __missing__(self, name: str) -> Any:
        value = self[name] = self._later[name]()
        return value


def contexts(touches: Iterable[ContextTouch], now: dt.datetime) -> dict[int, dict[str, Any]]:
    """The context of each touch by its id. A touch without an order speaks of the customer's latest one."""
    touches = list(touches)
    shop = Shop.load()
    customers = _customers(touches)
    orders = _orders(touches, now)
    lines = _lines(orders.values())
    by_customer = {order.customer_id: order for order in orders.values()}
    shop_fields = _of_shop(shop)
    made: dict[int, dict[str, Any]] = {}
    for touch in touches:
        customer = customers[touch.customer_id]
        order = orders.get(touch.order_id) if touch.order_id else by_customer.get(touch.customer_id)
        facts = _CustomerFacts(customer, order, lines[order.pk] if order else [])
        made[touch.pk] = {
            **NO_REWARDS,
            **facts.fields(),
            "shop": shop_fields,
            **page_urls(touch.token),
            "reply_url": reply_url(shop, touch.token),
        }
    return made


def language_of(customer: Customer | CustomerColumns) -> str:
    """The customer's language where Encore speaks it, otherwise the shop's."""
    return spoken(customer.language.lower().split("-")[0])


def _customers(touches: list[ContextTouch]) -> dict[int, CustomerColumns]:
    rows = Customer.objects.filter(pk__in={touch.customer_id for touch in touches})
    customers = map(CustomerColumns._make, rows.values_list(*CustomerColumns._fields))
    return {customer.pk: customer for customer in customers}


def _orders(touches: list[ContextTouch], now: dt.datetime) -> dict[int, OrderColumns]:
    """The orders that touches name, and the latest order that is kept of each customer whose touch names none."""
    named = {touch.order_id for touch in touches if touch.order_id}
    others = {touch.customer_id for touch in touches if not touch.order_id}
    latest = (
        Order.objects.kept()
        .filter(customer__in=others, placed_at__lte=now)
        .order_by("customer", "-placed_at")
        .distinct("customer")
    )
    rows = chain(
        Order.objects.filter(pk__in=named).values_list(*OrderColumns._fields), latest.values_list(*OrderColumns._fields)
    )
    return {order.pk: order for order in map(OrderColumns._make, rows)}


def _lines(orders: Iterable[OrderColumns]) -> defaultdict[int, list[OrderLine]]:
    found: defaultdict[int, list[OrderLine]] = defaultdict(list)
    for line in (
        OrderLine.objects.filter(order__in=[order.pk for order in orders])
        .select_related("product")
        .order_by("order", "pk")
    ):
        found[line.order_id].append(line)
    return found


def _of_shop(shop: Shop) -> dict[str, Any]:
    return {
        "name": shop.name,
        "support_contact": shop.support_contact,
        "postal_address": shop.postal_address,
        "site_url": shop.site_url.rstrip("/"),
        "review_url": shop.review_url,
    }


def _picture(product: Product) -> str:
    return product.picture_url if is_web(product.picture_url) else ""


def _quantity(line: OrderLine) -> Decimal:
    return line.kept_quantity or line.quantity


class _CustomerFacts:
    """One customer's facts in the words of their language and the days of their time zone."""

    def __init__(self, customer: CustomerColumns, order: OrderColumns | None, lines: list[OrderLine]) -> None:
        self.customer, self.order = customer, order
        # A letter speaks of what they have; where nothing is left, of what it was that they gave back.
        self.lines = [line for line in lines if line.kept_quantity] or lines
        # The line that cost most shows the main product.
        self.main = max(self.lines, key=lambda line: line.price * _quantity(line), default=None)

    @cached_property
    def language(self) -> str:
        return language_of(self.customer)

    def fields(self) -> dict[str, Any]:
        customer = self.customer
        return {
            "customer": {
                "first_name": customer.first_name,
                "last_name": customer.last_name,
                "name": f"{customer.first_name} {customer.last_name}".strip(),
                "city": customer.city,
            },
            "order": self._of_order(),
            "product": self._of_product(),
        }

    def _of_order(self) -> dict[str, Any]:
        order = self.order
        if order is None:
            return dict(NOTHING["order"])
        known = {
            "number": order.number,
            "tracking_number": order.tracking_number,
            "receipt_url": order.receipt_url,
        }
        return LazyFields(
            known,
            {
                "total": lambda: wording.money(order.total, order.currency, self.language),
                "placed_on": lambda: self._day(order.placed_at),
                "promised_on": lambda: self._day(order.promised_at),
                "delivered_on": lambda: self._day(order.delivered_at),
                "appointment_at": self._appointment,
                "products": lambda: ", ".join(str(line.product) for line in self.lines),
                "lines": lambda: [self._of_line(line, order.currency) for line in self.lines],
            },
        )

    def _of_line(self, line: OrderLine, currency: str) -> dict[str, str]:
        return {
            "name": str(line.product),
            "quantity": wording.quantity(_quantity(line), self.language),
            "price": wording.money(line.price, currency, self.language),
            "sum": wording.money(line.price * _quantity(line), currency, self.language),
            "picture_url": _picture(line.product),
        }

    def _of_product(self) -> dict[str, Any]:
        if self.main is None:
            return dict(NOTHING["product"])
        line, product = self.main, self.main.product
        currency = self.order.currency if self.order else ""
        known = {
            "name": str(product),
            "picture_url": product.picture_url,
            "url": product.url,
            "instructions_url": product.instructions_url,
        }
        return LazyFields(
            known,
            {
                "quantity": lambda: wording.quantity(_quantity(line), self.language),
                "price": lambda: wording.money(line.price, currency, self.language),
                "warranty_until": self._warranty_until,
            },
        )

    def _day(self, moment: dt.datetime | None) -> str:
        return wording.day(moment, zone_of(self.customer.time_zone), self.language) if moment else ""

    def _appointment(self) -> str:
        moment = self.order.appointment_at if self.order else None
        return wording.day_and_time(moment, zone_of(self.customer.time_zone), self.language) if moment else ""

    def _warranty_until(self) -> str:
        delivered_at = self.order.delivered_at if self.order else None
        months = self.main.product.warranty_months if self.main else None
        if not delivered_at or not months:
            return ""
        return wording.day(wording.months_later(delivered_at, months), zone_of(self.customer.time_zone), self.language)
