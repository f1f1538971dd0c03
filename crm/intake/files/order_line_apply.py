"""Lines of the orders of a checked file: those of new orders added, those of known ones compared and brought in line.

Runs in the transaction of `order_apply`, after the orders and the products they name.
"""

from __future__ import annotations

from crm.intake.files.bulk_writes import foreign_keys_unchecked, indexes_built_last
from crm.intake.files.staging import Cursor

ADD_LINES = """
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, cost, returned_quantity)
    SELECT file.id, product.id, line.quantity, line.price, {cost},
           CASE WHEN file.returns_all THEN line.quantity
                WHEN file.returned_at IS NULL THEN 0::numeric(12, 3) ELSE coalesce(line.returned_quantity, 0) END
    FROM import_line AS line
    JOIN import_order AS file ON file.head = line.head AND file.is_new
    JOIN import_sku AS sku ON sku.sku = line.sku
    JOIN crm_product AS product ON product.id = sku.id
"""
LOCK_PRODUCTS = """
    SELECT count(*) FROM (
        SELECT FROM crm_product WHERE id IN (SELECT id FROM import_sku WHERE NOT is_new) FOR KEY SHARE
    ) AS locked
"""
# Lines of one order that are alike are counted off against each other: identical lines are real.
COMPARE_LINES = """
    CREATE TEMPORARY TABLE import_difference AS
    WITH file AS (
        SELECT o.id AS order_id, sku.id AS product_id, line.quantity, line.price, line.cost,
               CASE WHEN o.returned_at IS NULL THEN 0 WHEN o.returns_all THEN line.quantity
                    ELSE coalesce(line.returned_quantity, 0) END AS returned,
               row_number() OVER (
                   PARTITION BY o.id, sku.id, line.quantity, line.price ORDER BY line.cost, line.returned_quantity
               ) AS turn
        FROM import_line AS line
        JOIN import_order AS o ON o.head = line.head AND NOT o.is_new
        JOIN import_sku AS sku ON sku.sku = line.sku
    ), known AS (
        SELECT line.id, line.order_id, line.product_id, line.quantity, line.price, line.cost, line.returned_quantity,
               row_number() OVER (
                   PARTITION BY line.order_id, line.product_id, line.quantity, line.price
                   ORDER BY line.cost, line.returned_quantity, line.id
               ) AS turn
        FROM crm_orderline AS line
        WHERE line.order_id IN (SELECT order_id FROM file)
    )
    SELECT order_id, product_id, quantity, price, file.cost, file.returned, known.id AS line_id,
           file.turn IS NULL AS is_gone
    FROM file FULL JOIN known USING (order_id, product_id, quantity, price, turn)
    WHERE file.turn IS NULL OR known.turn IS NULL OR file.cost <> known.cost
       OR (file.cost IS NOT NULL AND known.cost IS NULL) OR {returned}
"""
# A whole return is booked by `RETURN_LINES`.
MORE_RETURNED = """
    (file.returned > known.returned_quantity AND file.order_id NOT IN (SELECT id FROM import_order WHERE returns_all))
"""
DROP_LINES = "DELETE FROM crm_orderline WHERE id IN (SELECT line_id FROM import_difference WHERE is_gone)"
CHANGE_LINES = """
    UPDATE crm_orderline AS line
    SET cost = coalesce(file.cost, line.cost), returned_quantity = greatest(line.returned_quantity, file.returned)
    FROM import_difference AS file
    WHERE line.id = file.line_id AND NOT file.is_gone
"""
ADD_CHANGED_LINES = """
    INSERT INTO crm_orderline (order_id, product_id, quantity, price, cost, returned_quantity)
    SELECT file.order_id, file.product_id, file.quantity, file.price, coalesce(file.cost, product.cost),
           file.returned
    FROM import_difference AS file JOIN crm_product AS product ON product.id = file.product_id
    WHERE file.line_id IS NULL
"""
# What had come back of goods stays so where they are told anew, filled up line by line.
REMEMBER_RETURNED = """
    CREATE TEMPORARY TABLE import_returned AS
    SELECT order_id, product_id, sum(returned_quantity) AS quantity FROM crm_orderline
    WHERE id IN (SELECT line_id FROM import_difference WHERE is_gone) AND returned_quantity > 0
    GROUP BY order_id, product_id
"""
KEEP_RETURNED = """
    UPDATE crm_orderline AS line
    SET returned_quantity = least(line.quantity, greatest(line.returned_quantity, told.quantity - told.before))
    FROM (
        SELECT line.id, returned.quantity,
               sum(line.quantity) OVER (PARTITION BY line.order_id, line.product_id ORDER BY line.id) - line.quantity
                   AS before
        FROM crm_orderline AS line JOIN import_returned AS returned USING (order_id, product_id)
        WHERE EXISTS (SELECT FROM import_difference AS added WHERE added.line_id IS NULL
                      AND (added.order_id, added.product_id) = (line.order_id, line.product_id))
    ) AS told
    WHERE line.id = told.id AND told.quantity > told.before
"""
RETURN_LINES = """
    UPDATE crm_orderline AS line SET returned_quantity = line.quantity
    FROM import_order AS file
    WHERE line.order_id = file.id AND file.returns_all AND NOT file.is_new AND line.returned_quantity < line.quantity
"""
MARK_CHANGED = """
    UPDATE import_order SET is_changed = true WHERE id IN (SELECT order_id FROM import_difference)
"""
CHANGES = (REMEMBER_RETURNED, DROP_LINES, CHANGE_LINES, ADD_CHANGED_LINES, KEEP_RETURNED, MARK_CHANGED)


def write_lines(cursor: Cursor) -> None:
    cursor.execute("SELECT EXISTS (SELECT FROM import_line), EXISTS (SELECT FROM import_order WHERE NOT is_new)")
    has_lines, has_known = cursor.fetchone()
    if has_lines:
        _write_told(cursor, has_known=has_known)
    if has_known:
        cursor.execute(RETURN_LINES)


def _write_told(cursor: Cursor, *, has_known: bool) -> None:
    cursor.execute("ANALYZE import_sku")
    cursor.execute(LOCK_PRODUCTS)
    with indexes_built_last(cursor, "crm_orderline"), foreign_keys_unchecked(cursor):
        cursor.execute(ADD_LINES.format(cost="coalesce(line.cost, product.cost)"))
    if has_known:
        cursor.execute(COMPARE_LINES.format(returned=MORE_RETURNED))
        for statement in CHANGES:
            cursor.execute(statement)
