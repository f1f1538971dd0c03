"""A rating whose words may be shown is a review too: it is looked at and published as every other."""

from __future__ import annotations

import datetime as dt

from crm.languages import spoken
from crm.models import Feedback, Product, Review
from crm.service.reviews.writing import FEWEST_LETTERS, Words, draft, review_of, send, withdraw

Status = Review.Status


def follow_rating(feedback: Feedback, *, at: dt.datetime) -> None:
    """Begin, change or withdraw the review that this rating is; what the customer wrote as a review stays theirs."""
    product = feedback.product or _only_product(feedback)
    known = review_of(feedback.customer, feedback.order, product)
    is_own = known is not None and known.feedback_id == feedback.pk
    words = _words(feedback)
    if feedback.may_publish and words.letters() >= FEWEST_LETTERS:
        is_free = known is None or known.status == Status.WITHDRAWN or is_own and not known.is_public
        if is_free:
            _send(feedback, product, words, at)
    elif known and is_own and known.status in (Status.WAITING, Status.PUBLISHED):
        withdraw(known, at=at)


def _send(feedback: Feedback, product: Product | None, words: Words, at: dt.datetime) -> None:
    review = draft(feedback.customer, order=feedback.order, product=product, words=words, at=at)
    review.feedback = feedback
    review.save(update_fields=["feedback"])
    send(review, words, at=at, is_rating=True)


def _words(feedback: Feedback) -> Words:
    return Words(
        stars=feedback.score,
        text=feedback.text,
        answers=[],
        shown_as=Review.ShownAs.FIRST_NAME,
        may_publish=feedback.may_publish,
        language=spoken(feedback.customer.language.lower().split("-")[0]),
    )


def _only_product(feedback: Feedback) -> Product | None:
    """Of an order with several goods its rating does not say which is meant."""
    bought = list(Product.objects.filter(lines__order__isnull=False, lines__order=feedback.order).distinct()[:2])
    return bought[0] if len(bought) == 1 else None
