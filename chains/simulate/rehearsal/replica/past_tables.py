"""How each table of facts looked at a moment of the past. What is not told here looks as it does today.

A row appears when it was `born`. A moment that lies ahead is not known yet. `then` says how another column looked, in
SQL about `live`, the row as it is today, at `%(at)s`; `turns` selects (id, moment) of what else changed a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chains.simulate.rehearsal.replica.past_columns import ATTRIBUTES, CONSENT_TURNS, KNOWN_SINCE, MOOD, before, consent
from crm.models import EventKind


@dataclass(frozen=True, slots=True)
class PastTable:
    table: str
    born: str = ""
    moments: tuple[str, ...] = ()
    then: Mapping[str, str] = field(default_factory=dict)
    turns: str = ""
    only: str = "true"


IS_RETURNED = "live.returned_at <= %(at)s"
WAS_SENT = "live.sent_at <= %(at)s"


FACTS = (
    PastTable(
        "crm_customer",
        born=KNOWN_SINCE,
        moments=("mood_noted_at",),
        then={"mood": MOOD, "attributes": ATTRIBUTES},
        turns="SELECT customer_id, occurred_at FROM {live}.crm_event WHERE kind IN ('customer.mood', 'customer.date')",
    ),
    PastTable(
        "crm_contact",
        then={
            "marketing_consent": consent("marketing"),
            "service_consent": consent("service"),
        },
        turns=CONSENT_TURNS,
    ),
    PastTable("crm_consentrecord", born="live.occurred_at"),
    PastTable(
        "crm_order",
        born="live.placed_at",
        moments=("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at"),
        then={
            "promised_at": before("promised_at", EventKind.PROMISE_MOVED),
            "appointment_at": before("appointment_at", EventKind.APPOINTMENT_MOVED),
            "payment_due_at": before("payment_due_at", EventKind.PAYMENT_MOVED),
            "refunded": f"CASE WHEN {IS_RETURNED} THEN live.refunded ELSE 0 END",
            "tracking_number": "CASE WHEN live.shipped_at <= %(at)s THEN live.tracking_number ELSE '' END",
        },
        turns="SELECT order_id, occurred_at FROM {live}.crm_event"
        " WHERE kind IN ('order.promise_moved', 'order.appointment_moved', 'order.payment_moved')",
    ),
    PastTable(
        "crm_orderline",
        then={
            "returned_quantity": "CASE WHEN (SELECT returned_at FROM {live}.crm_order WHERE id = live.order_id)"
            " <= %(at)s THEN live.returned_quantity ELSE 0 END"
        },
        turns="SELECT line.id, bought.returned_at FROM {live}.crm_orderline AS line"
        " JOIN {live}.crm_order AS bought ON bought.id = line.order_id",
    ),
    PastTable("crm_milestone", born="live.reached_at"),
    PastTable(
        "crm_case",
        born="live.opened_at",
        moments=("acknowledged_at", "answered_at", "resolved_at", "confirmed_at"),
    ),
    PastTable("crm_feedback", born="live.left_at"),
    PastTable("crm_pointsentry", born="live.occurred_at"),
    PastTable(
        "crm_coupon",
        born="live.issued_at",
        moments=("sent_at", "redeemed_at"),
        then={
            "expires_at": f"CASE WHEN {WAS_SENT} THEN live.expires_at END",
            "sendings": f"CASE WHEN {WAS_SENT} THEN live.sendings ELSE 0 END",
        },
    ),
    # Nobody opens or clicks what only seems to be sent, so what came of the chain's real letters is left out. Who
    # entered the segment that starts the chain is found anew: it may be young, or have had another rule then.
    PastTable(
        "crm_event",
        born="live.occurred_at",
        only="NOT (live.kind LIKE 'message.%%' AND live.properties -> 'chain' = to_jsonb(%(chain)s::bigint))"
        " AND (live.kind NOT LIKE 'segment.%%' OR live.properties -> 'segment' IS DISTINCT FROM"
        " to_jsonb(%(segment)s::bigint))",
    ),
    PastTable("segments_segment"),
    PastTable(
        "segments_membership",
        born="live.entered_at",
        moments=("left_at",),
        only="live.segment_id IS DISTINCT FROM %(segment)s::bigint",
    ),
    # What other chains really sent fills the week as it did, and is what rules about letters know of.
    PastTable(
        "chains_touch",
        born="live.sent_at",
        moments=("opened_at", "clicked_at", "replied_at"),
        only="live.status = 'sent' AND live.chain_id <> %(chain)s",
    ),
)
# Follow from facts and are counted anew, or are the engine's own work, which begins from nothing.
MADE_ANEW = frozenset(
    {
        "chains_backlog",
        "chains_chain",
        "chains_chainversion",
        "chains_channelstate",
        "chains_enrolment",
        "chains_entrant",
        "chains_passage",
        "chains_pause",
        "chains_stafftask",
        "crm_customerstats",
        "crm_orderstanding",
        "crm_customerscore",
        "crm_eventinbox",
        "crm_historicalcustomer",
        "segments_change",
        "segments_segmentsize",
    }
)
# Taken as they are today, and never written by the engine.
AS_TODAY = frozenset(
    {
        "chains_incomingmail",
        "chains_mailbox",
        "chains_messagetemplate",
        "chains_pushkey",
        "chains_pushsubscription",
        "chains_quiethours",
        "chains_rehearsal",
        "chains_reputation",
        "chains_segmentlimits",
        "chains_step",
        "chains_brancharm",
        "chains_templatetext",
        "chains_testorder",
        "chains_testordermessage",
        "crm_caseattachment",
        "crm_casemessage",
        "crm_category",
        "crm_customerprediction",
        "crm_erasedaddress",
        "crm_erasurecertificate",
        "crm_historicalshop",
        "crm_mergeproposal",
        "crm_product",
        "crm_productrelation",
        "crm_shop",
        "segments_historicalsegment",
    }
)
