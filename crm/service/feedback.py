"""What customers say, and the case a low score opens."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_current
from crm.models import Case, Customer, EventKind, Feedback, Order, Product, Shop
from crm.service.cases import open_case
from crm.service.praise import thank_for_rating

SCALES = {Feedback.Kind.RATING: range(1, 6), Feedback.Kind.NPS: range(11)}
DETRACTORS = range(7)


@transaction.atomic
def leave(
    customer: Customer,
    *,
    kind: str,
    score: int | None,
    at: dt.datetime,
    source: str,
    key: str,
    order: Order | None = None,
    product: Product | None = None,
    answer: str = "",
    text: str = "",
    may_publish: bool = False,
) -> Feedback:
    """Record a rating, an NPS answer or a reason for leaving, once per source and key.

    A low score opens a *question* for a human: a rating up to the shop's limit, an NPS answer up to 6. Of whoever was
    erased the score counts, and there are no words to keep and nobody to ask.
    """
    _check(kind, score)
    customer = lock_current(customer)
    feedback, is_new = Feedback.objects.get_or_create(
        source=source,
        key=key,
        defaults={
            "customer": customer,
            "order": order,
            "product": product,
            "kind": kind,
            "score": score,
            "answer": "" if customer.erased_at else answer,
            "text": "" if customer.erased_at else text,
            "may_publish": may_publish and not customer.erased_at,
            "left_at": at,
        },
    )
    if is_new:
        _record(feedback, at, f"feedback:{feedback.pk}")
        _ask_what_went_wrong(feedback)
        thank_for_rating(feedback, at=at)
    return feedback


@transaction.atomic
def change(
    feedback: Feedback,
    *,
    at: dt.datetime,
    score: int | None,
    answer: str = "",
    text: str = "",
    may_publish: bool = False,
) -> Feedback:
    """Put another answer in place of what was left; chains and branches hear of it anew. Words left empty stay."""
    _check(feedback.kind, score)
    lock_current(feedback.customer)
    feedback = Feedback.objects.select_for_update(of=("self",)).select_related("customer").get(pk=feedback.pk)
    if feedback.customer.erased_at:
        return feedback
    is_other = (score, answer) != (feedback.score, feedback.answer)
    feedback.score, feedback.answer, feedback.text = score, answer, text or feedback.text
    feedback.may_publish = may_publish
    feedback.save(update_fields=["score", "answer", "text", "may_publish"])
    if is_other:
        _record(feedback, at, f"feedback:{feedback.pk}:{at.isoformat()}")
    _ask_what_went_wrong(feedback)
    thank_for_rating(feedback, at=at)
    return feedback


def is_low(kind: str, score: int | None, low_rating: int) -> bool:
    """Whether a human should ask what went wrong."""
    if score is None:
        return False
    return score <= low_rating if kind == Feedback.Kind.RATING else kind == Feedback.Kind.NPS and score in DETRACTORS


def in_words(feedback: Feedback) -> str:
    words = {
        Feedback.Kind.RATING: _("Rating: %(score)s of 5"),
        Feedback.Kind.NPS: _("Would recommend: %(score)s of 10"),
        Feedback.Kind.EXIT: _("Reason: %(answer)s") if feedback.answer else _("Reason for leaving"),
    }
    return words[Feedback.Kind(feedback.kind)] % {"score": feedback.score, "answer": feedback.answer}


def _check(kind: str, score: int | None) -> None:
    if kind not in Feedback.Kind.values:
        raise ValueError(_("“%(kind)s” is not a kind of feedback.") % {"kind": kind})
    scale = SCALES.get(Feedback.Kind(kind))
    if scale and score not in scale:
        raise ValueError(
            _("The score must be a whole number from %(low)s to %(high)s.") % {"low": scale[0], "high": scale[-1]}
        )


def _record(feedback: Feedback, at: dt.datetime, key: str) -> None:
    record(
        EventKind.FEEDBACK_LEFT,
        customer=feedback.customer,
        order=feedback.order,
        occurred_at=at,
        source="crm",
        key=key,
        properties={"kind": feedback.kind, "score": feedback.score, "feedback": feedback.pk}
        | ({"answer": feedback.answer} if feedback.answer else {}),
    )


def _ask_what_went_wrong(feedback: Feedback) -> None:
    """A low score is a question to a human, once; words that come after the score are put to it."""
    if feedback.customer.erased_at or not is_low(feedback.kind, feedback.score, Shop.load().low_rating):
        return
    # Kept as text for staff, so in the shop's language and not in that of the customer's browser.
    with translation.override(settings.LANGUAGE_CODE):
        subject = in_words(feedback)
    case = open_case(
        feedback.customer,
        kind=Case.Kind.QUESTION,
        subject=subject,
        at=feedback.left_at,
        channel=Case.Channel.SURVEY,
        order=feedback.order,
        body=feedback.text,
        key=f"feedback:{feedback.pk}",
    )
    if feedback.text and not case.body:
        Case.objects.filter(pk=case.pk, body="").update(body=feedback.text)
