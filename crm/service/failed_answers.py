"""What became of an answer: one that came back is none, and the case waits for a person again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import Case, CaseMessage
from crm.service.cases import note_unanswered, reopen


@transaction.atomic
def answer_failed(message: CaseMessage, *, why: str, at: dt.datetime) -> bool:
    """Note it with the answer, once, and open the case again if it was settled meanwhile. False when it was known."""
    case = message.case
    lock_fact(case)
    if not _note(message, why, at):
        return False
    if not _answers_after(message).exists():
        reopen(case, at=at)
        note_unanswered(case, since=_waiting_since(message) or at, at=at)
    return True


@transaction.atomic
def note_delivered(message: CaseMessage, *, at: dt.datetime) -> bool:
    """It arrived. Where nobody knew whether it had left, the customer waits no more. False when it was known."""
    lock_fact(message.case)
    sent = CaseMessage.objects.sent().filter(pk=message.pk, delivered_at=None)
    # What came back was known later than it was sent.
    doubted = sent.filter(failed_at=F("occurred_at")).update(delivered_at=at, failed_at=None, failure="")
    if doubted and not message.case.messages.received().filter(occurred_at__gt=message.occurred_at).exists():
        Case.objects.filter(pk=message.case_id).update(unanswered_at=None)
    return bool(doubted or sent.filter(failed_at=None).update(delivered_at=at))


def _note(message: CaseMessage, why: str, at: dt.datetime) -> bool:
    # Kept as text for staff, so in the shop's language.
    with translation.override(settings.LANGUAGE_CODE):
        words = _("It came back: %(why)s") % {"why": why} if why else _("It came back.")
    sent = CaseMessage.objects.filter(pk=message.pk, direction=CaseMessage.Direction.SENT, failed_at=None)
    return bool(sent.update(failed_at=at, failure=words[:300]))


def _answers_after(message: CaseMessage) -> QuerySet[CaseMessage]:
    sent = CaseMessage.objects.filter(direction=CaseMessage.Direction.SENT, failed_at=None)
    return sent.filter(case=message.case_id, occurred_at__gt=message.occurred_at)


def _waiting_since(message: CaseMessage) -> dt.datetime | None:
    """Since they wrote what the answer was to."""
    questions = message.case.messages.filter(
        direction=CaseMessage.Direction.RECEIVED, occurred_at__lte=message.occurred_at
    )
    return questions.values_list("occurred_at", flat=True).last()
