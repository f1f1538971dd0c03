"""What Encore knows of a shop, as plain values, and the same worked out from its orders alone."""

import statistics
from collections import defaultdict
from decimal import Decimal

from crm.models import Customer, CustomerStats, Order, OrderLine, OrderStanding
from tests.journeys.doors.shop_orders import MOMENTS, email_of, total_of

SECONDS_A_DAY = 86_400


def known():
    """Of customers by email, of orders by number, so that it does not matter how each door names them."""
    emails = dict(Customer.objects.current().values_list("pk", "contacts__address"))
    lines = defaultdict(list)
    for number, *line in OrderLine.objects.values_list("order__number", "product__sku", "quantity", "price"):
        lines[number].append(tuple(line))
    return {
        "customers": dict(Customer.objects.current().values_list("contacts__address", "city")),
        "orders": {
            one.number: (
                emails[one.customer_id],
                one.placed_at,
                one.total,
                *(getattr(one, name) for name in MOMENTS),
                sorted(lines[one.number]),
            )
            for one in Order.objects.all()
        },
        "figures": {
            emails[one.customer_id]: (
                one.orders_count,
                one.revenue,
                one.first_order_at,
                one.last_order_at,
                _days(one.median_gap_days),
            )
            for one in CustomerStats.objects.filter(customer__in=emails)
        },
        "standings": {
            one.order.number: (one.ordinal, one.previous_at, one.net_revenue)
            for one in OrderStanding.objects.select_related("order")
        },
    }


def recounted(purchases):
    by_customer = defaultdict(list)
    for purchase in sorted(purchases, key=lambda one: one.placed_at):
        by_customer[email_of(purchase)].append(purchase)
    counted = {email: [one for one in own if not one.cancelled_at] for email, own in by_customer.items()}
    return {
        "customers": {email: own[0].city for email, own in by_customer.items()},
        "orders": {one.number: _order(one) for one in purchases},
        "figures": {email: _figures(own) for email, own in counted.items()},
        "standings": dict(standing for own in counted.values() for standing in _standings(own)),
    }


def delivered(purchases):
    """Who enters a chain that begins with a delivery, and by which order."""
    return sorted((email_of(one), one.number) for one in purchases if one.delivered_at)


def _order(one):
    lines = sorted((sku, Decimal(quantity), Decimal(price)) for sku, quantity, price, *_rest in one.lines)
    return (email_of(one), one.placed_at, total_of(one), *(getattr(one, name) for name in MOMENTS), lines)


def _figures(own):
    gaps = [
        (later.placed_at - one.placed_at).total_seconds() / SECONDS_A_DAY
        for one, later in zip(own, own[1:], strict=False)
    ]
    first, last = (own[0].placed_at, own[-1].placed_at) if own else (None, None)
    return len(own), sum(map(total_of, own), Decimal(0)), first, last, _days(statistics.median(gaps) if gaps else None)


def _standings(own):
    for place, one in enumerate(own):
        yield one.number, (place + 1, own[place - 1].placed_at if place else None, total_of(one))


def _days(days):
    return days and round(days, 6)
