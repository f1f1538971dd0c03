"""Letters of the shop in the conversation about a case: those of colleagues, and those that are written for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import AnswerFile, Case, CaseMessage, Channel, Shop
from crm.models.conversation import new_token
from crm.service import answer_ways
from crm.service.answer_files import attach
from crm.service.carriers import Handover, NotTaken, carriers
from crm.service.case_pauses import note_our_word
from crm.service.cases import acknowledge
from crm.service.conversations import TEXT_LIMIT, give_up, seen_of
from crm.service.subjects import answering


def _nothing(message: CaseMessage) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Draft:
    """`token` names the letter in links of its own text; `note` writes what else is kept of it, before it leaves.

    `seen` is what `seen_of` the case was when the letter was written; it stays unsent when there is more to read since.
    """

    text: str
    by: User | None = None
    files: Sequence[AnswerFile] = ()
    kind: str = CaseMessage.Kind.LETTER.value
    token: str = field(default_factory=new_token)
    note: Callable[[CaseMessage], object] = _nothing
    seen: str = ""


def send_reply(
    case: Case,
    *,
    text: str,
    at: dt.datetime,
    by: User,
    channel: str = "",
    files: Sequence[AnswerFile] = (),
    seen: str = "",
) -> CaseMessage:
    """Write to the customer where they wrote from, or by the channel that is named, in the thread they began.

    ValueError says why it cannot go there, and where else it can: then nothing was written, the files wait with the
    case as before, and the case waits on.
    """
    return send(case, Draft(text, by, files, seen=seen), at=at, channel=channel)


def send(case: Case, draft: Draft, *, at: dt.datetime, channel: str = "") -> CaseMessage:
    """The same for a letter of any kind."""
    draft = replace(draft, text=draft.text.replace("\0", "").strip())
    if not draft.text and not draft.files or len(draft.text) > TEXT_LIMIT:
        raise ValueError(_("Write at most %(limit)d characters.") % {"limit": TEXT_LIMIT})
    way = answer_ways.choose(case, channel)
    if draft.by is None and way.problem:
        # What no colleague has decided upon goes only where nothing speaks against it.
        raise ValueError(f"{way}.")
    if draft.files and not way.takes_files:
        why = _("No files can be sent by %(channel)s.") % {"channel": Channel(way.channel).label}
        raise ValueError(answer_ways.in_other_words(case, why, way.channel))
    try:
        return _send(case, way, draft, at)
    except NotTaken as refusal:
        if refusal.contact_state:
            give_up(way.channel, way.address, state=refusal.contact_state, why=str(refusal))
        words = {"channel": Channel(way.channel).label, "error": str(refusal)}
        why = _("It could not be sent by %(channel)s: %(error)s") % words
        raise ValueError(answer_ways.in_other_words(case, why, way.channel)) from refusal


@transaction.atomic
def _send(case: Case, way: answer_ways.Way, draft: Draft, at: dt.datetime) -> CaseMessage:
    """Recorded before it is sent and in one transaction: what the channel did not take was never written."""
    lock_fact(case)
    if draft.seen and draft.seen != seen_of(case):
        raise ValueError(_("Something was written here after you opened this page. Read it above first."))
    last = answer_ways.last_received(case)
    message = CaseMessage.objects.create(
        case=case,
        kind=draft.kind,
        direction=CaseMessage.Direction.SENT,
        channel=way.channel,
        address=way.address,
        subject=answering(last.subject if last and last.subject else case.subject),
        text=draft.text,
        author=draft.by,
        occurred_at=at,
        token=draft.token,
        key=f"<{draft.token}@{settings.SITE_HOST}>" if way.channel == Channel.EMAIL else None,
    )
    attach(message, draft.files)
    draft.note(message)
    _settle(message, carriers()[way.channel].send(message, last, Shop.load()), at)
    return message


def _settle(message: CaseMessage, handover: Handover, at: dt.datetime) -> None:
    """An answer of which nobody knows whether it left stands in the case, which waits on."""
    message.key = message.key or handover.key
    if handover.doubt:
        message.failed_at, message.failure = at, handover.doubt[:300]
    message.save(update_fields=["key", "failed_at", "failure"])
    if not handover.doubt and message.kind != CaseMessage.Kind.CHECK:
        acknowledge(message.case, at=at, by=message.author)
        note_our_word(message.case, at=at, by=message.author)
