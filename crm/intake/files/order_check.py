"""What must be true of the orders of a file as a whole, checked in sets. What is wrong becomes rows of problems."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files import order_rates
from crm.intake.files.columns import ORDER
from crm.intake.files.staging import Cursor
from crm.intake.files.untold_identity import refuse_nobody

FIELDS = [column.name for column in ORDER if column.name != "order_number"]
SUMS = ("goods", "lines", "incomplete")

FIND_REPEATS = """
    CREATE TEMPORARY TABLE import_repeat AS
    SELECT number, min(head) AS head FROM import_run WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1
"""
FIND_CONTRADICTIONS = """
    WITH file AS (
        SELECT run.number, run.head, run.{field} AS value,
               first_value(run.{field}) OVER first_run AS first, first_value(run.head) OVER first_run AS line
        FROM import_run AS run JOIN import_repeat USING (number)
        WHERE run.{field} IS NOT NULL
        WINDOW first_run AS (PARTITION BY run.number ORDER BY run.head)
    )
    INSERT INTO import_problem (line, number, field, value, reason)
    SELECT head, number, %(field)s, value::text, format(%(reason)s, first::text, line)
    FROM file WHERE value <> first
"""
# One row for each order. Of an order in several runs the first filled cell counts, as they do not contradict.
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
ADD_COLUMNS = """
    ALTER TABLE import_order
        ADD id bigint, ADD customer bigint, ADD is_new boolean NOT NULL DEFAULT false,
        ADD is_changed boolean NOT NULL DEFAULT false, ADD responsible_id integer,
        ADD refund numeric, ADD returns_all boolean NOT NULL DEFAULT false,
        ADD is_uncancelled boolean NOT NULL DEFAULT false, ADD worth numeric DEFAULT 1,
        ADD acts boolean NOT NULL DEFAULT false
"""
NOTE_PROBLEM = """
    INSERT INTO import_problem (line, number, field, value, reason)
    SELECT file.head, file.number, %(field)s, {value}, %(reason)s
    FROM import_order AS file {join}
    WHERE {wrong} {unrefused}
"""
UNREFUSED = "AND NOT EXISTS (SELECT FROM import_problem WHERE import_problem.number = file.number)"
# A row of an order with one price unknown: what the order came to is the price.
PRICE_ONLY_LINES = """
    UPDATE import_line AS line SET
        quantity = coalesce(line.quantity, 1),
        price = coalesce(line.price, round((file.total + coalesce(file.discount, 0)) / coalesce(line.quantity, 1), 4))
    FROM import_order AS file
    WHERE file.head = line.head AND file.incomplete = 1 AND file.lines = 1 AND file.total IS NOT NULL
"""
# Where the status alone says that something happened, it is dated by the nearest moment known.
COMPLETE_ORDERS = """
    UPDATE import_order SET
        email = coalesce(email, ''), phone = coalesce(phone, ''), customer_id = coalesce(customer_id, ''),
        total = coalesce(total, round(goods - coalesce(discount, 0), 2)),
        cancelled_at = coalesce(cancelled_at, CASE WHEN status = 'cancelled' THEN placed_at END),
        returned_at = coalesce(returned_at, CASE WHEN status = 'returned' THEN coalesce(delivered_at, placed_at) END)
"""
FIND_KNOWN = """
    UPDATE import_order AS file SET id = known.id, customer = known.customer_id
    FROM crm_order AS known WHERE known.number = file.number
"""
KNOWN = "JOIN crm_order AS known ON known.id = file.id JOIN crm_customer AS owner ON owner.id = known.customer_id"
# The shop's id decides whose order it is; where either side has none, an address they share.
SOMEBODY_ELSES = """
    CASE WHEN file.customer_id <> '' AND owner.external_id IS NOT NULL
        THEN NOT EXISTS (
            SELECT FROM crm_customer AS named WHERE named.external_id = file.customer_id
              AND owner.id IN (named.id, named.merged_into_id)
        )
        WHEN file.customer_id <> '' THEN EXISTS (
            SELECT FROM crm_customer AS named WHERE named.external_id = file.customer_id
              AND owner.id <> coalesce(named.merged_into_id, named.id)
        )
        ELSE NOT EXISTS (
            SELECT FROM crm_contact AS contact WHERE contact.customer_id = owner.id
              AND (contact.channel, contact.address) IN (('email', file.email), ('sms', file.phone))
        )
    END
"""
DROP_REFUSED = "DELETE FROM import_order WHERE number IN (SELECT number FROM import_problem)"


def gather(cursor: Cursor, fields: Sequence[str]) -> None:
    """Make one row of every order, and note where rows of one order contradict each other."""
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
    cursor.execute(ADD_COLUMNS)


def check(cursor: Cursor) -> None:
    """Complete the orders, and note what is missing in them or contradicts what is already known."""
    note_problem(cursor, "file.placed_at IS NULL", "placed_at", _("is missing"))
    refuse_nobody(cursor, "import_order", "head", number="number, ", more=UNREFUSED)
    note_problem(
        cursor,
        "file.total IS NULL AND (file.lines = 0 OR file.incomplete > 0)",
        "",
        _("needs a total, or quantity and price in every row of the order"),
    )
    note_problem(
        cursor, "file.incomplete > 0 AND file.lines > 1", "", _("needs quantity and price in every row of the order")
    )
    cursor.execute(PRICE_ONLY_LINES)
    cursor.execute(COMPLETE_ORDERS)
    note_problem(cursor, "file.total < 0", "discount", _("is more than the goods cost"), value="file.discount::text")
    note_problem(cursor, "file.total >= 1e12", "", _("comes to more than can be stored"))
    cursor.execute("ANALYZE import_order (head, number)")
    cursor.execute(FIND_KNOWN)
    order_rates.convert(cursor)
    note_problem(cursor, SOMEBODY_ELSES, "", _("is already known as an order of another customer"), join=KNOWN)


def note_problem(cursor: Cursor, wrong: str, field: str, reason: str, *, join: str = "", value: str = "''") -> None:
    statement = NOTE_PROBLEM.format(wrong=wrong, join=join, value=value, unrefused=UNREFUSED)
    cursor.execute(statement, {"field": field, "reason": reason})
