"""Somebody typed an address into a form: it is kept, and its owner is asked by one letter.

What happens is the same whether or not the address is known: nobody learns from a form who is a customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from chains.models import SignUp, SignUpForm
from crm.events import ring_on_commit, wake
from crm.turns import visitors_turn

SEND = "chains.tasks.send_confirmations"
RESEND_AFTER = dt.timedelta(hours=1)
# Whoever types somebody else's address again and again must not fill their mailbox.
LETTERS_AT_MOST = 3
SIGN_UPS_AN_HOUR = 20


@dataclass(frozen=True)
class Visitor:
    """Where a sign-up came from, as far as it is known."""

    ip: str | None = None
    user_agent: str = ""
    page: str = ""


@transaction.atomic
def ask(
    form: SignUpForm,
    *,
    email: str,
    at: dt.datetime,
    visitor: Visitor,
    first_name: str = "",
    topics: Collection[str] = (),
    referral_code: str = "",
) -> None:
    """`email` in its stored form. Asked again, the same sign-up is renewed; its next letter waits for an hour."""
    if form.pk is None:
        form = SignUpForm.objects.get_or_create(key=form.key, defaults=_columns(form))[0]
    expires_at = at + dt.timedelta(days=form.days_to_confirm)
    draft = SignUp(form=form, email=email, wording=form.wording, asked_at=at, expires_at=expires_at)
    SignUp.objects.bulk_create([draft], ignore_conflicts=True)
    sign_up = SignUp.objects.pending().select_for_update().get(form=form, email=email)
    if sign_up.letters_sent >= LETTERS_AT_MOST:
        return
    sign_up.wording, sign_up.asked_at, sign_up.expires_at = form.wording, at, expires_at
    sign_up.first_name, sign_up.referral_code = first_name, referral_code or sign_up.referral_code
    sign_up.topics = [topic for topic in form.topics if topic in topics]
    sign_up.ip, sign_up.user_agent, sign_up.page = visitor.ip, visitor.user_agent[:200], visitor.page[:500]
    if sign_up.letter_due_at is None and _may_send_again(sign_up, at):
        sign_up.letter_due_at, sign_up.attempts, sign_up.refusal = _next_letter_at(email, at), 0, ""
    sign_up.save()
    ring_on_commit(_wake_sender)


def _columns(form: SignUpForm) -> dict[str, object]:
    return {field.name: getattr(form, field.name) for field in form._meta.concrete_fields if not field.primary_key}


def is_flooding(network: str) -> bool:
    """More sign-ups from one place than people make; where it is unknown, they are not counted."""
    return visitors_turn("sign-ups", network, most=SIGN_UPS_AN_HOUR, seconds=3600).wait > 0


def _may_send_again(sign_up: SignUp, at: dt.datetime) -> bool:
    return sign_up.letter_sent_at is None or sign_up.letter_sent_at <= at - RESEND_AFTER


def _next_letter_at(email: str, at: dt.datetime) -> dt.datetime:
    """An address typed into several forms gets a letter an hour."""
    last = SignUp.objects.filter(email=email).aggregate(last=Max("letter_sent_at"))["last"]
    return max(at, last + RESEND_AFTER) if last else at


def _wake_sender() -> None:
    wake(SEND)
