"""How each table looked at a moment of the past. A column that is not named here looks as it does today.

The SQL speaks of `live`, the row as it is today, and of the moment `%(at)s`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chains.simulate.rehearsal.replica.past_columns import (
    ATTRIBUTES,
    CASE_CHANGES,
    CASE_KIND,
    CONSENT_CHANGES,
    KNOWN_SINCE,
    MOOD,
    RETURNS_OF_LINES,
    SETTLED_AT,
    before,
    consent,
    returned_by_then,
    returned_of_line,
)
from crm.models import EventKind


@dataclass(frozen=True, slots=True)
class PastTable:
    table: str
    appears_at: str = ""
    """When the row came to be; it always was where this is empty."""
    moments: tuple[str, ...] = ()
    """Columns that hold a moment, and are empty until it comes."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What other columns held, by name."""
    other_changes: str = ""
    """Selects (id, moment) of the changes that follow neither from `appears_at` nor from `moments`."""
    where: str = "true"
    """Which rows there are at all."""
    customer: str = "live.customer_id"
    """Whose row it is."""


WAS_SENT = "live.sent_at <= %(at)s"
OF_ORDER = "(SELECT customer_id FROM {live}.crm_order WHERE id = live.order_id)"


PAST_TABLES = (
    PastTable(
        "crm_customer",
        appears_at=KNOWN_SINCE,
        moments=("mood_noted_at",),
        columns={"mood": MOOD, "attributes": ATTRIBUTES},
        customer="live.id",
        other_changes="SELECT customer_id, occurred_at FROM {live}.crm_event"
        " WHERE kind IN ('customer.mood', 'customer.date')",
    ),
    PastTable(
        "crm_contact",
        columns={
            "marketing_consent": consent("marketing"),
            "service_consent": consent("service"),
        },
        other_changes=CONSENT_CHANGES,
    ),
    PastTable("crm_consentrecord", appears_at="live.occurred_at"),
    PastTable(
        "crm_order",
        appears_at="live.placed_at",
        moments=("paid_at", "shipped_at", "delivered_at", "cancelled_at", "returned_at"),
        columns={
            "promised_at": before("promised_at", EventKind.PROMISE_MOVED),
            "appointment_at": before("appointment_at", EventKind.APPOINTMENT_MOVED),
            "payment_due_at": before("payment_due_at", EventKind.PAYMENT_MOVED),
            "returned_at": returned_by_then("returned_at", "max(event.occurred_at)"),
            "refunded": returned_by_then(
                "refunded", "least(live.refunded, coalesce(sum((event.properties ->> 'amount')::numeric), 0))"
            ),
            "tracking_number": "CASE WHEN live.shipped_at <= %(at)s THEN live.tracking_number ELSE '' END",
        },
        other_changes="SELECT order_id, occurred_at FROM {live}.crm_event"
        " WHERE kind IN ('order.promise_moved', 'order.appointment_moved', 'order.payment_moved', 'order.returned')",
    ),
    PastTable(
        "crm_orderline",
        columns={"returned_quantity": returned_of_line()},
        other_changes=RETURNS_OF_LINES,
        customer=OF_ORDER,
    ),
    PastTable("crm_milestone", appears_at="live.reached_at", customer=OF_ORDER),
    PastTable(
        "crm_case",
        appears_at="live.opened_at",
        moments=("acknowledged_at", "answered_at", "resolved_at", "confirmed_at", "reopened_at"),
        columns={"resolved_at": SETTLED_AT, "kind": CASE_KIND},
        other_changes=CASE_CHANGES,
    ),
    PastTable("crm_feedback", appears_at="live.left_at"),
    PastTable("crm_review", appears_at="live.sent_at", moments=("published_at",)),
    PastTable("crm_pointsentry", appears_at="live.occurred_at"),
    PastTable("crm_earning", appears_at="live.earned_at", moments=("approved_at",)),
    PastTable("crm_customertier", appears_at="live.since"),
    PastTable(
        "crm_coupon",
        appears_at="live.issued_at",
        moments=("sent_at", "redeemed_at"),
        columns={
            "expires_at": f"CASE WHEN {WAS_SENT} THEN live.expires_at END",
            "sendings": f"CASE WHEN {WAS_SENT} THEN live.sendings ELSE 0 END",
        },
    ),
    # Nobody opens or clicks what only seems to be sent, so what came of the chain's real letters is left out. Entries
    # into the segment that starts the chain are found anew: it may be young, or have had another rule then.
    PastTable(
        "crm_event",
        appears_at="live.occurred_at",
        where="NOT (live.kind LIKE 'message.%%' AND live.properties -> 'chain' = to_jsonb(%(chain)s::bigint))"
        " AND (live.kind NOT LIKE 'segment.%%' OR live.properties -> 'segment' IS DISTINCT FROM"
        " to_jsonb(%(segment)s::bigint))",
    ),
    PastTable("segments_segment"),
    PastTable(
        "segments_membership",
        appears_at="live.entered_at",
        moments=("left_at",),
        where="live.segment_id IS DISTINCT FROM %(segment)s::bigint",
    ),
    # What other chains really sent counts against the weekly cap as it did, and is what rules about letters know of.
    PastTable(
        "chains_touch",
        appears_at="live.sent_at",
        moments=("opened_at", "clicked_at", "replied_at"),
        where="live.status = 'sent' AND live.chain_id <> %(chain)s",
    ),
)
# Tables that follow from facts and are counted anew, or are the engine's own work and begin empty.
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
        "crm_stafftask",
        "crm_stafftasktry",
        "crm_customerstats",
        "crm_orderstanding",
        "crm_customerscore",
        "crm_callallowance",
        "crm_eventinbox",
        "crm_historicalcustomer",
        "crm_idempotentcall",
        # A letter that shows one makes it.
        "crm_referralcode",
        # In a rehearsal nobody listens, and what a step would call waits for ever.
        "crm_webhookendpoint",
        "crm_webhookmessage",
        "segments_change",
        "segments_segmentsize",
    }
)
# Tables read as they are today, and never written by the engine.
AS_TODAY = frozenset(
    {
        "chains_chaindraftstate",
        "chains_controloutcome",
        "chains_experiment",
        "chains_experimentvariant",
        "chains_healthoverride",
        "chains_incomingmail",
        "chains_letterpicture",
        "chains_mailbox",
        "chains_messageblock",
        "chains_messagetemplate",
        "chains_notsentofday",
        "chains_orderattribution",
        "chains_pageletter",
        "chains_pushkey",
        "chains_pushsubscription",
        "chains_quiethours",
        "chains_rehearsal",
        "chains_reputation",
        "chains_resultscount",
        "chains_resultsofday",
        "chains_segmentlimits",
        "chains_signup",
        "chains_signupform",
        "chains_step",
        "chains_brancharm",
        "chains_templatedraft",
        "chains_templatetext",
        "chains_testorder",
        "chains_testordermessage",
        "crm_anonymousevent",
        "crm_answerfile",
        "crm_bestseller",
        "crm_caseattachment",
        "crm_casemention",
        "crm_casemessage",
        "crm_casenote",
        "crm_caseoffer",
        "crm_category",
        "crm_columnmapping",
        "crm_company",
        "crm_contentmentcheck",
        "crm_couponbatch",
        "crm_customernote",
        "crm_customerprediction",
        "crm_delivery",
        "crm_earningrule",
        "crm_erasedaddress",
        "crm_erasurecertificate",
        "crm_exchangerate",
        "crm_fetchrun",
        "crm_goodwill",
        "crm_historicalpromise",
        "crm_historicalreferralprogramme",
        "crm_historicalshop",
        "crm_job",
        "crm_jobpicture",
        "crm_jobstage",
        "crm_jobtemplate",
        "crm_jobtemplate_products",
        "crm_jobtemplatestage",
        "crm_knownvisitor",
        "crm_loyaltysettings",
        "crm_mergeproposal",
        "crm_pointshold",
        "crm_painsetaside",
        "crm_predictionrun",
        "crm_privacyrequest",
        "crm_product",
        "crm_productregistration",
        "crm_productrelation",
        "crm_productsequence",
        "crm_readyanswer",
        "crm_readyanswertext",
        "crm_promise",
        "crm_promisebreach",
        "crm_referral",
        "crm_referralprogramme",
        "crm_reviewphoto",
        "crm_reviewsettings",
        "crm_shop",
        "crm_source",
        "crm_survey",
        "crm_surveyquestion",
        "crm_tier",
        "crm_tierreward",
        "crm_subscription",
        "crm_subscriptionrenewal",
        "crm_visitorallowance",
        "segments_historicalsegment",
    }
)
