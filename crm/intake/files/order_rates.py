"""What the orders of a file are worth in the shop's currency; one of which nobody knows is refused in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.intake.files.staging import Cursor
from crm.shop_currency import FALLBACK, known_currency
from crm.timezones import shop_zone

# The first order of a shop that named no currency says what it counts in.
FIRST = """
    SELECT coalesce(currency, %(fallback)s) FROM import_order AS file
    WHERE NOT EXISTS (SELECT FROM import_problem WHERE import_problem.number = file.number) ORDER BY head LIMIT 1
"""
HAS_OTHERS = """
    SELECT EXISTS (SELECT FROM import_order WHERE currency <> %(own)s)
        OR EXISTS (
            SELECT FROM import_order AS file JOIN crm_order AS known ON known.id = file.id
            WHERE file.currency IS NULL AND known.currency <> %(own)s
        )
"""
FILL_IN = """
    UPDATE import_order AS file SET currency = coalesce(known.currency, %(own)s)
    FROM import_order AS same LEFT JOIN crm_order AS known ON known.id = same.id
    WHERE same.head = file.head AND file.currency IS NULL
"""
# A rate in the file is of that order; one that the order told before stays; else that of its day holds.
CONVERT = """
    UPDATE import_order AS file SET worth = coalesce(file.rate, told.rate, (
        SELECT rate FROM crm_exchangerate AS typed
        WHERE typed.currency = file.currency AND day <= (file.placed_at AT TIME ZONE %(zone)s)::date
        ORDER BY day DESC LIMIT 1
    ))
    FROM import_order AS same
    LEFT JOIN crm_order AS told ON told.id = same.id AND told.currency = same.currency AND told.told ? 'rate'
    WHERE same.head = file.head AND file.currency <> %(own)s
"""
NOTE_UNKNOWN = """
    INSERT INTO import_problem (line, number, field, value, reason)
    SELECT head, number, 'currency', currency, format(%(reason)s, currency, to_char(placed_at, 'YYYY-MM-DD'))
    FROM import_order AS file
    WHERE worth IS NULL AND NOT EXISTS (SELECT FROM import_problem WHERE import_problem.number = file.number)
"""
PRICE_PRODUCTS = """
    UPDATE import_product AS product SET price = round(product.price * paid.worth, 4)
    FROM (
        SELECT DISTINCT ON (sku, price) sku, price, worth FROM import_line JOIN import_order USING (head)
        ORDER BY sku, price, head
    ) AS paid
    WHERE paid.sku = product.sku AND paid.price = product.price AND paid.worth <> 1
"""


def convert(cursor: Cursor) -> None:
    """Fill `worth`, what one of each order's currency is worth in the shop's, and price products in the latter."""
    own = known_currency() or _first(cursor)
    cursor.execute(HAS_OTHERS, {"own": own})
    if not cursor.fetchone()[0]:
        return
    cursor.execute(FILL_IN, {"own": own})
    cursor.execute(CONVERT, {"own": own, "zone": str(shop_zone())})
    cursor.execute(NOTE_UNKNOWN, {"reason": _unknown(own)})
    cursor.execute(PRICE_PRODUCTS)


def _first(cursor: Cursor) -> str:
    cursor.execute(FIRST, {"fallback": FALLBACK})
    found = cursor.fetchone()
    return str(found[0]) if found else FALLBACK


def _unknown(own: str) -> str:
    return _(
        "the shop counts in %(own)s, and no rate of %(currency)s is known for %(day)s: add it under Exchange rates, "
        "or in a column “rate”"
    ) % {"own": own, "currency": "%1$s", "day": "%2$s"}
