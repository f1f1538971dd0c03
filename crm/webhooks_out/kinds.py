"""What other systems may be told of, in the groups in which staff choose it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.models import EventKind

# A touch that left is no event of the log: there are too many of them. It is told by the statement that records it
# (chains.engine.deliver.slices).
SENT = "message.sent"
TEST = "test"
CALL = "chain.call"

SENT_LABEL = _("message sent")

GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Orders and goods"), tuple(kind for kind in EventKind.values if kind.startswith(("order.", "product.")))),
    (_("Subscriptions"), tuple(kind for kind in EventKind.values if kind.startswith("subscription."))),
    (
        _("Messages"),
        (
            SENT,
            EventKind.MESSAGE_DELIVERED,
            EventKind.MESSAGE_OPENED,
            EventKind.MESSAGE_CLICKED,
            EventKind.MESSAGE_REPLIED,
            EventKind.MESSAGE_BOUNCED,
            EventKind.MESSAGE_COMPLAINED,
            EventKind.MESSAGE_UNSUBSCRIBED,
        ),
    ),
    (
        _("Complaints, questions and reviews"),
        tuple(k for k in EventKind.values if k.startswith(("case.", "feedback.", "review."))),
    ),
    (_("Segments"), (EventKind.SEGMENT_ENTERED, EventKind.SEGMENT_LEFT)),
    (
        _("Points, tiers and coupons"),
        tuple(kind for kind in EventKind.values if kind.startswith(("points.", "tier.", "coupon.", "goodwill."))),
    ),
    (
        _("The customer"),
        (
            EventKind.CONSENT_CHANGED,
            EventKind.CUSTOMER_MERGED,
            EventKind.DATE_CHANGED,
            EventKind.ADDRESS_CHANGED,
            EventKind.MOOD_NOTED,
            EventKind.PAGE_VIEWED,
        ),
    ),
)
LABELS: dict[str, Any] = dict(EventKind.choices) | {
    SENT: SENT_LABEL,
    TEST: _("test"),
    CALL: _("call of a chain's step"),
}
OFFERED = frozenset(kind for _group, kinds in GROUPS for kind in kinds)


def choices() -> list[tuple[Any, list[tuple[str, Any]]]]:
    """For a form: groups with their kinds in words."""
    return [(group, [(kind, LABELS[kind]) for kind in kinds]) for group, kinds in GROUPS]


def words(kind: str) -> str:
    """Kinds that a shop's own systems send have no other name."""
    return str(LABELS.get(kind, kind))
