"""What became of a message after its channel took it: delivered, came back, reported as spam, unsubscribed.

Receipts come from providers and mail servers: twice, out of order, late, for messages of other programs, and forged.
The token of the touch, known only to whoever has the message, is what a receipt has to name; the event log, which
takes each outcome of a touch once, is what makes the second one nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction

from chains.models import Touch
from chains.reactions.touch_events import record_touch_event
from chains.reactions.unsubscribe import withdraw_at, withdraw_marketing
from crm.models import CaseMessage, Contact, Event, EventKind, Purpose, Shop
from crm.service.conversations import give_up
from crm.service.failed_answers import answer_failed, note_delivered

logger = logging.getLogger(__name__)

SOURCE = "receipts"
# In no token.
PIECE = "."
SPAM_REPORT, MAIL_PROVIDER = "spam report", "mail provider"


@dataclass(frozen=True, slots=True)
class Receipt:
    """`key` is the teller's own id of it, kept with the event for whoever looks into it."""

    class Kind(StrEnum):
        DELIVERED = "delivered"
        BOUNCED = "bounced"  # for good: the address does not exist
        SOFT_BOUNCED = "soft_bounced"  # for a passing reason
        REFUSED = "refused"  # for what the server holds against the sender: it says nothing of the address
        COMPLAINED = "complained"
        UNSUBSCRIBED = "unsubscribed"

    kind: Kind
    token: str
    at: dt.datetime
    detail: str = ""
    key: str = ""


Kind = Receipt.Kind
NOT_ARRIVED = {Kind.BOUNCED, Kind.SOFT_BOUNCED, Kind.REFUSED, Kind.UNSUBSCRIBED}
# The event it becomes and the moment of the touch that it sets.
EVENT_AND_MOMENT = {
    Kind.DELIVERED: (EventKind.MESSAGE_DELIVERED, "delivered_at"),
    Kind.BOUNCED: (EventKind.MESSAGE_BOUNCED, "bounced_at"),
    Kind.SOFT_BOUNCED: (EventKind.MESSAGE_BOUNCED, "bounced_at"),
    Kind.REFUSED: (EventKind.MESSAGE_BOUNCED, "bounced_at"),
    Kind.COMPLAINED: (EventKind.MESSAGE_COMPLAINED, "complained_at"),
    Kind.UNSUBSCRIBED: (EventKind.MESSAGE_UNSUBSCRIBED, "unsubscribed_at"),
}


@transaction.atomic
def record_receipt(receipt: Receipt, now: dt.datetime) -> bool:
    """Note the outcome; False when nothing is known of the message, or this was told before."""
    touch = touch_of(receipt.token)
    if touch is None:
        return _record_of_answer(receipt, now)
    # A teller's clock may be ahead of ours; nothing may have happened later than now.
    at = min(receipt.at, now)
    event, moment = EVENT_AND_MOMENT[receipt.kind]
    properties: dict[str, Any] = {"detail": receipt.detail[:300], "told_as": receipt.key[:200]}
    if event == EventKind.MESSAGE_BOUNCED:
        properties |= {"is_lasting": receipt.kind == Kind.BOUNCED, "is_refused": receipt.kind == Kind.REFUSED}
    if not record_touch_event(touch, event, at, f"{receipt.kind}:{touch.pk}", source=SOURCE, **properties):
        return False
    Touch.objects.filter(pk=touch.pk, **{moment: None}).update(**{moment: at})
    _follow(receipt, touch, at)
    return True


def _record_of_answer(receipt: Receipt, now: dt.datetime) -> bool:
    """The answer of a colleague is named as messages of chains are; what became of it is noted with its case."""
    if not receipt.token or "\0" in receipt.token or not (answer := _answer(receipt.token)):
        logger.info("A receipt (%s) names no message of ours.", receipt.kind)
        return False
    at, detail = min(receipt.at, now), receipt.detail[:300]
    evidence = {"answer": answer.pk, "told_as": receipt.key[:200], "detail": detail}
    match receipt.kind:
        case Kind.BOUNCED:
            give_up(answer.channel, answer.address, state=Contact.State.BOUNCED, why=detail)
        case Kind.COMPLAINED:
            withdraw_at(answer.channel, answer.address, at=at, evidence=evidence, source=SPAM_REPORT)
            give_up(answer.channel, answer.address, state=Contact.State.COMPLAINED, why=detail)
        case Kind.UNSUBSCRIBED:
            # There is no link to unsubscribe by in an answer: the provider refused to send it.
            withdraw_at(answer.channel, answer.address, at=at, evidence=evidence, source=MAIL_PROVIDER)
        case Kind.DELIVERED:
            return note_delivered(answer, at=at)
    return receipt.kind in NOT_ARRIVED and answer_failed(answer, why=detail, at=at)


def _answer(token: str) -> CaseMessage | None:
    sent = CaseMessage.objects.filter(direction=CaseMessage.Direction.SENT).exclude(
        case__customer__erased_at__isnull=False
    )
    return sent.select_related("case__customer").filter(token=token.partition(PIECE)[0]).first()


def piece_token(token: str, number: int) -> str:
    """By which one of the messages that an answer was split into is named; the first bears the answer's own."""
    return f"{token}{PIECE}{number}" if number else token


def touch_of(token: str) -> Touch | None:
    if not token or "\0" in token:
        return None
    return Touch.objects.select_related("customer", "contact", "order", "enrolment").of_token(token).first()


def _follow(receipt: Receipt, touch: Touch, at: dt.datetime) -> None:
    match receipt.kind:
        case Kind.DELIVERED:
            # Nobody knew whether it had left; now somebody does.
            Touch.objects.filter(pk=touch.pk, status=Touch.Status.UNKNOWN).update(
                status=Touch.Status.SENT, reason=Touch.Reason.NONE, sent_at=touch.sent_at or at
            )
        case Kind.BOUNCED:
            _give_up(touch, Contact.State.BOUNCED, receipt.detail)
        case Kind.SOFT_BOUNCED:
            _count_soft(touch, receipt.detail, at)
        case Kind.COMPLAINED | Kind.UNSUBSCRIBED:
            evidence = {"touch": touch.pk, "told_as": receipt.key[:200], "detail": receipt.detail[:300]}
            source = SPAM_REPORT if receipt.kind == Kind.COMPLAINED else MAIL_PROVIDER
            withdraw_marketing(touch, at=at, evidence=evidence, source=source)
            # Who calls a letter about their own order spam does not want even those.
            if receipt.kind == Kind.COMPLAINED and touch.purpose == Purpose.SERVICE:
                _give_up(touch, Contact.State.COMPLAINED, receipt.detail)


def _give_up(touch: Touch, state: str, detail: str) -> None:
    if touch.contact:
        give_up(touch.contact.channel, touch.contact.address, state=state, why=detail)


def _count_soft(touch: Touch, detail: str, at: dt.datetime) -> None:
    """So many letters that came back, with none delivered since the first of them, and the address is given up."""
    shop = Shop.load()
    since = at - dt.timedelta(days=shop.soft_bounce_days)
    letters = Touch.objects.filter(contact=touch.contact_id).exclude(pk__in=_refused(touch, since))
    delivered = letters.filter(delivered_at__gt=since, bounced_at=None).order_by("delivered_at").last()
    if delivered and delivered.delivered_at:
        since = delivered.delivered_at
    if touch.contact_id and letters.filter(bounced_at__gt=since).count() >= shop.soft_bounces:
        _give_up(touch, Contact.State.BOUNCED, detail)


def _refused(touch: Touch, since: dt.datetime) -> list[int]:
    """Letters that came back for the sender's sake."""
    bounces = Event.objects.filter(kind=EventKind.MESSAGE_BOUNCED, customer=touch.customer, occurred_at__gt=since)
    return list(bounces.filter(properties__is_refused=True).values_list("properties__touch", flat=True))
