"""Letters of confirmation that are due leave, each once; what a server cannot take now is tried again later."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from chains.channels.email.sender import send_one
from chains.channels.sender import Outcome, Result
from chains.models import SignUp
from chains.sign_ups.letter import as_mail
from crm.models import Shop

LETTERS_A_RUN = 200
PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))


def send_due(now: dt.datetime) -> int:
    """How many left. One transaction a letter: a worker that dies repeats at most one, under the same Message-ID."""
    shop = Shop.load()
    due = SignUp.objects.letter_due(now).order_by("letter_due_at", "pk")
    return sum(_send(pk, now, shop) for pk in due.values_list("pk", flat=True)[:LETTERS_A_RUN])


@transaction.atomic
def _send(pk: int, now: dt.datetime, shop: Shop) -> bool:
    free = SignUp.objects.letter_due(now).select_for_update(skip_locked=True, of=("self",))
    sign_up = free.select_related("form").filter(pk=pk).first()
    if sign_up is None:
        return False
    try:
        outcome = send_one(as_mail(sign_up, shop))
    except ValueError as error:
        outcome = Outcome(0, Result.PERMANENT, str(error))
    _note(sign_up, outcome, now)
    sign_up.save(update_fields=["letter_due_at", "letter_sent_at", "letters_sent", "attempts", "refusal"])
    return outcome.result in (Result.SENT, Result.UNKNOWN)


def _note(sign_up: SignUp, outcome: Outcome, now: dt.datetime) -> None:
    """A letter of which it is not known whether it left counts as sent: its reader can ask again, not give it back."""
    sign_up.refusal = outcome.detail[:300]
    if outcome.result in (Result.SENT, Result.UNKNOWN):
        sign_up.letter_due_at, sign_up.letter_sent_at = None, now
        sign_up.letters_sent += 1
    elif outcome.result is Result.TEMPORARY and sign_up.attempts < len(PAUSES):
        sign_up.letter_due_at = now + (outcome.pause or PAUSES[sign_up.attempts])
        sign_up.attempts += 1
    else:
        sign_up.letter_due_at = None
