"""What staff decide about reviews: published, refused by a reason of the list, answered. Never what stands in them."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record_many
from crm.locks import prevent_merging
from crm.models import Event, EventKind, Review, ReviewPhoto, ReviewSettings
from crm.models.review import ReviewQuerySet
from crm.service.reviews.writing import lock_review, record_review

BATCH = 500
Status = Review.Status


@transaction.atomic
def publish(review: Review, *, at: dt.datetime, by: User | None, seen: dt.datetime | None = None) -> Review:
    """`seen` is when it was changed last, as whoever decides has it before their eyes."""
    lock_review(review)
    _check_seen(review, seen)
    if review.is_public:
        return review
    if review.status not in (Status.WAITING, Status.REFUSED) or not review.may_publish:
        raise ValueError(_("Its author has not agreed that it is published."))
    _decide(review, Status.PUBLISHED, at, by, published_at=at)
    record_review(review, EventKind.REVIEW_PUBLISHED, at, f"review:{review.pk}:published:{at.isoformat()}")
    return review


@transaction.atomic
def publish_many(reviews: ReviewQuerySet, *, at: dt.datetime, by: User | None = None) -> int:
    """Those among them that nobody has decided about; what somebody is changing at this moment waits."""
    prevent_merging()
    undecided = reviews.undecided().select_for_update(no_key=True, skip_locked=True).order_by("pk")
    chosen = list(undecided[:BATCH])
    Review.objects.filter(pk__in=[review.pk for review in chosen]).update(
        status=Status.PUBLISHED, published_at=at, decided_at=at, decided_by=by, changed_at=at
    )
    record_many(
        Event(
            kind=EventKind.REVIEW_PUBLISHED,
            customer_id=review.customer_id,
            order_id=review.order_id,
            occurred_at=at,
            source="crm",
            key=f"review:{review.pk}:published:{at.isoformat()}",
            properties={"review": review.pk, "stars": review.stars, "product": review.product_id},
        )
        for review in chosen
    )
    return len(chosen)


def publish_undecided(now: dt.datetime) -> int:
    """Those that waited for longer than the shop allows itself: nothing is kept back by leaving it."""
    days = ReviewSettings.load().publish_after_days
    if not days:
        return 0
    due, done = Review.objects.filter(sent_at__lte=now - dt.timedelta(days=days)), 0
    while some := publish_many(due, at=now):
        done += some
    return done


@transaction.atomic
def refuse(review: Review, reason: str, *, at: dt.datetime, by: User | None, seen: dt.datetime | None = None) -> Review:
    """By a reason of the list, which its author reads. Few stars are none of them."""
    if reason not in Review.Refusal.values:
        raise ValueError(_("Choose why it is refused: there are no other reasons than these."))
    lock_review(review)
    _check_seen(review, seen)
    if review.status not in (Status.WAITING, Status.PUBLISHED, Status.REFUSED):
        raise ValueError(_("There is nothing to decide about this review."))
    return _decide(review, Status.REFUSED, at, by, refusal=reason, published_at=None)


@transaction.atomic
def answer(review: Review, text: str, *, at: dt.datetime, by: User | None) -> Review:
    """In public, below the review. An empty answer takes back what was said."""
    lock_review(review)
    if review.status not in (Status.WAITING, Status.PUBLISHED):
        raise ValueError(_("Nobody reads this review in public."))
    said = text.replace("\0", "").strip()
    review.reply, review.changed_at = said, at
    review.replied_at, review.replied_by = (at, by) if said else (None, None)
    review.save(update_fields=["reply", "replied_at", "replied_by", "changed_at"])
    return review


@transaction.atomic
def show_photo(photo: ReviewPhoto, *, is_shown: bool, at: dt.datetime, by: User | None) -> ReviewPhoto:
    """Hide it from everybody but its author and staff, or show it again."""
    review = photo.review
    lock_review(review)
    photo.hidden_at, photo.hidden_by = (None, None) if is_shown else (photo.hidden_at or at, by)
    photo.save(update_fields=["hidden_at", "hidden_by"])
    review.changed_at = at
    review.save(update_fields=["changed_at"])
    return photo


def _check_seen(review: Review, seen: dt.datetime | None) -> None:
    if seen is not None and seen != review.changed_at:
        raise ValueError(_("The review was changed while you read it. Please look at it again."))


def _decide(
    review: Review,
    status: Review.Status,
    at: dt.datetime,
    by: User | None,
    *,
    published_at: dt.datetime | None,
    refusal: str = "",
) -> Review:
    review.status, review.refusal, review.published_at = status, refusal, published_at
    review.decided_at, review.decided_by, review.changed_at = at, by, at
    review.save(update_fields=["status", "refusal", "published_at", "decided_at", "decided_by", "changed_at"])
    return review
