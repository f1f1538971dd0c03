"""What orders would earn, as a rule is being written: nothing is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crm.loyalty.earning import earnings_of
from crm.models import EarningRule, Order
from crm.timezones import day_of

NEWEST = 3


@dataclass(frozen=True)
class Example:
    """`order` is None for the made-up one, of which an amount alone is known."""

    order: Order | None
    amount: Decimal
    points: int
    by_this_rule: int


def examples(rule: EarningRule, amount: Decimal, at: dt.datetime) -> Iterator[Example]:
    """The made-up order, and the newest of the shop, by all rules of today with this one among them."""
    others = list(EarningRule.objects.at(day_of(at)).filter(occasion=EarningRule.Occasion.ORDER))
    others = [one for one in others if one.pk != rule.pk]
    made_up = Order(total=amount, rate=1, customer_id=0)
    if rule.audience is None and not (rule.category_id or rule.product_id):
        yield Example(None, amount, *_points(made_up, rule, others, at))
    newest = Order.objects.counted().select_related("customer").prefetch_related("lines").order_by("-placed_at")
    for order in newest[:NEWEST]:
        yield Example(order, order.total, *_points(order, rule, others, at))


def _points(order: Order, rule: EarningRule, others: list[EarningRule], at: dt.datetime) -> tuple[int, int]:
    """By all rules, and how much of it is by this one."""
    lines = list(order.lines.all()) if order.pk else []
    with_it, without = (
        sum(one.points for one in earnings_of(order, lines, rules, order.customer_id, at))
        for rules in ([*others, rule], others)
    )
    return with_it, with_it - without
