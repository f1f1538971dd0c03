"""A solution offered to the customer in writing, with an alternative, and what they choose on the page behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_all_current, lock_fact
from crm.models import Case, CaseMessage, CaseOffer, EventKind
from crm.service import cases, goodwill
from crm.service.case_corrections import escalate
from crm.service.goodwill_gifts import in_words
from crm.service.ready_answers import language_of
from crm.service.sending import Draft, send

Choice = CaseOffer.Choice
WORDS_LIMIT = 2_000


def send_offer(
    case: Case,
    *,
    solution: str,
    alternative: str = "",
    by: User,
    at: dt.datetime,
    channel: str = "",
    seen: str = "",
) -> CaseMessage:
    """Write it to the customer with a link to choose by. ValueError says why it cannot go: nothing is kept then."""
    solution, alternative = (words.replace("\0", "").strip() for words in (solution, alternative))
    if not solution:
        raise ValueError(_("Say which solution was offered."))
    draft = Draft("", by, kind=CaseMessage.Kind.OFFER)
    text = _letter(case, solution, alternative, page_url(draft.token))
    note = partial(_note, case, solution, alternative, at)
    message = send(case, replace(draft, text=text, note=note, seen=seen), at=at, channel=channel)
    if message.failed_at:
        cases.note_unanswered(case, since=at, at=at)
    return message


def page_url(token: str) -> str:
    """Where the customer answers: the page of chains.public."""
    return settings.SITE_URL + reverse("chains:case", args=[token])


@transaction.atomic
def choose(offer: CaseOffer, choice: str, *, words: str = "", at: dt.datetime) -> CaseOffer:
    """What the customer pressed. They may choose anew until somebody has acted upon it; ValueError afterwards."""
    case = offer.case
    # Points and coupons may follow, whose customer is locked first.
    lock_all_current([case.customer_id])
    lock_fact(case)
    offer.refresh_from_db(fields=["choice", "words", "chosen_at"])
    words = words.replace("\0", "").strip()[:WORDS_LIMIT]
    if (offer.choice, offer.words) == (choice, words):
        return offer
    if choice not in Choice.values or (choice == Choice.ALTERNATIVE and not offer.alternative):
        raise ValueError(_("Choose one of the answers."))
    if not is_open(offer):
        raise ValueError(_("This offer is settled already."))
    is_new = offer.choice != choice
    offer.choice, offer.words, offer.chosen_at = choice, words, at
    offer.save(update_fields=["choice", "words", "chosen_at"])
    if is_new:
        _follow(offer, at)
    return offer


def is_open(offer: CaseOffer) -> bool:
    """It is the newest, the case is not settled, and nobody has answered what was chosen."""
    if offer.case.resolved_at or offer.case.offers.filter(pk__gt=offer.pk).exists():
        return False
    later = CaseMessage.objects.sent().filter(case=offer.case_id, kind=CaseMessage.Kind.LETTER)
    return offer.chosen_at is None or not later.filter(occurred_at__gt=offer.chosen_at).exists()


def _note(case: Case, solution: str, alternative: str, at: dt.datetime, message: CaseMessage) -> None:
    CaseOffer.objects.create(case=case, message=message, solution=solution, alternative=alternative, sent_at=at)
    bonus = "; ".join(in_words(promised) for promised in case.goodwills.standing())
    cases.answer(case, at=at, solution=solution, alternative=alternative, goodwill=bonus[:200])


def _letter(case: Case, solution: str, alternative: str, address: str) -> str:
    """In the customer's language, whoever writes it; the solution as the colleague worded it."""
    with translation.override(language_of(case.customer)):
        bonus = [in_words(promised) for promised in case.goodwills.standing()]
        parts = [
            _("This is what we suggest:"),
            solution,
            *((_("Or, if you like that better:"), alternative) if alternative else ()),
            *((_("And for your trouble: %(bonus)s.") % {"bonus": "; ".join(bonus)},) if bonus else ()),
            _("Please tell us with one press what you choose:") + f"\n{address}",
        ]
    return "\n\n".join(parts)


def _follow(offer: CaseOffer, at: dt.datetime) -> None:
    """It is our turn: to do what was accepted, or to write to whom nothing of it suits."""
    case = offer.case
    record(
        EventKind.CASE_OFFER_CHOSEN,
        customer=case.customer,
        order=case.order,
        occurred_at=at,
        source="crm",
        key=f"offer:{offer.pk}:{offer.choice}:{at.isoformat()}",
        properties={"case": case.pk, "kind": case.kind, "severity": case.severity, "choice": offer.choice},
    )
    if offer.is_accepted:
        goodwill.give_promised(case, at=at)
    else:
        escalate(case, kind=case.kind, severity=Case.Severity.HIGH, at=at)
    cases.note_unanswered(case, since=at, at=at)
