"""What search engines read of a product's reviews (schema.org): exactly what a visitor sees beside it, or nothing.

Of the shop itself nothing is said: stars that somebody gives themselves count for nothing.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from crm.review_feeds.documents import FeedPage

# No word of a customer ends the element that it stands in.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


def json_ld(page: FeedPage) -> SafeString | None:
    product = page.scope.product
    if product is None or not page.figures.count:
        return None
    markup = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": str(product),
        "sku": product.sku,
        **({"url": product.url} if product.url else {}),
        **({"image": product.picture_url} if product.picture_url else {}),
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": page.figures.average,
            "reviewCount": page.figures.count,
            "bestRating": 5,
            "worstRating": 1,
        },
        "review": [_review(one) for one in page.reviews],
    }
    return mark_safe(json.dumps(markup, ensure_ascii=False).translate(ESCAPES))  # noqa: S308


def words_of(review: dict[str, Any]) -> str:
    answers = [f"{one['question']} {one['answer']}" for one in review["answers"]]
    return "\n".join([*answers, *([review["text"]] if review["text"] else [])])


def _review(review: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "Review",
        "author": {"@type": "Person", "name": review["author"] or _("A buyer")},
        "datePublished": review["published_at"].date().isoformat(),
        "reviewRating": {"@type": "Rating", "ratingValue": review["stars"], "bestRating": 5, "worstRating": 1},
        "reviewBody": words_of(review),
        **({"image": [photo["url"] for photo in review["photos"]]} if review["photos"] else {}),
    }
