"""Which touch a new order is said to follow. Attributed is not caused: only a control group tells that."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection, transaction

from chains.engine.claim import BATCH, Counts, claim_customers
from crm.models import EventInbox, Order, Shop

# An order belongs to the last touch its customer clicked within the window before it, else to the last one that
# arrived: a message when its channel says so, or else when it was sent and did not come back; a task of staff when it
# was done. By the moment it was placed, however late it was told; service counts as marketing does. Clicks known to be
# machines' are no clicks of a touch.
FOLLOWED = """
    WITH touched AS (
        SELECT bought.id AS order_id, bought.placed_at, touch.id AS touch_id,
               CASE WHEN touch.last_clicked_at <= bought.placed_at THEN touch.last_clicked_at
                    ELSE touch.clicked_at END AS clicked_at,
               CASE WHEN touch.bounced_at <= bought.placed_at OR touch.status <> 'sent' THEN NULL
                    WHEN touch.channel = 'staff_task' THEN task.done_at
                    ELSE coalesce(touch.delivered_at, touch.sent_at) END AS delivered_at
        FROM crm_order AS bought
        JOIN chains_touch AS touch ON touch.customer_id = bought.customer_id
        LEFT JOIN crm_stafftask AS task ON task.touch_id = touch.id AND task.status = 'done'
        WHERE bought.id = ANY(%(orders)s)
    )
    SELECT DISTINCT ON (order_id) order_id, touch_id, how, touched_at, %(now)s AS attributed_at
    FROM touched
    CROSS JOIN LATERAL (VALUES
        ('click', 1, clicked_at, %(click_window)s::interval),
        ('delivery', 2, delivered_at, %(delivery_window)s::interval)
    ) AS way (how, place, touched_at, lasts)
    WHERE touched_at <= placed_at AND touched_at > placed_at - lasts
    ORDER BY order_id, place, touched_at DESC, touch_id DESC
"""
ATTRIBUTE = """
    INSERT INTO chains_orderattribution (order_id, touch_id, how, touched_at, attributed_at)
    {followed}
    ON CONFLICT (order_id) DO NOTHING
""".replace("{followed}", FOLLOWED)
COUNTED = "SELECT how, count(*) FROM ({followed}) AS followed GROUP BY how".replace("{followed}", FOLLOWED)
# What other windows would change is told by the orders of so many days, the last so many of them.
DAYS_TOLD, MOST_TOLD = 90, 20_000


def attribute_waiting(now: dt.datetime) -> int:
    """Attribute every new order that no other worker has in hand; returns how many belong to a touch."""
    total: Counts = Counter()
    while done := attribute(now):
        total += done
    return total["attributed"]


@transaction.atomic
def attribute(now: dt.datetime, limit: int = BATCH) -> Counts:
    """Write once to which touch each new order of up to `limit` events' customers belongs."""
    inbox = EventInbox.objects.filter(consumer=EventInbox.Consumer.RESULTS)
    customers = claim_customers(inbox.order_by("id"), now, limit)
    if not customers:
        return Counter()
    waiting = dict(inbox.filter(customer__in=customers).values_list("pk", "event__order"))
    attributed = _attribute(waiting.values(), now)
    EventInbox.objects.filter(pk__in=waiting).delete()
    return Counter({"orders": len(waiting), "attributed": attributed})


def _attribute(orders: Collection[int | None], now: dt.datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ATTRIBUTE, _values(Shop.load(), [order for order in orders if order], now))
        return int(cursor.rowcount)


def _values(shop: Shop, orders: Sequence[int], now: dt.datetime) -> dict[str, Any]:
    return {
        "orders": orders,
        "now": now,
        "click_window": dt.timedelta(days=shop.click_window_days),
        "delivery_window": dt.timedelta(days=shop.delivery_window_days),
    }


def orders_told(now: dt.datetime) -> list[int]:
    lately = Order.objects.filter(
        cancelled_at=None, placed_at__gt=now - dt.timedelta(days=DAYS_TOLD), placed_at__lte=now
    )
    return list(lately.order_by("-placed_at").values_list("pk", flat=True)[:MOST_TOLD])


def counted_by_windows(shop: Shop, orders: Sequence[int], now: dt.datetime) -> dict[str, int]:
    """How many of the orders would be attributed by a click and by a delivery, had these windows held."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, _values(shop, orders, now))
        return {"click": 0, "delivery": 0} | dict(cursor.fetchall())
