"""A page of published reviews as plain data: every form of a feed tells the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from crm.models import Review, ReviewSettings
from crm.review_feeds.addresses import feed_address, photo_address
from crm.review_feeds.scope import Scope
from crm.service.reviews.authors import author_of
from crm.service.reviews.figures import ReviewFigures, figures

PAGE, LONGEST_PAGE, LAST_PAGE = 10, 50, 10_000


@dataclass(frozen=True)
class FeedPage:
    """`next` is the number of the page that follows, where there is one."""

    scope: Scope
    figures: ReviewFigures
    reviews: list[dict[str, Any]]
    number: int
    limit: int
    next: int | None


def feed_page(scope: Scope, settings: ReviewSettings, asked: QueryDict) -> FeedPage:
    number, limit = _number(asked, "page", 1, LAST_PAGE), _number(asked, "limit", PAGE, LONGEST_PAGE)
    found = scope.reviews()
    counted = figures(found)
    shown = found[(number - 1) * limit : number * limit]
    further = number + 1 if counted.count > number * limit else None
    return FeedPage(scope, counted, [told(review, settings) for review in shown], number, limit, further)


def told(review: Review, settings: ReviewSettings) -> dict[str, Any]:
    product = review.product
    return {
        "id": review.pk,
        "product": {"sku": product.sku, "name": str(product), "url": product.url} if product else None,
        "stars": review.stars,
        "stars_drawn": review.stars_drawn,
        "author": author_of(review),
        "text": review.text,
        "answers": review.told,
        "language": review.language,
        "published_at": review.published_at,
        "is_verified": review.is_verified,
        "is_rewarded": settings.shows_reward and review.rewarded_points > 0,
        "photos": [
            {
                "url": photo_address(photo.token),
                "thumbnail_url": photo_address(photo.token, is_small=True),
                "width": photo.width,
                "height": photo.height,
            }
            for photo in review.photos.all()
        ],
        "reply": {"text": review.reply, "at": review.replied_at} if review.reply else None,
    }


def document(page: FeedPage, key: str) -> dict[str, Any]:
    """The JSON of it."""
    return {
        "about": page.scope.terms,
        "count": page.figures.count,
        "average": page.figures.average,
        "distribution": {str(stars): count for stars, count in page.figures.distribution},
        "page": page.number,
        "next": next_address(page, "json", key),
        "reviews": page.reviews,
    }


def next_address(page: FeedPage, form: str, key: str, **more: str) -> str | None:
    if page.next is None:
        return None
    limit = str(page.limit) if page.limit != PAGE else ""
    return feed_address(form, key, **page.scope.terms, page=str(page.next), limit=limit, **more)


def _number(asked: QueryDict, name: str, usual: int, most: int) -> int:
    written = asked.get(name, "")
    return min(max(int(written), 1), most) if written.isdecimal() and len(written) < 10 else usual
