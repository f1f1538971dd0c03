"""Reviews as RSS: each an entry whose HTML is marked up for those who know schema.org."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.models import Shop
from crm.review_feeds.addresses import feed_address
from crm.review_feeds.documents import FeedPage


def rss(page: FeedPage, key: str) -> str:
    shop = Shop.load()
    about = str(page.scope.product or shop.name)
    site = shop.site_url or feed_address("html", key, **page.scope.terms)
    feed = Rss201rev2Feed(
        title=_("Reviews: %(about)s") % {"about": about},
        link=site,
        description=_("What customers say."),
        language=get_language(),
        feed_url=feed_address("rss", key, **page.scope.terms),
    )
    for review in page.reviews:
        feed.add_item(**_item(review, site))
    return feed.writeString("utf-8")


def _item(review: dict[str, Any], site: str) -> dict[str, Any]:
    product = review["product"]
    author = review["author"] or _("A buyer")
    return {
        "title": f"{'★' * review['stars']} {product['name'] if product else author}",
        "link": (product and product["url"]) or site,
        "description": render_to_string("crm/reviews/rss_item.html", {"review": review, "author": author}).strip(),
        "author_name": author,
        "pubdate": review["published_at"],
        "unique_id": f"review-{review['id']}",
        "unique_id_is_permalink": False,
    }
