"""What buyers are worth, counted the slow way: one loop over orders after another, no SQL of the figures'."""

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from crm.models import Category, Customer, Order


@dataclass
class Bought:
    at: object
    day: object
    net: Decimal
    margin: Decimal | None
    categories: frozenset = field(default_factory=frozenset)


def histories(zone="UTC", *, source=None, category=None):
    """The counted orders of each customer, in order; of a narrowed base its own alone."""
    parents = dict(Category.objects.values_list("pk", "parent_id"))
    sources = dict(Customer.objects.values_list("pk", "source"))
    found = defaultdict(list)
    orders = Order.objects.counted().prefetch_related("lines__product").order_by("placed_at", "pk")
    for order in orders:
        bought = _bought(order, parents, ZoneInfo(zone))
        if source is not None and sources[order.customer_id] != source:
            continue
        if category is None or category in bought.categories:
            found[order.customer_id].append(bought)
    return found


def _bought(order, parents, zone):
    net = round((order.total - order.refunded) * order.rate, 2)
    lines = list(order.lines.all())
    kept = [line for line in lines if line.quantity > line.returned_quantity]
    margin = None
    if lines and all(line.cost is not None for line in kept):
        margin = net - sum((line.kept_quantity * line.cost for line in kept), Decimal(0))
    categories = set()
    for line in lines:
        category = line.product.category_id
        while category:
            categories.add(category)
            category = parents[category]
    return Bought(order.placed_at, order.placed_at.astimezone(zone).date(), net, margin, frozenset(categories))


def month_of(day):
    return day.year * 12 + day.month


def cohort_ltv(histories, last_month=None, most=24):
    """Of each month of a first order: buyers, and cumulated revenue and margin by month; margin None if unknown."""
    last = last_month or max(month_of(bought.day) for orders in histories.values() for bought in orders)
    cohorts = defaultdict(list)
    for orders in histories.values():
        if orders:
            cohorts[month_of(orders[0].day)].append(orders)
    found = {}
    for first, members in sorted(cohorts.items()):
        revenue, margin, known = [], [], 0
        for later in range(min(most, last - first) + 1 if first <= last else 0):
            until = [b for orders in members for b in orders if month_of(b.day) - first <= later]
            revenue.append(sum(b.net for b in until) / len(members))
            margin.append(sum(b.margin for b in until if b.margin is not None) / len(members))
            known = sum(b.margin is not None for b in until)
        found[first] = (len(members), revenue, margin if known else [])
    return found


def kaplan_meier(histories, period, until):
    """(days, is a second order) of every buyer whose first order fell in the period."""
    found = []
    for orders in histories.values():
        if not orders or not period.first_on <= orders[0].day <= period.last_on or orders[0].day > until:
            continue
        seconds = [bought.day for bought in orders[1:2] if bought.day <= until]
        end = seconds[0] if seconds else until
        found.append(((end - orders[0].day).days, bool(seconds)))
    return found


def product_limit(observed, days):
    """The share who had ordered again: 1 less the product of (1 - d/n) over the days up to this one."""
    never = Decimal(1)
    for day in sorted({time for time, is_event in observed if is_event and time <= days}):
        at_risk = sum(time >= day for time, _is_event in observed)
        events = sum(time == day and is_event for time, is_event in observed)
        never *= 1 - Decimal(events) / at_risk
    if never and not any(time >= days for time, _is_event in observed):
        return None
    return float(1 - never)


def worth_of(histories, customers, period):
    """Buyers, repeat buyers, orders, revenue, margin and its orders of those customers who began in the period."""
    members = [
        orders
        for customer, orders in histories.items()
        if customer in customers and period.first_on <= orders[0].day <= period.last_on
    ]
    bought = [one for orders in members for one in orders]
    margins = [one.margin for one in bought if one.margin is not None]
    return {
        "buyers": len(members),
        "repeat_buyers": sum(len(orders) > 1 for orders in members),
        "orders": len(bought),
        "revenue": sum(one.net for one in bought),
        "margin": sum(margins) if margins else None,
        "orders_with_margin": len(margins),
    }


def intervals(histories, category, period):
    """Days between orders with the category, of customers who began in the period."""
    found = []
    for orders in histories.values():
        if period.first_on <= orders[0].day <= period.last_on:
            with_it = [one.at for one in orders if category in one.categories]
            pairs = zip(with_it, with_it[1:], strict=False)
            found += [(later - earlier).total_seconds() / 86400 for earlier, later in pairs]
    return found


def quartiles(days):
    return statistics.quantiles(days, n=4, method="inclusive")
