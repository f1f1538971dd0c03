"""Known orders that a file tells otherwise: brought in line, or refused in words; nothing is kept in silence.

A file does not say when its words were true. So it may say that more came back, but not that less did, and it brings an
order back to life only by something that happened after the cancelling.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.intake.files.order_check import KNOWN, note_problem
from crm.intake.files.staging import Cursor

ALL_CAME_BACK = """
    known.returned_at IS NOT NULL AND known.total > 0 AND known.refunded = known.total
        AND NOT EXISTS (SELECT FROM crm_orderline AS line
                        WHERE line.order_id = known.id AND line.returned_quantity < line.quantity)
"""
# Another total of an order that had all come back, and got no more goods: it leaves no revenue now either.
FOLLOW_TOTAL = f"""
    UPDATE import_order AS file SET returns_all = true
    FROM crm_order AS known
    WHERE known.id = file.id AND file.returned_at IS NULL AND file.refunded IS NULL AND file.total <> known.total
      AND {ALL_CAME_BACK}
      AND coalesce((SELECT sum(quantity) FROM import_line AS line WHERE line.head = file.head), 0)
          <= coalesce((SELECT sum(quantity) FROM crm_orderline AS line WHERE line.order_id = known.id), 0)
"""  # noqa: S608 - a text of this module
UNCANCEL = """
    UPDATE import_order AS file SET is_uncancelled = true
    FROM crm_order AS known
    WHERE known.id = file.id AND file.cancelled_at IS NULL
      AND greatest(file.paid_at, file.shipped_at, file.delivered_at) > known.cancelled_at
"""
GOES_ON = "file.status IS NOT NULL AND file.status NOT IN ('cancelled', 'returned')"
STILL_CANCELLED = f"""
    known.cancelled_at IS NOT NULL AND file.cancelled_at IS NULL AND NOT file.is_uncancelled AND {GOES_ON}
"""
NOT_RETURNED = f"file.returned_at IS NULL AND {GOES_ON} AND {ALL_CAME_BACK}"
UNDONE = """
    known.{moment}_at IS NULL AND file.{moment}_at IS NOT NULL AND EXISTS (
        SELECT FROM crm_event AS undone
        WHERE undone.order_id = file.id AND undone.kind = 'order.undone'
          AND undone.properties ->> 'moment' = '{moment}' AND undone.occurred_at >= file.{moment}_at
    )
"""
LESS_CAME_BACK = """
    WITH known AS (
        SELECT file.head, file.number, product.sku, sum(line.returned_quantity) AS returned
        FROM import_order AS file
        JOIN crm_order AS known ON known.id = file.id AND known.returned_at IS NOT NULL
        JOIN crm_orderline AS line ON line.order_id = known.id AND line.returned_quantity > 0
        JOIN crm_product AS product ON product.id = line.product_id
        WHERE file.lines > 0 AND NOT file.returns_all
        GROUP BY file.head, file.number, product.sku
    ), told AS (
        SELECT head, sku, sum(quantity) AS quantity, sum(returned_quantity) AS returned
        FROM import_line WHERE head IN (SELECT head FROM known) GROUP BY head, sku
    )
    INSERT INTO import_problem (line, number, field, value, reason)
    SELECT head, number, field, known.sku, reason
    FROM known LEFT JOIN told USING (head, sku)
    CROSS JOIN LATERAL (VALUES
        ('returned_quantity', told.returned, %(fewer_back)s), ('quantity', coalesce(told.quantity, 0), %(too_few)s)
    ) AS wrong (field, told, reason)
    WHERE wrong.told < known.returned
"""


def check(cursor: Cursor) -> None:
    cursor.execute(FOLLOW_TOTAL)
    cursor.execute(UNCANCEL)
    _check_money(cursor)
    cursor.execute(
        LESS_CAME_BACK,
        {
            "fewer_back": _("less of it came back than is known: undo the return on the page of the order"),
            "too_few": _("more of it came back than the order would hold"),
        },
    )
    _check_moments(cursor)


def _check_money(cursor: Cursor) -> None:
    too_low = "file.total < known.refunded AND NOT file.returns_all"
    reason = _("is less than what was already refunded")
    note_problem(cursor, too_low, "total", reason, join=KNOWN, value="file.total::text")
    taken_back = "file.refunded < known.refunded AND NOT file.returns_all"
    reason = _("is less than was already refunded: undo the return on the page of the order")
    note_problem(cursor, taken_back, "refunded", reason, join=KNOWN, value="file.refunded::text")


def _check_moments(cursor: Cursor) -> None:
    reason = _("contradicts what is known: the order was cancelled, and nothing is told that happened later")
    note_problem(cursor, STILL_CANCELLED, "status", reason, join=KNOWN, value="file.status")
    reason = _("contradicts what is known: all of the order came back")
    note_problem(cursor, NOT_RETURNED, "status", reason, join=KNOWN, value="file.status")
    reason = _("was undone in Encore later than that: correct the file, or the order on its page")
    for moment in ("cancelled", "returned"):
        undone = UNDONE.format(moment=moment)
        note_problem(cursor, undone, f"{moment}_at", reason, join=KNOWN, value=f"file.{moment}_at::text")
