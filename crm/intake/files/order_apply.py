"""Orders of a checked file written in one transaction of set-based statements, as imported history.

Locks are taken in the order of `crm.orders.orders`: customers, their figures, orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crm.figures import stats
from crm.intake.files import catalogue_apply, customer_recognition
from crm.intake.files.bulk_writes import foreign_keys_unchecked
from crm.intake.files.columns import ORDER_PROFILE
from crm.intake.files.customer_profiles import write_profiles
from crm.intake.files.order_line_apply import write_lines
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor, plan_for_sets

MOMENTS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at")

ADD_ORDERS = """
    INSERT INTO crm_order (number, customer_id, kind, placed_at, paid_at, shipped_at, delivered_at, cancelled_at,
                           returned_at, tracking_number, currency, total, discount, refunded, coupon_code,
                           receipt_url, source, created_at)
    SELECT number, customer, 'goods', placed_at, paid_at, shipped_at, delivered_at, cancelled_at,
           returned_at, '', coalesce(currency, %(currency)s), total, coalesce(discount, 0),
           CASE WHEN returned_at IS NULL THEN 0 ELSE total END, coalesce(coupon, ''), '', '', %(now)s
    FROM import_order WHERE id IS NULL ORDER BY head
"""
FIND_NEW = """
    UPDATE import_order AS file SET id = known.id, is_new = true
    FROM crm_order AS known WHERE file.id IS NULL AND known.number = file.number
"""
# What a file leaves empty stays; a whole return is booked once.
CHANGE_ORDERS = """
    WITH changed AS (
        UPDATE crm_order AS known
        SET (placed_at, {moments}, currency, total, discount, refunded, coupon_code) = ROW ({values})
        FROM import_order AS file
        WHERE known.id = file.id AND NOT file.is_new
          AND (known.placed_at, {known}, known.currency, known.total, known.discount, known.refunded,
               known.coupon_code)
            IS DISTINCT FROM ({values})
        RETURNING known.id
    )
    UPDATE import_order AS file SET is_changed = true FROM changed WHERE changed.id = file.id
"""
LOCK_ORDERS = """
    SELECT count(*) FROM (
        SELECT FROM crm_order WHERE id IN (SELECT id FROM import_order) FOR KEY SHARE
    ) AS locked
"""
# The keys are those of crm.orders.orders: what was recorded live is not recorded again.
ADD_EVENTS = """
    INSERT INTO crm_event (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'order.' || fact.name, file.customer, file.id, fact.at, %(now)s, 'crm',
           'order:' || file.number || ':' || fact.name,
           jsonb_build_object('number', file.number)
               || CASE fact.name WHEN 'returned' THEN jsonb_build_object('amount', file.total::text) ELSE '{}' END,
           true
    FROM import_order AS file
    CROSS JOIN LATERAL (VALUES
        ('placed', file.placed_at), ('paid', file.paid_at), ('shipped', file.shipped_at),
        ('delivered', file.delivered_at), ('cancelled', file.cancelled_at), ('returned', file.returned_at)
    ) AS fact (name, at)
    WHERE fact.at IS NOT NULL AND (file.is_new OR file.is_changed)
    ON CONFLICT (source, key) DO NOTHING
"""
# A coupon of the customer's own, brought first by this order. Imported history asks neither its term nor its minimum.
REDEEM = """
    WITH redeemed AS (
        UPDATE crm_coupon AS coupon SET order_id = brought.id, redeemed_at = brought.placed_at,
            held_for = '', held_until = NULL
        FROM (
            SELECT DISTINCT ON (upper(coupon)) upper(coupon) AS code, id, customer, placed_at
            FROM import_order WHERE coupon IS NOT NULL AND (is_new OR is_changed)
            ORDER BY upper(coupon), placed_at, head
        ) AS brought
        WHERE coupon.code = brought.code AND coupon.customer_id = brought.customer AND coupon.redeemed_at IS NULL
          AND NOT EXISTS (SELECT FROM crm_coupon AS other WHERE other.order_id = brought.id)
        RETURNING coupon.*
    )
    INSERT INTO crm_event (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'coupon.redeemed', customer_id, order_id, redeemed_at, %(now)s, 'crm',
           'coupon:' || id || ':redeemed' || CASE WHEN releases > 0 THEN ':' || releases ELSE '' END,
           jsonb_build_object('coupon', id, 'kind', kind), true
    FROM redeemed ON CONFLICT (source, key) DO NOTHING
"""
COUNT = """
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed AND NOT is_new), count(*)
    FROM import_order
"""


def apply(cursor: Cursor, fields: Sequence[str], currency: str, now: dt.datetime) -> dict[str, ImportCount]:
    """Write what the staging tables hold; returns how much of everything is new, changed and as it was."""
    plan_for_sets(cursor, "import_order")
    customer_recognition.recognise(cursor, "import_order", "placed_at", now)
    columns = [(name, name) for name in (*ORDER_PROFILE, "attributes") if name in fields]
    write_profiles(cursor, "import_order", columns, "placed_at DESC, head DESC", is_sure=False)
    cursor.execute("SELECT DISTINCT customer FROM import_order")
    customers = [pk for (pk,) in cursor.fetchall()]
    stats.lock(customers)
    named = ("name", "category", "price", "cost")
    products = catalogue_apply.write_products(cursor, "import_product", named, now, is_sure=False)
    _write_orders(cursor, currency, now)
    write_lines(cursor)
    with foreign_keys_unchecked(cursor):
        cursor.execute(ADD_EVENTS, {"now": now})
    if "coupon" in fields:
        cursor.execute(REDEEM, {"now": now})
    # The recount asks customer by customer, which is a nested loop along an index.
    cursor.execute("SET LOCAL enable_nestloop = on")
    stats.refresh(customers)
    return _counts(cursor, products)


def _write_orders(cursor: Cursor, currency: str, now: dt.datetime) -> None:
    # Their customers are locked with their figures.
    with foreign_keys_unchecked(cursor):
        cursor.execute(ADD_ORDERS, {"currency": currency, "now": now})
    cursor.execute(LOCK_ORDERS)
    cursor.execute(FIND_NEW)
    cursor.execute("ANALYZE import_order (id, head, number, customer)")
    values = [
        "file.placed_at",
        *(f"coalesce(file.{name}, known.{name})" for name in MOMENTS),
        "coalesce(file.currency, known.currency)",
        "file.total",
        "coalesce(file.discount, known.discount)",
        "CASE WHEN file.returned_at IS NOT NULL AND known.returned_at IS NULL THEN file.total ELSE known.refunded END",
        "coalesce(file.coupon, known.coupon_code)",
    ]
    cursor.execute(
        CHANGE_ORDERS.format(
            moments=", ".join(MOMENTS),
            known=", ".join(f"known.{name}" for name in MOMENTS),
            values=", ".join(values),
        )
    )


def _counts(cursor: Cursor, products: ImportCount) -> dict[str, ImportCount]:
    cursor.execute(COUNT)
    new, altered, orders = cursor.fetchone()
    return {
        "orders": ImportCount(new, altered, orders - new - altered),
        "customers": customer_recognition.count(cursor),
        "products": products,
    }
