"""How single columns looked at a moment of the past: SQL about `live`, the row as it is today, at `%(at)s`."""

from __future__ import annotations

# A shop knows somebody since they were entered, or since the first thing they did, whichever is told to be earlier.
KNOWN_SINCE = """least(
    live.created_at,
    (SELECT min(placed_at) FROM {live}.crm_order WHERE customer_id = live.id),
    (SELECT min(occurred_at) FROM {live}.crm_event WHERE customer_id = live.id)
)"""
# A mood is noted as an event; one noted before there were events stands since its moment.
MOOD = """coalesce(
    (SELECT told.properties ->> 'mood' FROM {live}.crm_event AS told
     WHERE told.customer_id = live.id AND told.kind = 'customer.mood' AND told.occurred_at <= %(at)s
     ORDER BY told.occurred_at DESC, told.id DESC LIMIT 1),
    CASE WHEN live.mood_noted_at <= %(at)s THEN live.mood ELSE '' END
)"""
# The latest yes or no of the ledger, of two at one moment the no (crm.consent.standing).
_CONSENT = """coalesce(
    (SELECT told.action FROM {live}.crm_consentrecord AS told
     WHERE told.customer_id = live.customer_id AND told.channel = live.channel AND told.address = live.address
       AND told.purpose = '{purpose}' AND told.occurred_at <= %(at)s
     ORDER BY told.action = 'requested', told.occurred_at DESC, told.action = 'withdrawn' DESC LIMIT 1),
    CASE WHEN EXISTS (
        SELECT FROM {live}.crm_consentrecord AS told
        WHERE told.customer_id = live.customer_id AND told.channel = live.channel AND told.address = live.address
          AND told.purpose = '{purpose}'
    ) THEN 'unknown' ELSE live.{purpose}_consent END
)"""
CONSENT_TURNS = """
    SELECT contact.id, told.occurred_at
    FROM {live}.crm_consentrecord AS told
    JOIN {live}.crm_contact AS contact USING (customer_id, channel, address)
"""
# Until it was moved, a promise or an appointment was what it was moved from.
_BEFORE_MOVED = """(
    SELECT CASE WHEN count(*) = 0 THEN live.{column}
           ELSE (array_agg((told.properties ->> 'from')::timestamptz ORDER BY told.occurred_at, told.id))[1] END
    FROM {live}.crm_event AS told
    WHERE told.order_id = live.id AND told.kind = '{kind}' AND told.occurred_at > %(at)s
)"""
# Attributes that spell a date were, until each changed, what they were changed from.
ATTRIBUTES = """jsonb_strip_nulls(live.attributes || coalesce((
    SELECT jsonb_object_agg(name, before) FROM (
        SELECT DISTINCT ON (told.properties ->> 'name')
            told.properties ->> 'name' AS name, told.properties -> 'from' AS before
        FROM {live}.crm_event AS told
        WHERE told.customer_id = live.id AND told.kind = 'customer.date' AND told.occurred_at > %(at)s
          AND told.properties ->> 'name' <> 'born_on'
        ORDER BY told.properties ->> 'name', told.occurred_at, told.id
    ) AS changed
), '{{}}'))"""


def before(column: str, kind: str) -> str:
    return _BEFORE_MOVED.replace("{column}", column).replace("{kind}", kind)


def consent(purpose: str) -> str:
    return _CONSENT.replace("{purpose}", purpose)
