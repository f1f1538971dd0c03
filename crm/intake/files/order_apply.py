"""Orders of a checked file written in one transaction of set-based statements, as imported history.

Locks are taken in the order of `crm.orders.orders`: customers, their figures, orders.
"""

from __future__ import annotations

from collections.abc import Sequence

from crm import events
from crm.figures import stats
from crm.intake.files import catalogue_apply, customer_recognition, order_details_apply
from crm.intake.files.bulk_writes import foreign_keys_unchecked
from crm.intake.files.cells import ParseSettings
from crm.intake.files.columns import ORDER_PROFILE
from crm.intake.files.customer_profiles import write_profiles
from crm.intake.files.order_line_apply import write_lines
from crm.intake.files.report import ImportCount
from crm.intake.files.staging import Cursor, plan_for_sets
from crm.models import EventInbox
from crm.shop_currency import shop_currency

MOMENTS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at")

# What the file says of the rate itself, no table of rates changes.
TOLD = "CASE WHEN file.rate IS NULL THEN '{}' ELSE jsonb_build_object('rate', %(now)s::timestamptz) END"
ADD_ORDERS = """
    INSERT INTO crm_order (number, external_id, customer_id, kind, placed_at, paid_at, shipped_at, delivered_at,
                           cancelled_at, returned_at, promised_at, appointment_at, payment_due_at, tracking_number,
                           responsible_id, currency, rate, told, total, discount, refunded, coupon_code, receipt_url,
                           source, created_at)
    SELECT number, external_id, customer, coalesce(kind, 'goods'), placed_at, paid_at, shipped_at, delivered_at,
           cancelled_at, returned_at, promised_at, appointment_at, payment_due_at, coalesce(tracking_number, ''),
           responsible_id, coalesce(currency, %(currency)s), worth, {told}, total, coalesce(discount, 0),
           coalesce(refund, 0), coalesce(coupon, ''), coalesce(receipt_url, ''), coalesce(source, ''), %(now)s
    FROM import_order AS file WHERE id IS NULL ORDER BY head
"""
FIND_NEW = """
    UPDATE import_order AS file SET id = known.id, is_new = true
    FROM crm_order AS known WHERE file.id IS NULL AND known.number = file.number
"""
# What a file leaves empty stays. A whole return leaves no revenue, whatever came back before and the total is now; what
# tells of less than is known was refused.
CHANGED_VALUES = {
    "placed_at": "file.placed_at",
    **{name: f"coalesce(file.{name}, known.{name})" for name in (*MOMENTS, *order_details_apply.AGREED)},
    "currency": "coalesce(file.currency, known.currency)",
    "rate": "file.worth",
    "told": f"CASE WHEN file.rate IS DISTINCT FROM known.rate THEN known.told || {TOLD} ELSE known.told END",
    "total": "file.total",
    "discount": "coalesce(file.discount, known.discount)",
    "cancelled_at": "CASE WHEN file.is_uncancelled THEN NULL ELSE coalesce(file.cancelled_at, known.cancelled_at) END",
    "refunded": "CASE WHEN file.returns_all THEN file.total ELSE greatest(known.refunded, file.refund) END",
    "coupon_code": "coalesce(file.coupon, known.coupon_code)",
    "responsible_id": "coalesce(file.responsible_id, known.responsible_id)",
    **{
        name: f"coalesce(file.{name}, known.{name})"
        for name in ("kind", "tracking_number", "receipt_url", "source", "external_id")
    },
}
CHANGE_ORDERS = """
    WITH changed AS (
        UPDATE crm_order AS known SET ({fields}) = ROW ({values})
        FROM import_order AS file
        WHERE known.id = file.id AND NOT file.is_new AND ({known}) IS DISTINCT FROM ({values})
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
           jsonb_build_object('number', file.number), NOT file.acts
    FROM import_order AS file
    CROSS JOIN LATERAL (VALUES
        ('placed', file.placed_at), ('paid', file.paid_at), ('shipped', file.shipped_at),
        ('delivered', file.delivered_at), ('cancelled', file.cancelled_at)
    ) AS fact (name, at)
    WHERE fact.at IS NOT NULL AND (file.is_new OR file.is_changed)
    ON CONFLICT (source, key) DO NOTHING
"""
# Only orders that are young enough are heard of; `import_rung` keeps which events those are.
RING = """
    WITH rung AS (
        INSERT INTO crm_eventinbox (consumer, event_id, customer_id)
        SELECT consumer, event.id, event.customer_id
        FROM import_order AS file JOIN crm_event AS event ON event.order_id = file.id
        JOIN unnest(%(consumers)s::text[], %(heard)s::text[]) AS listener (consumer, heard)
            ON heard IN ('', event.kind)
        WHERE file.acts AND NOT event.is_historic AND event.id > %(last)s AND event.received_at = %(now)s
        RETURNING event_id
    )
    INSERT INTO import_rung SELECT DISTINCT event_id FROM rung
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
    SELECT 'coupon.redeemed', redeemed.customer_id, order_id, redeemed_at, %(now)s, 'crm',
           'coupon:' || redeemed.id || ':redeemed'
               || CASE WHEN redeemed.releases > 0 THEN ':' || redeemed.releases ELSE '' END,
           jsonb_build_object('coupon', redeemed.id, 'kind', redeemed.kind), NOT file.acts
    FROM redeemed JOIN import_order AS file ON file.id = redeemed.order_id
    ON CONFLICT (source, key) DO NOTHING
"""
COUNT = """
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_changed AND NOT is_new), count(*)
    FROM import_order
"""


def apply(cursor: Cursor, fields: Sequence[str], settings: ParseSettings) -> dict[str, ImportCount]:
    """Write what the staging tables hold; returns how much of everything is new, changed and as it was."""
    plan_for_sets(cursor, "import_order")
    customer_recognition.recognise(cursor, "import_order", settings.now, since="placed_at", told="placed_at")
    columns = [(name, name) for name in (*ORDER_PROFILE, "attributes") if name in fields]
    write_profiles(cursor, "import_order", columns, "placed_at DESC, head DESC", is_sure=False)
    cursor.execute("SELECT DISTINCT customer FROM import_order")
    customers = [pk for (pk,) in cursor.fetchall()]
    stats.lock(customers)
    named = ("name", "category", "price", "cost")
    catalogue = catalogue_apply.write_products(cursor, "import_product", named, settings.now, is_sure=False)
    _write_orders(cursor, settings)
    write_lines(cursor)
    _write_events(cursor, fields, settings)
    # The recount asks customer by customer, which is a nested loop along an index.
    cursor.execute("SET LOCAL enable_nestloop = on")
    stats.refresh(customers)
    return _counts(cursor) | catalogue


def _write_orders(cursor: Cursor, settings: ParseSettings) -> None:
    # Their customers are locked with their figures.
    with foreign_keys_unchecked(cursor):
        cursor.execute(ADD_ORDERS.format(told=TOLD), {"currency": shop_currency(), "now": settings.now})
    cursor.execute(LOCK_ORDERS)
    cursor.execute(FIND_NEW)
    cursor.execute("ANALYZE import_order (id, head, number, customer)")
    order_details_apply.remember_known(cursor)
    cursor.execute(
        CHANGE_ORDERS.format(
            fields=", ".join(CHANGED_VALUES),
            values=", ".join(CHANGED_VALUES.values()),
            known=", ".join(f"known.{name}" for name in CHANGED_VALUES),
        ),
        {"now": settings.now},
    )


def _write_events(cursor: Cursor, fields: Sequence[str], settings: ParseSettings) -> None:
    cursor.execute("SELECT coalesce(max(id), 0) FROM crm_event")
    last = cursor.fetchone()[0]
    if settings.acts_since:
        cursor.execute("UPDATE import_order SET acts = placed_at >= %s", [settings.acts_since])
    with foreign_keys_unchecked(cursor):
        order_details_apply.write_details(cursor, fields, settings.now)
        cursor.execute(ADD_EVENTS, {"now": settings.now})
        order_details_apply.write_returns(cursor, settings.now)
        order_details_apply.write_uncancelled(cursor, settings.now)
    if "coupon" in fields:
        cursor.execute(REDEEM, {"now": settings.now})
    if settings.acts_since:
        cursor.execute(RING, {"last": last, "now": settings.now, **EventInbox.listeners()})
        events.ring_on_commit()


def _counts(cursor: Cursor) -> dict[str, ImportCount]:
    cursor.execute(COUNT)
    new, altered, orders = cursor.fetchone()
    return {
        "orders": ImportCount(new, altered, orders - new - altered),
        "customers": customer_recognition.count(cursor),
    }
