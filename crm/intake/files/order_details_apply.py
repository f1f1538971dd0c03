"""What chains ask of an order beside its moments: what was agreed on, and the stages of a long job.

Runs in the transaction of `order_apply`, after the orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from crm.intake.files.staging import Cursor

# By column: the kind of event when it is moved, and what its key begins with.
AGREED = {
    "promised_at": ("promise_moved", "promised"),
    "appointment_at": ("appointment_moved", "appointment"),
    "payment_due_at": ("payment_moved", "payment"),
}

# What known orders were like before the file, for the events of what it changes.
REMEMBER = """
    CREATE TEMPORARY TABLE import_before AS
    SELECT id, cancelled_at, refunded, returned_at, promised_at, appointment_at, payment_due_at FROM crm_order
    WHERE id IN (SELECT id FROM import_order WHERE NOT is_new)
"""
# The keys are made as in crm.orders.orders, where such a date is moved live.
ADD_MOVES = """
    INSERT INTO crm_event (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'order.' || move.kind, file.customer, file.id, %(now)s, %(now)s, 'crm',
           'order:' || file.number || ':' || move.name || ':' || {stamp_at} || ':' || {stamp_now},
           jsonb_build_object('number', file.number, 'from', move.was, 'to', move.at), NOT file.acts
    FROM import_order AS file JOIN import_before AS known USING (id)
    CROSS JOIN LATERAL (VALUES {moves}) AS move (kind, name, was, at)
    WHERE move.at IS DISTINCT FROM move.was AND move.at IS NOT NULL
    ON CONFLICT (source, key) DO NOTHING
"""
ADD_MILESTONES = """
    WITH reached AS (
        INSERT INTO crm_milestone (order_id, name, reached_at)
        SELECT file.id, stage.name, stage.at::timestamptz
        FROM import_order AS file CROSS JOIN LATERAL jsonb_each_text(file.milestones) AS stage (name, at)
        WHERE file.milestones IS NOT NULL ORDER BY file.id, stage.at
        ON CONFLICT (order_id, name) DO NOTHING
        RETURNING id, order_id, name, reached_at
    ), changed AS (
        UPDATE import_order SET is_changed = true WHERE id IN (SELECT order_id FROM reached)
    )
    INSERT INTO crm_event (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'order.milestone', file.customer, file.id, reached.reached_at, %(now)s, 'crm',
           'order:' || file.number || ':milestone:' || reached.id,
           jsonb_build_object('number', file.number, 'name', reached.name), NOT file.acts
    FROM reached JOIN import_order AS file ON file.id = reached.order_id
    ON CONFLICT (source, key) DO NOTHING
"""
ADD_RETURNS = """
    INSERT INTO crm_event (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'order.returned', file.customer, file.id, file.returned_at, %(now)s, 'crm',
           'order:' || file.number || ':returned' || CASE WHEN file.returns_all THEN '' ELSE ':' || {stamp} END,
           jsonb_build_object('number', file.number,
                              'amount', (file.refund - coalesce(known.refunded, 0))::numeric(14, 2)::text),
           NOT file.acts
    FROM import_order AS file LEFT JOIN import_before AS known USING (id)
    WHERE file.returned_at IS NOT NULL AND (known.returned_at IS NULL OR file.refund > known.refunded)
    ON CONFLICT (source, key) DO NOTHING
"""


# As crm.orders.correcting.take_back writes it.
ADD_UNCANCELLED = """
    INSERT INTO crm_event (kind, customer_id, order_id, occurred_at, received_at, source, key, properties, is_historic)
    SELECT 'order.undone', file.customer, file.id, %(now)s, %(now)s, 'crm',
           'order:' || file.number || ':undone:cancelled_at:' || {before} || ':' || {stamp_now},
           jsonb_build_object('number', file.number, 'moment', 'cancelled', 'from', known.cancelled_at), NOT file.acts
    FROM import_order AS file JOIN import_before AS known USING (id)
    WHERE file.is_uncancelled AND known.cancelled_at IS NOT NULL
    ON CONFLICT (source, key) DO NOTHING
"""


def _stamp(moment: str) -> str:
    """SQL for `order_events.stamp`."""
    return f"extract(epoch FROM {moment})::numeric(20, 6)::text"


def write_returns(cursor: Cursor, now: dt.datetime) -> None:
    cursor.execute(ADD_RETURNS.format(stamp=_stamp("file.returned_at")), {"now": now})


def write_uncancelled(cursor: Cursor, now: dt.datetime) -> None:
    stamps = {"before": _stamp("known.cancelled_at"), "stamp_now": _stamp("%(now)s::timestamptz")}
    cursor.execute(ADD_UNCANCELLED.format(**stamps), {"now": now})


def remember_known(cursor: Cursor) -> None:
    cursor.execute(REMEMBER)


def write_details(cursor: Cursor, fields: Sequence[str], now: dt.datetime) -> None:
    """Dates that a file moved, and stages that were reached."""
    moved = {name: names for name, names in AGREED.items() if name in fields}
    if moved:
        values = ", ".join(
            f"('{kind}', '{key}', known.{column}, file.{column})" for column, (kind, key) in moved.items()
        )
        statement = ADD_MOVES.format(moves=values, stamp_at=_stamp("move.at"), stamp_now=_stamp("%(now)s::timestamptz"))
        cursor.execute(statement, {"now": now})
    if "milestones" in fields:
        cursor.execute(ADD_MILESTONES, {"now": now})
