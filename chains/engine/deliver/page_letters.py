"""Letters of customers' pages that are due leave, each once; what a server cannot take now is tried again soon."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from chains.channels.email.sender import send_one
from chains.channels.sender import Outcome, Result
from chains.models import PageLetter
from chains.page_letters.letter import as_mail
from crm.models import Shop

LETTERS_A_RUN = 200
# Somebody waits before a page: what is a quarter of an hour late helps nobody.
PAUSES = tuple(dt.timedelta(seconds=seconds) for seconds in (20, 60, 180, 300))
KEPT = dt.timedelta(days=30)


def send_due(now: dt.datetime) -> int:
    """How many left. One transaction a letter: a worker that dies repeats at most one, under the same Message-ID."""
    shop = Shop.load()
    due = PageLetter.objects.due(now).order_by("due_at", "pk")
    return sum(_send(pk, now, shop) for pk in due.values_list("pk", flat=True)[:LETTERS_A_RUN])


def forget_old(now: dt.datetime) -> int:
    return PageLetter.objects.filter(asked_at__lt=now - KEPT).delete()[0]


@transaction.atomic
def _send(pk: int, now: dt.datetime, shop: Shop) -> bool:
    free = PageLetter.objects.due(now).select_for_update(skip_locked=True, of=("self",))
    letter = free.select_related("customer").filter(pk=pk, customer__erased_at=None).first()
    if letter is None:
        return False
    try:
        outcome = send_one(as_mail(letter, shop, now))
    except ValueError as error:
        outcome = Outcome(0, Result.PERMANENT, str(error))
    _note(letter, outcome, now)
    letter.save(update_fields=["due_at", "sent_at", "attempts", "refusal"])
    return letter.sent_at is not None


def _note(letter: PageLetter, outcome: Outcome, now: dt.datetime) -> None:
    """A letter of which it is not known whether it left counts as sent: its reader can ask again."""
    letter.refusal, letter.due_at = outcome.detail[:300], None
    if outcome.result in (Result.SENT, Result.UNKNOWN):
        letter.sent_at = now
    elif outcome.result is Result.TEMPORARY and letter.attempts < len(PAUSES):
        letter.due_at = now + PAUSES[letter.attempts]
        letter.attempts += 1
