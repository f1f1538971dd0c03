"""Letters between a customer and the people of the shop, each part of a case."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from smtplib import SMTPException

from anymail.exceptions import AnymailError
from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _

from crm.languages import pattern
from crm.locks import lock_current, lock_fact
from crm.models import Case, CaseAttachment, CaseMessage, Customer, Order, Shop
from crm.models.conversation import new_token
from crm.service.cases import acknowledge, escalate, open_case

TEXT_LIMIT = 20_000
KEPT_BYTES = 5_000_000
_REPLY_MARK = re.compile(rf"^\s*{pattern('mail', 'answered')}\s*(\[\d+\])?\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    size: int
    content: bytes | None = None  # None when the file is only mentioned, not stored


@dataclass(frozen=True, slots=True)
class CustomerLetter:
    """A letter from a customer, cleaned of everything a database or a screen cannot take."""

    key: str
    address: str
    subject: str
    text: str
    at: dt.datetime
    attachments: Sequence[Attachment] = ()


@transaction.atomic
def receive_letter(
    customer: Customer,
    letter: CustomerLetter,
    *,
    kind: str = Case.Kind.QUESTION.value,
    severity: str = Case.Severity.NORMAL.value,
    order: Order | None = None,
    case: Case | None = None,
) -> CaseMessage:
    """Add a letter from a customer to the case it belongs to, once.

    That is the case of the letter they answer, or their newest open one; a settled matter is not opened again, a new
    case is. A complaint among questions makes the case a complaint.
    """
    customer = lock_current(customer)
    known = CaseMessage.objects.select_related("case").filter(key=letter.key).first()
    if known:
        return known
    found = _open_case_of(customer, case)
    if found is None:
        found = open_case(
            customer,
            kind=kind,
            severity=severity,
            subject=bare_subject(letter.subject)[:200] or _("A letter without a subject"),
            at=letter.at,
            channel=Case.Channel.EMAIL,
            order=order,
        )
    elif kind == Case.Kind.COMPLAINT or severity == Case.Severity.HIGH:
        escalate(found, kind=kind, severity=severity, at=letter.at)
    Case.objects.filter(pk=found.pk, unanswered_at=None).update(unanswered_at=letter.at)
    return _store(found, letter)


@transaction.atomic
def send_reply(case: Case, *, text: str, at: dt.datetime, by: User) -> CaseMessage:
    """Write to the customer by email, in the thread they began; ValueError when there is nobody to write to.

    Recorded before it is sent and in one transaction: a letter the mail server did not take was never letter.
    """
    text = text.replace("\0", "").strip()
    if not text or len(text) > TEXT_LIMIT:
        raise ValueError(_("Write at most %(limit)d characters.") % {"limit": TEXT_LIMIT})
    lock_fact(case)
    last = case.messages.filter(direction=CaseMessage.Direction.RECEIVED).last()
    address = last.address if last else _address(case.customer)
    if not address:
        raise ValueError(_("There is no email address to write to."))
    shop, token = Shop.load(), new_token()
    message = CaseMessage.objects.create(
        case=case,
        direction=CaseMessage.Direction.SENT,
        address=address,
        subject=f"Re: {bare_subject(last.subject if last and last.subject else case.subject)}"[:500],
        text=text,
        author=by,
        occurred_at=at,
        token=token,
        key=f"<{token}@{settings.SITE_HOST}>",
    )
    acknowledge(case, at=at)
    Case.objects.filter(pk=case.pk).update(unanswered_at=None)
    _send(letter_of(message, shop, answers=last.key if last else None))
    return message


def _send(letter: EmailMessage) -> None:
    try:
        letter.send()
    except (OSError, SMTPException, AnymailError) as error:
        raise ValueError(_("The letter could not be sent: %(error)s") % {"error": str(error)[:300]}) from error


def letter_of(message: CaseMessage, shop: Shop, *, answers: str | None) -> EmailMessage:
    headers = {"Message-ID": message.key or ""}
    if answers and answers.startswith("<"):
        headers |= {"In-Reply-To": answers, "References": answers}
    sender = f'"{shop.name}" <{shop.sender_address}>'.replace("\n", " ")
    reply_to = [reply_address(shop.reply_address, message.token)] if shop.reply_address else None
    return EmailMessage(message.subject, message.text, sender, [message.address], headers=headers, reply_to=reply_to)


def reply_address(address: str, token: str) -> str:
    """`help+TOKEN@shop`: whatever address an answer comes from, it finds its way back to the customer."""
    local, _at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}+{token}@{domain}"


def bare_subject(subject: str) -> str:
    """The subject without the marks of an answer."""
    while (shorter := _REPLY_MARK.sub("", subject, count=1)) != subject:
        subject = shorter
    return subject.strip()


def _open_case_of(customer: Customer, case: Case | None) -> Case | None:
    open_cases = Case.objects.open().filter(customer=customer)
    if case and (found := open_cases.filter(pk=case.pk).first()):
        return found
    return open_cases.order_by("-opened_at", "-pk").first()


def _store(case: Case, letter: CustomerLetter) -> CaseMessage:
    message = CaseMessage.objects.create(
        case=case,
        direction=CaseMessage.Direction.RECEIVED,
        address=letter.address[:320],
        subject=letter.subject[:500],
        text=letter.text[:TEXT_LIMIT],
        occurred_at=letter.at,
        key=letter.key,
    )
    bytes_left, files = KEPT_BYTES, []
    for attachment in letter.attachments:
        content = attachment.content if attachment.content and len(attachment.content) <= bytes_left else None
        bytes_left -= len(content or b"")
        files.append(
            CaseAttachment(
                message=message,
                name=attachment.name[:200],
                content_type=attachment.content_type[:100],
                size=attachment.size,
                content=content,
            )
        )
    CaseAttachment.objects.bulk_create(files)
    return message


def _address(customer: Customer) -> str:
    """The email address of the customer told last, of those that work if there is one."""
    contacts = customer.contacts.filter(channel="email").told_last_first()
    best = min(contacts, key=lambda contact: contact.state != contact.State.ACTIVE, default=None)
    return best.address if best else ""
