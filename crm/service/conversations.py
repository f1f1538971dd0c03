"""Letters of customers, each part of a case, by whatever channel they come. Those of the shop: crm.service.sending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import ring_on_commit
from crm.locks import lock_current
from crm.models import Case, CaseAttachment, CaseMessage, Channel, Contact, Customer, Order
from crm.service.bot_questions import is_for_the_bot, ring_bot
from crm.service.case_corrections import escalate
from crm.service.cases import note_unanswered, open_case, reopen
from crm.service.subjects import bare_subject

TEXT_LIMIT = 20_000
KEPT_BYTES = 5_000_000
# Whoever answers later than that begins a new matter, which names the old one.
REOPENS_WITHIN = dt.timedelta(days=30)
CAME_BY = {Channel.EMAIL: Case.Channel.EMAIL, Channel.SMS: Case.Channel.PHONE}


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    size: int
    content: bytes | None = None  # None when the file is only mentioned, not stored
    key: str = ""  # how a messenger names its content
    remote_id: str = ""  # by which a messenger still holds it for us


@dataclass(frozen=True, slots=True)
class CustomerLetter:
    """A letter from a customer, cleaned of everything a database or a screen cannot take.

    An album comes in pieces, each with the key of the whole.
    """

    key: str
    address: str
    subject: str
    text: str
    at: dt.datetime
    attachments: Sequence[Attachment] = ()
    channel: str = Channel.EMAIL.value
    is_piece: bool = False


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

    That is the case they answer, opened again if it was settled not long ago; else their newest open one, or a new
    one. A complaint among questions makes the case a complaint. ValueError for whoever was erased.
    """
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    known = CaseMessage.objects.select_related("case").filter(key=letter.key).first()
    if known:
        return _add_piece(known, letter) if letter.is_piece else known
    found = _known_case(customer, case, letter.at)
    if found is None:
        found = _new_case(customer, letter, kind=kind, severity=severity, order=order, follows=case)
    elif kind == Case.Kind.COMPLAINT or severity == Case.Severity.HIGH:
        escalate(found, kind=kind, severity=severity, at=letter.at)
    note_unanswered(found, since=letter.at, at=letter.at)
    return _store(found, letter)


def seen_of(case: Case, *, until: CaseMessage | None = None) -> str:
    """What the conversation has come to: it changes with every word in it, and every note of a colleague."""
    letter, note = (
        rows.order_by("pk").values_list("pk", flat=True).last() or 0 for rows in (case.messages, case.notes)
    )
    return f"{until.pk if until else letter}-{note}"


def give_up(channel: str, address: str, *, state: str, why: str) -> None:
    """The address is dead, or closed to us, for everybody who shares it."""
    sharing = Contact.objects.filter(channel=channel, address=address, state=Contact.State.ACTIVE)
    sharing.update(state=state, state_reason=why[:300])


def _known_case(customer: Customer, answered: Case | None, at: dt.datetime) -> Case | None:
    case = Case.objects.standing_for(answered).filter(customer=customer).first() if answered else None
    if case and (case.resolved_at is None or at - case.resolved_at < REOPENS_WITHIN):
        return reopen(case, at=at)
    return Case.objects.open().filter(customer=customer).order_by("-opened_at", "-pk").first()


def _new_case(
    customer: Customer, letter: CustomerLetter, *, kind: str, severity: str, order: Order | None, follows: Case | None
) -> Case:
    return open_case(
        customer,
        kind=kind,
        severity=severity,
        subject=bare_subject(letter.subject)[:200] or _("A letter without a subject"),
        at=letter.at,
        channel=CAME_BY.get(Channel(letter.channel), Case.Channel.MESSENGER),
        order=order,
        follows=follows,
    )


def _store(case: Case, letter: CustomerLetter) -> CaseMessage:
    message = CaseMessage.objects.create(
        case=case,
        direction=CaseMessage.Direction.RECEIVED,
        channel=letter.channel,
        address=letter.address[:320],
        subject=letter.subject[:500],
        text=letter.text[:TEXT_LIMIT],
        occurred_at=letter.at,
        key=letter.key,
        bot_due_at=letter.at if is_for_the_bot(case, letter.text, has_files=bool(letter.attachments)) else None,
    )
    if message.bot_due_at:
        ring_on_commit(ring_bot)
    _store_files(message, letter.attachments, letter.at)
    return message


def _add_piece(message: CaseMessage, letter: CustomerLetter) -> CaseMessage:
    """Another piece of what is known by its beginning; the same piece twice changes nothing."""
    _store_files(message, letter.attachments, letter.at)
    if letter.text not in message.text:
        message.text = f"{message.text}\n{letter.text}"[:TEXT_LIMIT]
        message.save(update_fields=["text"])
    return message


def _store_files(message: CaseMessage, attachments: Iterable[Attachment], at: dt.datetime) -> None:
    bytes_left, files = KEPT_BYTES, []
    for attachment in attachments:
        content = attachment.content if attachment.content and len(attachment.content) <= bytes_left else None
        bytes_left -= len(content or b"")
        files.append(
            CaseAttachment(
                message=message,
                name=attachment.name[:200],
                content_type=attachment.content_type[:100],
                size=attachment.size,
                content=content,
                key=attachment.key[:200],
                remote_id=attachment.remote_id[:300],
                fetch_due_at=at if attachment.remote_id and attachment.size <= KEPT_BYTES else None,
            )
        )
    CaseAttachment.objects.bulk_create(files, ignore_conflicts=True)
