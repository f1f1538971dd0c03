"""What single columns held at a moment of the past: SQL about `live`, the row as it is today, at `%(at)s`."""

from __future__ import annotations

# A shop knows a customer since they were entered, or since the first thing they did, whichever is earlier.
KNOWN_SINCE = """least(
    live.created_at,
    (SELECT min(placed_at) FROM {live}.crm_order WHERE customer_id = live.id),
    (SELECT min(occurred_at) FROM {live}.crm_event WHERE customer_id = live.id)
)"""
# A mood is noted as an event; one without an event holds from its own moment on.
MOOD = """coalesce(
    (SELECT event.properties ->> 'mood' FROM {live}.crm_event AS event
     WHERE event.customer_id = live.id AND event.kind = 'customer.mood' AND event.occurred_at <= %(at)s
     ORDER BY event.occurred_at DESC, event.id DESC LIMIT 1),
    CASE WHEN live.mood_noted_at <= %(at)s THEN live.mood ELSE '' END
)"""
# The latest answer of the ledger holds, of two at one moment the no (crm.consent.current_consent).
_CONSENT = """coalesce(
    (SELECT record.action FROM {live}.crm_consentrecord AS record
     WHERE record.customer_id = live.customer_id AND record.channel = live.channel AND record.address = live.address
       AND record.purpose = '{purpose}' AND record.occurred_at <= %(at)s
     ORDER BY record.action = 'requested', record.occurred_at DESC, record.action = 'withdrawn' DESC LIMIT 1),
    CASE WHEN EXISTS (
        SELECT FROM {live}.crm_consentrecord AS record
        WHERE record.customer_id = live.customer_id AND record.channel = live.channel AND record.address = live.address
          AND record.purpose = '{purpose}'
    ) THEN 'unknown' ELSE live.{purpose}_consent END
)"""
CONSENT_CHANGES = """
    SELECT contact.id, record.occurred_at
    FROM {live}.crm_consentrecord AS record
    JOIN {live}.crm_contact AS contact USING (customer_id, channel, address)
"""
# Until it was moved, a promise or an appointment was what the first later move moved it from.
_BEFORE_MOVED = """(
    SELECT CASE WHEN count(*) = 0 THEN live.{column}
           ELSE (array_agg((event.properties ->> 'from')::timestamptz ORDER BY event.occurred_at, event.id))[1] END
    FROM {live}.crm_event AS event
    WHERE event.order_id = live.id AND event.kind = '{kind}' AND event.occurred_at > %(at)s
)"""
# A case that was opened again was settled when the log says so; what it says of one that never was, its row says too.
SETTLED_AT = """CASE
    WHEN live.reopened_at IS NULL THEN CASE WHEN live.resolved_at <= %(at)s THEN live.resolved_at END
    ELSE (
        SELECT CASE WHEN event.kind NOT IN ('case.reopened', 'case.split') THEN event.occurred_at END
        FROM {live}.crm_event AS event
        WHERE event.customer_id = live.customer_id
          AND event.kind IN ('case.resolved', 'case.lapsed', 'case.merged', 'case.reopened', 'case.split')
          AND event.properties -> 'case' = to_jsonb(live.id) AND event.occurred_at <= %(at)s
        ORDER BY event.occurred_at DESC, event.id DESC LIMIT 1
    )
END"""
# Until staff or a letter said otherwise it was what the first later change says; escalating began before it said so.
CASE_KIND = """coalesce((
    SELECT coalesce(event.properties ->> 'kind_was', 'question') FROM {live}.crm_event AS event
    WHERE event.customer_id = live.customer_id AND event.properties -> 'case' = to_jsonb(live.id)
      AND (event.kind = 'case.escalated' OR event.kind = 'case.corrected' AND event.properties ->> 'kind_was' <> '')
      AND event.occurred_at > %(at)s
    ORDER BY event.occurred_at, event.id LIMIT 1
), live.kind)"""
CASE_CHANGES = """
    SELECT (properties ->> 'case')::bigint, occurred_at
    FROM {live}.crm_event
    WHERE kind IN ('case.resolved', 'case.lapsed', 'case.merged', 'case.reopened', 'case.split', 'case.escalated',
                   'case.corrected')
      AND properties ->> 'case' IS NOT NULL
"""
# Until it was changed, a date among the attributes was what the first later change changed it from.
ATTRIBUTES = """jsonb_strip_nulls(live.attributes || coalesce((
    SELECT jsonb_object_agg(name, before) FROM (
        SELECT DISTINCT ON (event.properties ->> 'name')
            event.properties ->> 'name' AS name, event.properties -> 'from' AS before
        FROM {live}.crm_event AS event
        WHERE event.customer_id = live.id AND event.kind = 'customer.date' AND event.occurred_at > %(at)s
          AND event.properties ->> 'name' <> 'born_on'
        ORDER BY event.properties ->> 'name', event.occurred_at, event.id
    ) AS changed
), '{{}}'))"""

# Of several returns the row knows the last; what had come back before it, their events tell.
_RETURNED_BY_THEN = """CASE WHEN {returned_at} > %(at)s THEN (
    SELECT {by_then} FROM {live}.crm_event AS event
    WHERE event.order_id = {order} AND event.kind = 'order.returned' AND event.occurred_at <= %(at)s
) ELSE live.{column} END"""
_RETURNED_AT_OF_LINE = "(SELECT returned_at FROM {live}.crm_order WHERE id = live.order_id)"
_TOLD_OF_LINE = (
    "(event.properties -> 'lines' ->> (SELECT sku FROM {live}.crm_product WHERE id = live.product_id))::numeric"
)
RETURNS_OF_LINES = """
    SELECT line.id, returned.at FROM {live}.crm_orderline AS line JOIN (
        SELECT id AS order_id, returned_at AS at FROM {live}.crm_order WHERE returned_at IS NOT NULL
        UNION SELECT order_id, occurred_at FROM {live}.crm_event WHERE kind = 'order.returned'
    ) AS returned USING (order_id)
"""


def before(column: str, kind: str) -> str:
    return _BEFORE_MOVED.replace("{column}", column).replace("{kind}", kind)


def returned_by_then(column: str, by_then: str) -> str:
    return _of_returns("live.returned_at", "live.id", column, by_then)


def returned_of_line() -> str:
    """Lines of one product are taken to have come back together."""
    by_then = f"least(live.returned_quantity, coalesce(sum({_TOLD_OF_LINE}), 0))"
    return _of_returns(_RETURNED_AT_OF_LINE, "live.order_id", "returned_quantity", by_then)


def _of_returns(returned_at: str, order: str, column: str, by_then: str) -> str:
    parts = {"{returned_at}": returned_at, "{order}": order, "{column}": column, "{by_then}": by_then}
    sql = _RETURNED_BY_THEN
    for name, part in parts.items():
        sql = sql.replace(name, part)
    return sql


def consent(purpose: str) -> str:
    return _CONSENT.replace("{purpose}", purpose)
