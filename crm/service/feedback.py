"""What customers say, and the case a low score opens."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_all_current, lock_current
from crm.loyalty import earn
from crm.models import Customer, EarningRule, EventKind, Feedback, Order, Product, Shop, Survey, SurveyQuestion
from crm.service import low_answers
from crm.service.praise import thank_for_rating
from crm.service.reviews.from_ratings import follow_rating

SCALES = {
    Feedback.Kind.RATING: range(1, 6),
    Feedback.Kind.NPS: range(11),
    Feedback.Kind.EASE: range(1, 8),
    Feedback.Kind.YES_NO: range(2),
}
DETRACTORS = range(7)
PRAISE: dict[str, int] = {Feedback.Kind.RATING: 5, Feedback.Kind.NPS: 9}
LOW, HIGH = "low", "high"


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
    choice: int | None = None,
    text: str = "",
    may_publish: bool = False,
    survey: Survey | None = None,
    question: SurveyQuestion | None = None,
) -> Feedback:
    """Record the answer to a question, once per source and key.

    A low score opens a case for a human: by the limits of its survey, and otherwise a rating up to the shop's limit or
    an NPS answer up to 6. Of whoever was erased the score counts, and there are no words to keep and nobody to ask.
    """
    _check(kind, score)
    # What may be shown becomes a review, which locks more strongly: at once, or it would wait for who waits for us.
    lock_all_current([customer.pk])
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
            "choice": choice,
            "text": "" if customer.erased_at else text,
            "may_publish": may_publish and not customer.erased_at,
            "left_at": at,
            "survey": survey,
            "question": question,
        },
    )
    if is_new:
        _record(feedback, at, f"feedback:{feedback.pk}")
        _ask_what_went_wrong(feedback)
        if kind == Feedback.Kind.RATING:
            # For saying something, whatever it is.
            earn(EarningRule.Occasion.RATING, [customer.pk], key=f"feedback:{feedback.pk}", at=at)
        _follow(feedback, at)
        thank_for_rating(feedback, at=at)
    return feedback


@transaction.atomic
def change(
    feedback: Feedback,
    *,
    at: dt.datetime,
    score: int | None,
    answer: str = "",
    choice: int | None = None,
    text: str = "",
    may_publish: bool = False,
) -> Feedback:
    """Put another answer in place of what was left; chains and branches hear of it anew. Words left empty stay."""
    _check(feedback.kind, score)
    lock_all_current([feedback.customer_id])
    lock_current(feedback.customer)
    feedback = Feedback.objects.select_for_update(of=("self",)).select_related("customer").get(pk=feedback.pk)
    if feedback.customer.erased_at:
        return feedback
    is_other = (score, answer) != (feedback.score, feedback.answer)
    feedback.score, feedback.answer, feedback.choice = score, answer, choice
    feedback.text, feedback.may_publish = text or feedback.text, may_publish
    feedback.save(update_fields=["score", "answer", "choice", "text", "may_publish"])
    if is_other:
        _record(feedback, at, f"feedback:{feedback.pk}:{at.isoformat()}")
    _ask_what_went_wrong(feedback)
    _follow(feedback, at)
    thank_for_rating(feedback, at=at)
    return feedback


def is_low(kind: str, score: int | None, low_rating: int) -> bool:
    """Whether a human should ask what went wrong, where no survey has limits of its own."""
    if score is None:
        return False
    return score <= low_rating if kind == Feedback.Kind.RATING else kind == Feedback.Kind.NPS and score in DETRACTORS


def level_of(feedback: Feedback) -> str:
    """Low, high or neither. Of a survey only its first question has a level."""
    if feedback.survey:
        first = feedback.survey.questions.order_by("position", "pk").values_list("pk", flat=True).first()
        return feedback.survey.level(feedback.score) if feedback.question_id == first else ""
    if is_low(feedback.kind, feedback.score, Shop.load().low_rating):
        return LOW
    return HIGH if feedback.score is not None and feedback.score >= PRAISE.get(feedback.kind, 100) else ""


def in_words(feedback: Feedback) -> str:
    """E.g. “Would recommend: 9 of 10”; of a survey, with what was asked."""
    if feedback.question is None:
        words = {
            Feedback.Kind.RATING: _("Rating: %(score)s of 5"),
            Feedback.Kind.NPS: _("Would recommend: %(score)s of 10"),
            Feedback.Kind.EXIT: _("Reason: %(answer)s") if feedback.answer else _("Reason for leaving"),
        }
        sentence = words.get(Feedback.Kind(feedback.kind), "%(answer)s")
        return sentence % {"score": feedback.score, "answer": feedback.answer}
    value = _value(feedback)
    question = str(feedback.question)
    if not value:
        return question
    return f"{question} {value}" if question.endswith("?") else f"{question}: {value}"


def _value(feedback: Feedback) -> str:
    if feedback.kind == Feedback.Kind.YES_NO:
        return _("Yes") if feedback.score else _("No")
    if feedback.score is None:
        return feedback.answer
    return _("%(score)s of %(most)s") % {"score": feedback.score, "most": SCALES[Feedback.Kind(feedback.kind)][-1]}


def _check(kind: str, score: int | None) -> None:
    if kind not in Feedback.Kind.values:
        raise ValueError(_("“%(kind)s” is not a kind of feedback.") % {"kind": kind})
    scale = SCALES.get(Feedback.Kind(kind))
    if scale and score not in scale:
        raise ValueError(
            _("The score must be a whole number from %(low)s to %(high)s.") % {"low": scale[0], "high": scale[-1]}
        )


def _follow(feedback: Feedback, at: dt.datetime) -> None:
    if feedback.kind == Feedback.Kind.RATING and not feedback.customer.erased_at:
        follow_rating(feedback, at=at)


def _record(feedback: Feedback, at: dt.datetime, key: str) -> None:
    of_survey = {"survey": feedback.survey_id, "question": feedback.question_id} if feedback.survey_id else {}
    level = level_of(feedback)
    record(
        EventKind.FEEDBACK_LEFT,
        customer=feedback.customer,
        order=feedback.order,
        occurred_at=at,
        source="crm",
        key=key,
        properties={"kind": feedback.kind, "score": feedback.score, "feedback": feedback.pk}
        | ({"answer": feedback.answer} if feedback.answer else {})
        | ({"level": level} if level else {})
        | of_survey,
    )


def _ask_what_went_wrong(feedback: Feedback) -> None:
    """A low score is a question to a human, once; words that come after the score are put to it."""
    if feedback.customer.erased_at:
        return
    # Kept as text for staff, so in the shop's language and not in that of the customer's browser.
    with translation.override(settings.LANGUAGE_CODE):
        if level_of(feedback) == LOW:
            low_answers.open_case_about(feedback, in_words(feedback))
        elif feedback.survey_id:
            low_answers.put_to_case(feedback, in_words(feedback))
