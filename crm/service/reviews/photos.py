"""Photos of a review: made anew before anything is written, and never more than a handful."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import Review, ReviewPhoto
from crm.models.review import MOST_PHOTOS
from crm.pictures.photos import photo_of
from crm.service.reviews.writing import check_is_open, lock_review


def add_photo(review: Review, data: bytes, name: str, *, at: dt.datetime) -> ReviewPhoto:
    """The same file is kept once. ValueError in words where it is no photo, or there are enough."""
    digest = hashlib.sha256(data).hexdigest()
    if known := review.photos.filter(digest=digest).first():
        return known
    _check_is_room(review)
    photo = photo_of(data)
    with transaction.atomic():
        lock_review(review)
        check_is_open(review)
        if known := review.photos.filter(digest=digest).first():
            return known
        _check_is_room(review)
        _touch(review, at)
        return review.photos.create(
            name=name.replace("\0", "")[-200:] or "photo",
            digest=digest,
            content=photo.large.data,
            thumbnail=photo.small.data,
            width=photo.large.width,
            height=photo.large.height,
            uploaded_at=at,
        )


@transaction.atomic
def remove_photos(review: Review, ids: list[int], *, at: dt.datetime) -> int:
    """Their author takes them back."""
    lock_review(review)
    check_is_open(review)
    gone, _rows = review.photos.filter(pk__in=ids).delete()
    if gone:
        _touch(review, at)
    return gone


def _check_is_room(review: Review) -> None:
    if review.photos.count() >= MOST_PHOTOS:
        raise ValueError(_("There is room for %(most)d photos.") % {"most": MOST_PHOTOS})


def _touch(review: Review, at: dt.datetime) -> None:
    """Whoever looks at it to decide has to look again."""
    review.changed_at = at
    review.save(update_fields=["changed_at"])
