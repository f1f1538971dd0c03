"""What customers do with a review of theirs: begin it, send it, change it until it is published, withdraw it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case as Choice
from django.db.models import Q, Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_all_current, lock_fact
from crm.loyalty import PointsGift, give_points
from crm.models import Case, Customer, EventKind, Order, Product, Review, ReviewSettings, Shop
from crm.service.cases import open_case

FEWEST_LETTERS = 15
Status = Review.Status
SENT = (Status.WAITING, Status.PRIVATE, Status.REFUSED)


@dataclass(frozen=True)
class Words:
    """`answers` are [{"question", "answer"}], in the words of the page that asked."""

    stars: int | None
    text: str
    answers: list[dict[str, str]]
    shown_as: str
    may_publish: bool
    language: str

    def letters(self) -> int:
        return sum(len("".join(said.split())) for said in (self.text, *(one["answer"] for one in self.answers)))

    def columns(self) -> dict[str, Any]:
        return {
            "stars": self.stars,
            "text": self.text.strip(),
            "answers": self.answers,
            "shown_as": self.shown_as,
            "may_publish": self.may_publish,
            "language": self.language,
        }


def reviews_about(customer: Customer, order: Order | None, products: Collection[int]) -> dict[int | None, Review]:
    """What they wrote about each product, and under None about the order itself, in one query.

    What they withdrew is there only where nothing stands.
    """
    is_about = Q(product__in=products) | Q(product=None, order=order)
    stands = Choice(When(status=Status.WITHDRAWN, then=Value(0)), default=Value(1))
    found = Review.objects.filter(is_about, customer=customer).order_by(stands, "pk")
    return {review.product_id: review for review in found.select_related("customer", "product", "order")}


def review_of(customer: Customer, order: Order | None, product: Product | None) -> Review | None:
    about = product.pk if product else None
    return reviews_about(customer, order, [about] if about else []).get(about)


@transaction.atomic
def draft(customer: Customer, *, order: Order | None, product: Product | None, words: Words, at: dt.datetime) -> Review:
    """Keep what was typed so far; what was sent already stays as it was sent."""
    owner = lock_all_current([customer.pk]).get(customer.pk)
    if owner is None:
        raise ValueError(_("This customer's data was erased."))
    review = review_of(Customer(pk=owner), order, product)
    if review is None:
        return Review.objects.create(
            customer_id=owner, order=order, product=product, created_at=at, changed_at=at, **words.columns()
        )
    if review.status not in (Status.DRAFT, Status.WITHDRAWN):
        return review
    return _write(review, at, order=order, status=Status.DRAFT, **words.columns())


@transaction.atomic
def send(review: Review, words: Words, *, at: dt.datetime, is_rating: bool = False) -> Review:
    """The review as it is meant to be read. Rewarded once, whatever its stars; few stars also ask a human.

    Sent again it replaces what was sent before, until it is published. Of a rating no more was promised, and its own
    rules have asked already.
    """
    lock_review(review)
    check_is_open(review)
    if words.stars not in range(1, 6):
        raise ValueError(_("Choose from one to five stars."))
    if words.letters() < FEWEST_LETTERS:
        raise ValueError(_("A few words more, please: others learn little from the stars alone."))
    is_news = review.sent_at is None or review.stars != words.stars
    key = f"review:{review.pk}" if review.sent_at is None else f"review:{review.pk}:{at.isoformat()}"
    status = Status.WAITING if words.may_publish else Status.PRIVATE
    anew = {"refusal": "", "decided_at": None, "decided_by": None}
    if not is_rating:
        anew["feedback"] = None  # Written as a review it is no longer the rating's to change.
    _write(review, at, status=status, sent_at=at, **anew, **words.columns())
    if is_news:
        record_review(review, EventKind.REVIEW_LEFT, at, key)
    if not is_rating:
        _reward(review, at)
        _ask_what_went_wrong(review, at)
    return review


@transaction.atomic
def withdraw(review: Review, *, at: dt.datetime) -> Review:
    """Nobody reads it any more, from this moment; its author may write another."""
    lock_review(review)
    return _write(review, at, status=Status.WITHDRAWN, may_publish=False, published_at=None, refusal="")


def lock_review(review: Review) -> None:
    """Read it again and lock it, after its customer, to whom points may be given."""
    lock_fact(review, lambda customer_id: lock_all_current([customer_id]))


def record_review(review: Review, kind: EventKind, at: dt.datetime, key: str) -> None:
    record(
        kind,
        customer=review.customer,
        order=review.order,
        occurred_at=at,
        source="crm",
        key=key,
        properties={"review": review.pk, "stars": review.stars, "product": review.product_id},
    )


def check_is_open(review: Review) -> None:
    if review.customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    if review.is_public:
        raise ValueError(_("It is published already. To change it, withdraw it and write it anew."))


def _write(review: Review, at: dt.datetime, **columns: Any) -> Review:
    for name, value in columns.items():
        setattr(review, name, value)
    review.changed_at = at
    review.save(update_fields=[*columns, "changed_at"])
    return review


def _reward(review: Review, at: dt.datetime) -> None:
    """For what was bought, once: the review's own key holds over every later version of it."""
    points = ReviewSettings.load().reward_points
    if not points or not review.is_verified:
        return
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("Review: %(about)s") % {"about": review.product or review.order}
    gift = PointsGift(review.customer_id, points, f"review:{review.pk}", at, reason, order_id=review.order_id)
    if give_points([gift]):
        _write(review, at, rewarded_points=points)


def _ask_what_went_wrong(review: Review, at: dt.datetime) -> None:
    """As a low rating does; that the review is published is another matter."""
    if review.stars is None or review.stars > Shop.load().low_rating:
        return
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Review: %(stars)s of 5 for %(about)s") % {
            "stars": review.stars,
            "about": review.product or review.order,
        }
    open_case(
        review.customer,
        kind=Case.Kind.QUESTION,
        subject=subject[:200],
        at=at,
        channel=Case.Channel.SURVEY,
        order=review.order,
        body=in_full(review),
        key=f"review:{review.pk}",
    )


def in_full(review: Review) -> str:
    """All its words, as plain text."""
    return "\n\n".join([*(f"{one['question']}\n{one['answer']}" for one in review.told), review.text]).strip()
