"""A letter came in: note it once, find whom it is from, and put it where a person or the engine will see it.

Nothing here ever answers by itself, so that no two programs can write to each other for ever. What a program wrote,
what we wrote ourselves and what comes in floods is recorded and goes no further.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chains.channels.email import mail_reports
from chains.channels.email.received_mail import ReceivedMail
from chains.incoming import receipts
from chains.incoming.feelings import note_feelings
from chains.incoming.reply_text import own_words, route
from chains.incoming.stop import asks_to_stop
from chains.models import Enrolment, IncomingMail, Touch
from chains.models.incoming import forgotten
from chains.reactions.touch_events import record_touch_event
from chains.reactions.unsubscribe import unsubscribe
from crm.addresses import normalise_email
from crm.events import ring_on_commit
from crm.locks import lock_current
from crm.models import Case, CaseMessage, Channel, Customer, EventKind, Shop
from crm.privacy.suppression import erased_at_by_address
from crm.service.conversations import CustomerLetter, receive_letter

logger = logging.getLogger(__name__)

Kind = IncomingMail.Kind
SOURCE = "replies"
FLOOD_WITHIN = dt.timedelta(hours=1)
MOST_FROM_ONE = 20
KEPT_OF_STRANGERS = 20_000
# Servers give a letter up after five days at most.
REPORTED_WITHIN = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Whom a letter is from, and what it answers as far as that is known."""

    customer: Customer
    touch: Touch | None = None
    case: Case | None = None


@transaction.atomic
def record_mail(mail: ReceivedMail, now: dt.datetime) -> IncomingMail | None:
    """Note the letter and do what follows from it; None when it was taken before."""
    if IncomingMail.objects.taken(mail.key).exists():
        return None
    shop = Shop.load()
    incoming, is_new = IncomingMail.objects.get_or_create(
        key=mail.key,
        defaults={
            "kind": _kind(mail, shop, now),
            "sender": mail.sender,
            "subject": mail.subject,
            "received_at": now,
        },
    )
    if not is_new:
        return None
    if incoming.kind == Kind.REPORT:
        _record_report(incoming, mail, now)
    elif incoming.kind == Kind.REPLY:
        _record_reply(incoming, mail, shop, now)
    return incoming


def _kind(mail: ReceivedMail, shop: Shop, now: dt.datetime) -> Kind:
    """What can be said of a letter by itself. Whoever is not known is told apart afterwards."""
    ours = {shop.sender_address.lower(), shop.reply_address.lower()} - {""}
    if mail_reports.is_report(mail, settings.BOUNCE_ADDRESS):
        return Kind.REPORT
    if mail.sender in ours:
        return Kind.OWN
    if mail.is_automatic and not (mail.reads_as_a_persons and ours.intersection(mail.lists)):
        return Kind.AUTOMATIC
    recent = IncomingMail.objects.filter(sender=mail.sender, received_at__gt=now - FLOOD_WITHIN)
    if recent.count() >= MOST_FROM_ONE:
        return Kind.FLOOD
    return Kind.REPLY


def _record_report(incoming: IncomingMail, mail: ReceivedMail, now: dt.datetime) -> None:
    reported = mail_reports.receipts(mail, settings.SITE_HOST, now, return_path=settings.BOUNCE_ADDRESS)
    if not reported and (newest := _newest_letter_to(mail_reports.failed_addresses(mail), now)):
        reported = mail_reports.receipts_for(mail, newest.token, now)
    for receipt in reported:
        receipts.record_receipt(receipt, now)
    touches = [touch for receipt in reported if (touch := receipts.touch_of(receipt.token))]
    detail = "; ".join(f"{receipt.kind} {receipt.detail}".strip() for receipt in reported)
    _save(incoming, detail=detail, touch=next(iter(touches), None))
    if any(touch.customer.erased_at for touch in touches):
        # It quotes the address it could not be brought to.
        _save(incoming, key=forgotten(mail.key), sender="", subject="", detail="")


def _newest_letter_to(addresses: list[str], now: dt.datetime) -> Touch | None:
    letters = Touch.objects.sent().filter(contact__channel=Channel.EMAIL, contact__address__in=addresses)
    return letters.filter(sent_at__gt=now - REPORTED_WITHIN).order_by("sent_at").last() if addresses else None


def _record_reply(incoming: IncomingMail, mail: ReceivedMail, shop: Shop, now: dt.datetime) -> None:
    known = correspondent(mail)
    if known and lock_current(known.customer).erased_at:
        known = None
    if known is None:
        kind = Kind.UNREADABLE if mail.is_unreadable else Kind.STRANGER
        severity = route(mail.text, complaint_words=shop.complaint_words, urgent_words=shop.urgent_words)[1]
        detail = " ".join(filter(None, (_erased_before(mail), _attachment_names(mail))))
        _save(incoming, kind=kind, severity=severity, text=mail.text[:KEPT_OF_STRANGERS], detail=detail)
    elif known.touch and asks_to_stop(mail.text if own_words(mail.text) else mail.subject):
        # Only who holds the letter may say so: the sender's name alone can be forged.
        evidence = {"touch": known.touch.pk, "message_id": mail.key, "text": mail.text, "from": mail.sender}
        unsubscribe(known.touch, at=now, evidence=evidence, source="reply")
        _save(incoming, kind=Kind.STOP, customer=known.customer, touch=known.touch)
    else:
        message = answer_to(known, mail, shop, now)
        kind = Kind.UNREADABLE if mail.is_unreadable else Kind.REPLY
        _save(incoming, kind=kind, customer=message.case.customer, touch=known.touch, message=message)


def answer_to(known: Correspondent, mail: ReceivedMail, shop: Shop, now: dt.datetime) -> CaseMessage:
    """Put the reply with its case, and tell the chain it answers."""
    customer, touch = lock_current(known.customer), known.touch
    kind, severity = route(mail.text, complaint_words=shop.complaint_words, urgent_words=shop.urgent_words)
    written = CustomerLetter(mail.key, mail.sender, mail.subject, mail.text, now, mail.attachments)
    order = touch.order if touch else None
    message = receive_letter(customer, written, kind=kind, severity=severity, order=order, case=known.case)
    note_feelings(message, mail.text, shop=shop, order=order, at=now)
    if touch:
        key = f"reply:{mail.key}"[:200]
        record_touch_event(touch, EventKind.MESSAGE_REPLIED, now, key, source=SOURCE, case=message.case_id)
        Touch.objects.filter(pk=touch.pk, replied_at=None).update(replied_at=now)
        _leave_chain(touch, now)
    return message


@transaction.atomic
def assign(incoming: IncomingMail, customer: Customer, now: dt.datetime) -> None:
    """A person says whom a letter is from that nobody could place."""
    shop = Shop.load()
    kind, severity = route(incoming.text, complaint_words=shop.complaint_words, urgent_words=shop.urgent_words)
    channel = Channel.SMS if incoming.sender.startswith("+") else Channel.EMAIL
    told = (incoming.key, incoming.sender, incoming.subject, incoming.text, incoming.received_at)
    written = CustomerLetter(*told, channel=channel.value)
    message = receive_letter(customer, written, kind=kind, severity=severity)
    note_feelings(message, incoming.text, shop=shop, order=None, at=now)
    _save(incoming, kind=Kind.REPLY, customer=message.case.customer, message=message, text="")


def set_aside(letters: QuerySet[IncomingMail]) -> int:
    """A person says that these need no answer; of them, only those that wait for one."""
    return (letters & IncomingMail.objects.unplaced()).update(kind=Kind.SET_ASIDE)


def _leave_chain(touch: Touch, now: dt.datetime) -> None:
    """Wake the enrolment: advance takes out of the chain whoever replied to it, if the chain says so."""
    leaves = Enrolment.objects.active().filter(pk=touch.enrolment_id, version__program__exit__on_reply=True)
    if leaves.exclude(awaits=Enrolment.Awaits.RESUME).update(due_at=now, awaits=Enrolment.Awaits.NOTHING):
        Touch.objects.filter(enrolment=touch.enrolment_id).wake(now)
        ring_on_commit()


def correspondent(mail: ReceivedMail) -> Correspondent | None:
    """By the reply address or the letter they answer; else by the sender, when it is one customer's address."""
    for token in mail_reports.tokens(mail, settings.SITE_HOST):
        touch = Touch.objects.select_related("customer", "contact", "order", "enrolment").filter(token=token).first()
        if touch and touch.customer.erased_at is None:
            return Correspondent(touch.customer, touch, _complaint_about(touch))
        ours = CaseMessage.objects.select_related("case__customer").filter(token=token).first()
        if ours and ours.case.customer.erased_at is None:
            return Correspondent(ours.case.customer, case=ours.case)
    answered = CaseMessage.objects.select_related("case__customer").filter(key__in=mail.references).first()
    try:
        address = normalise_email(mail.sender)
    except ValueError:
        return None
    sharing = list(Customer.objects.by_address(Channel.EMAIL, address).distinct()[:2])
    # A letter in a thread we had counts only from an address of that customer: anybody may name a thread.
    if answered and answered.case.customer in sharing:
        return Correspondent(answered.case.customer, case=answered.case)
    return Correspondent(sharing[0]) if len(sharing) == 1 else None


def _complaint_about(touch: Touch) -> Case | None:
    """That which an earlier answer to the same message opened; a question that is settled is left alone."""
    answers = IncomingMail.objects.filter(touch=touch).exclude(message=None)
    complaints = CaseMessage.objects.filter(case__kind=Case.Kind.COMPLAINT, pk__in=answers.values("message"))
    last = complaints.select_related("case").last()
    return last.case if last else None


def _erased_before(mail: ReceivedMail) -> str:
    """Whoever writes again is somebody new to us, and staff are told that they had asked to be forgotten."""
    erased = erased_at_by_address([(Channel.EMAIL.value, mail.sender)])
    if not erased:
        return ""
    day = date_format(max(erased.values()), "SHORT_DATE_FORMAT")
    words = _("What was kept of this address was erased on %(day)s. When you have answered, erase it again.")
    return words % {"day": day}


def _attachment_names(mail: ReceivedMail) -> str:
    return ", ".join(f"{attachment.name} ({attachment.size})" for attachment in mail.attachments)[:500]


def _save(incoming: IncomingMail, **values: Any) -> None:
    for name, value in values.items():
        setattr(incoming, name, value[:500] if name == "detail" else value)
    incoming.save(update_fields=list(values))
