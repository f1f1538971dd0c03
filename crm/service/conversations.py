"""Letters between a customer and the people of the shop, each part of a case, by whatever channel they go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_current, lock_fact
from crm.models import Case, CaseAttachment, CaseMessage, Channel, Contact, Customer, Order, Shop
from crm.models.conversation import new_token
from crm.service import answer_ways
from crm.service.carriers import Handover, NotTaken, carriers
from crm.service.case_corrections import escalate
from crm.service.case_pauses import note_our_word
from crm.service.cases import acknowledge, note_unanswered, open_case, reopen
from crm.service.subjects import answering, bare_subject

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


def send_reply(case: Case, *, text: str, at: dt.datetime, by: User, channel: str = "") -> CaseMessage:
    """Write to the customer where they wrote from, or by the channel that is named, in the thread they began.

    ValueError says why it cannot go there, and where else it can: then nothing was written, and the case waits on.
    """
    text = text.replace("\0", "").strip()
    if not text or len(text) > TEXT_LIMIT:
        raise ValueError(_("Write at most %(limit)d characters.") % {"limit": TEXT_LIMIT})
    way = answer_ways.choose(case, channel)
    try:
        return _send(case, way, text, at, by)
    except NotTaken as refusal:
        if refusal.contact_state:
            give_up(way.channel, way.address, state=refusal.contact_state, why=str(refusal))
        words = {"channel": Channel(way.channel).label, "error": str(refusal)}
        why = _("It could not be sent by %(channel)s: %(error)s") % words
        raise ValueError(answer_ways.in_other_words(case, why, way.channel)) from refusal


@transaction.atomic
def _send(case: Case, way: answer_ways.Way, text: str, at: dt.datetime, by: User) -> CaseMessage:
    """Recorded before it is sent and in one transaction: what the channel did not take was never written."""
    lock_fact(case)
    last, token = answer_ways.last_received(case), new_token()
    message = CaseMessage.objects.create(
        case=case,
        direction=CaseMessage.Direction.SENT,
        channel=way.channel,
        address=way.address,
        subject=answering(last.subject if last and last.subject else case.subject),
        text=text,
        author=by,
        occurred_at=at,
        token=token,
        key=f"<{token}@{settings.SITE_HOST}>" if way.channel == Channel.EMAIL else None,
    )
    _settle(message, carriers()[way.channel].send(message, last, Shop.load()), at)
    return message


def _settle(message: CaseMessage, handover: Handover, at: dt.datetime) -> None:
    """An answer of which nobody knows whether it left stands in the case, which waits on."""
    message.key = message.key or handover.key
    if handover.doubt:
        message.failed_at, message.failure = at, handover.doubt[:300]
    message.save(update_fields=["key", "failed_at", "failure"])
    if not handover.doubt:
        acknowledge(message.case, at=at)
        note_our_word(message.case, at=at, by=message.author)


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
    )
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
