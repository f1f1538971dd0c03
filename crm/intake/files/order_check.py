"""What must be true of the orders of a file as a whole, checked in sets. What is wrong becomes rows of problems."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files.columns import ORDER
from crm.intake.files.staging import Cursor

FIELDS = [column.name for column in ORDER if column.name != "order_number"]
IDENTITY = ("customer_id", "email", "phone")
SUMS = ("goods", "lines", "incomplete")

FIND_REPEATS = """
    CREATE TEMPORARY TABLE import_repeat AS
    SELECT number, min(head) AS head FROM import_run WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1
"""
FIND_CONTRADICTIONS = """
    WITH told AS (
        SELECT run.number, run.head, run.{field} AS value,
               first_value(run.{field}) OVER first_told AS first, first_value(run.head) OVER first_told AS line
        FROM import_run AS run JOIN import_repeat USING (number)
        WHERE run.{field} IS NOT NULL
        WINDOW first_told AS (PARTITION BY run.number ORDER BY run.head)
    )
    INSERT INTO import_problem (line, number, field, value, reason)
    SELECT head, number, %(field)s, value::text, format(%(reason)s, first::text, line)
    FROM told WHERE value <> first
"""
# One row an order. Of an order told in several runs the first filled cell counts; they do not contradict.
MERGE = """
    CREATE TEMPORARY TABLE import_order AS
    SELECT head, number, {fields}, attributes, goods, lines, incomplete
    FROM import_run WHERE number IS NOT NULL AND NOT EXISTS (
        SELECT FROM import_repeat WHERE import_repeat.number = import_run.number
    )
    UNION ALL
    SELECT min(import_run.head), number, {merged}, {attributes}, sum(goods), sum(lines)::integer,
           sum(incomplete)::integer
    FROM import_run JOIN import_repeat USING (number) GROUP BY number
"""
MERGE_LINES = """
    UPDATE import_line AS line SET head = import_repeat.head
    FROM import_run AS run JOIN import_repeat USING (number)
    WHERE line.head = run.head AND run.head <> import_repeat.head
"""
COMPLETE = """
    ALTER TABLE import_order
        ADD id bigint, ADD customer bigint, ADD is_new boolean NOT NULL DEFAULT false,
        ADD is_changed boolean NOT NULL DEFAULT false
"""
TELL = """
    INSERT INTO import_problem (line, number, field, value, reason)
    SELECT told.head, told.number, %(field)s, {value}, %(reason)s
    FROM import_order AS told {join}
    WHERE {wrong} AND NOT EXISTS (SELECT FROM import_problem WHERE import_problem.number = told.number)
"""
# A row of an order with one price unknown: what the order came to is the price.
PRICE_ONLY_LINES = """
    UPDATE import_line AS line SET
        quantity = coalesce(line.quantity, 1),
        price = coalesce(line.price, round((told.total + coalesce(told.discount, 0)) / coalesce(line.quantity, 1), 4))
    FROM import_order AS told
    WHERE told.head = line.head AND told.incomplete = 1 AND told.lines = 1 AND told.total IS NOT NULL
"""
# A moment that is only told as a status is taken at the nearest moment known.
SETTLE = """
    UPDATE import_order SET
        email = coalesce(email, ''), phone = coalesce(phone, ''), customer_id = coalesce(customer_id, ''),
        total = coalesce(total, round(goods - coalesce(discount, 0), 2)),
        cancelled_at = coalesce(cancelled_at, CASE WHEN status = 'cancelled' THEN placed_at END),
        returned_at = coalesce(returned_at, CASE WHEN status = 'returned' THEN coalesce(delivered_at, placed_at) END)
"""
FIND_KNOWN = """
    UPDATE import_order AS told SET id = known.id, customer = known.customer_id
    FROM crm_order AS known WHERE known.number = told.number
"""
KNOWN = "JOIN crm_order AS known ON known.id = told.id JOIN crm_customer AS owner ON owner.id = known.customer_id"
# The shop's id decides whose order it is; where either side has none, an address they share.
SOMEBODY_ELSES = """
    CASE WHEN told.customer_id <> '' AND owner.external_id IS NOT NULL
        THEN NOT EXISTS (
            SELECT FROM crm_customer AS named WHERE named.external_id = told.customer_id
              AND owner.id IN (named.id, named.merged_into_id)
        )
        WHEN told.customer_id <> '' THEN EXISTS (
            SELECT FROM crm_customer AS named WHERE named.external_id = told.customer_id
              AND owner.id <> coalesce(named.merged_into_id, named.id)
        )
        ELSE NOT EXISTS (
            SELECT FROM crm_contact AS contact WHERE contact.customer_id = owner.id
              AND (contact.channel, contact.address) IN (('email', told.email), ('sms', told.phone))
        )
    END
"""
DROP_REFUSED = "DELETE FROM import_order WHERE number IN (SELECT number FROM import_problem)"


def gather(cursor: Cursor, fields: Sequence[str]) -> None:
    """Make one row of every order, telling where rows of one order contradict each other."""
    cursor.execute(FIND_REPEATS)
    cursor.execute("SELECT EXISTS (SELECT FROM import_repeat)")
    has_repeats = cursor.fetchone()[0]
    if has_repeats:
        reason = _("the same order has “%(value)s” on line %(line)s") % {"value": "%1$s", "line": "%2$s"}
        for field in fields:
            if field in FIELDS:
                cursor.execute(FIND_CONTRADICTIONS.format(field=field), {"field": field, "reason": reason})
    first = "(array_agg({0} ORDER BY import_run.head) FILTER (WHERE {0} IS NOT NULL))[1]"
    merged = ", ".join(first.format(name) for name in FIELDS)
    cursor.execute(MERGE.format(fields=", ".join(FIELDS), merged=merged, attributes=first.format("attributes")))
    if has_repeats:
        cursor.execute(MERGE_LINES)
    cursor.execute(COMPLETE)


def check(cursor: Cursor) -> None:
    """Complete the orders and tell what is missing in them or at odds with what is already known."""
    _tell(cursor, "told.placed_at IS NULL", "placed_at", _("is missing"))
    no_identity = " AND ".join(f"told.{name} IS NULL" for name in IDENTITY)
    _tell(cursor, no_identity, "", _("names no customer: customer_id, email or phone is needed"))
    _tell(
        cursor,
        "told.total IS NULL AND (told.lines = 0 OR told.incomplete > 0)",
        "",
        _("needs a total, or quantity and price in every row of the order"),
    )
    _tell(cursor, "told.incomplete > 0 AND told.lines > 1", "", _("needs quantity and price in every row of the order"))
    cursor.execute(PRICE_ONLY_LINES)
    cursor.execute(SETTLE)
    _tell(cursor, "told.total < 0", "discount", _("is more than the goods cost"), value="told.discount::text")
    _tell(cursor, "told.total >= 1e12", "", _("comes to more than can be stored"))
    cursor.execute("ANALYZE import_order (head, number)")
    cursor.execute(FIND_KNOWN)
    _tell(cursor, SOMEBODY_ELSES, "", _("is already known as an order of another customer"), join=KNOWN)
    _tell(
        cursor,
        "told.total < known.refunded AND known.returned_at IS NOT NULL",
        "total",
        _("is less than what was already refunded"),
        join=KNOWN,
        value="told.total::text",
    )


def _tell(cursor: Cursor, wrong: str, field: str, reason: str, *, join: str = "", value: str = "''") -> None:
    cursor.execute(TELL.format(wrong=wrong, join=join, value=value), {"field": field, "reason": reason})
