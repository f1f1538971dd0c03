"""`/reviews/<key>.json`, `.rss`, `.html` and `.xml`: for everybody, and of what is published at this moment.

Caches keep them for a minute.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from crm.client_address import client_network
from crm.languages import spoken
from crm.models import Review, ReviewPhoto, ReviewSettings, Shop
from crm.review_feeds.documents import FeedPage, document, feed_page, next_address
from crm.review_feeds.google import google_feed
from crm.review_feeds.json_ld import json_ld
from crm.review_feeds.rss import rss
from crm.review_feeds.scope import scope_of
from crm.turns import visitors_turn

CACHED_SECONDS = 60
MOST_A_MINUTE = 120
Write = Callable[[FeedPage, str], str]


def _feed(content_type: str, write: Write) -> Callable[[HttpRequest, str], HttpResponse]:
    @xframe_options_exempt
    @require_safe
    def view(request: HttpRequest, key: str) -> HttpResponse:
        kept = _open_feed(key)
        if (wait := _wait(request)) > 0:
            return _too_often(wait)
        scope = scope_of(request.GET)
        with translation.override(spoken(request.GET.get("language", "").lower().split("-")[0])):
            body = write(feed_page(scope, kept, request.GET), key)
        return _answer(request, body.encode(), content_type, scope.changed_at())

    return view


def _json(page: FeedPage, key: str) -> str:
    return json.dumps(document(page, key), cls=DjangoJSONEncoder, ensure_ascii=False)


def _html(page: FeedPage, key: str) -> str:
    language = translation.get_language() or ""
    context = {
        "page": page,
        "shop": Shop.load(),
        "language": language,
        "look": settings.SITE_URL + static("encore/reviews.css"),
        "json_ld": json_ld(page),
        "next": next_address(page, "html", key, language=language),
    }
    return render_to_string("crm/reviews/reviews.html", context)


json_view = _feed("application/json", _json)
rss_view = _feed("application/rss+xml; charset=utf-8", rss)
html_view = _feed("text/html; charset=utf-8", _html)


@require_safe
def google_view(request: HttpRequest, key: str) -> HttpResponse:
    """All of them at once: it is fetched once a day."""
    _open_feed(key)
    if (wait := _wait(request)) > 0:
        return _too_often(wait)
    scope = scope_of(request.GET)
    return _answer(request, google_feed(scope.reviews()), "application/xml; charset=utf-8", scope.changed_at())


@require_safe
def photo_view(request: HttpRequest, token: str, column: str = "content") -> HttpResponse:
    """One that everybody may see; as soon as its review is not published any more, nobody may."""
    public = ReviewPhoto.objects.filter(hidden_at=None, review__status=Review.Status.PUBLISHED)
    photo = get_object_or_404(public.only(column), token=token)
    return _answer(request, bytes(getattr(photo, column)), "image/jpeg", None)


def small_photo_view(request: HttpRequest, token: str) -> HttpResponse:
    return photo_view(request, token, "thumbnail")


def _open_feed(key: str) -> ReviewSettings:
    kept = ReviewSettings.load()
    if not kept.is_feed_open or kept.feed_key != key:
        raise Http404
    return kept


def _wait(request: HttpRequest) -> float:
    return visitors_turn("review feeds", client_network(request), most=MOST_A_MINUTE, seconds=60).wait


def _too_often(wait: float) -> HttpResponse:
    response = HttpResponse(_("Please try again in a minute."), status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(int(wait) + 1)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _answer(request: HttpRequest, body: bytes, content_type: str, changed_at: dt.datetime | None) -> HttpResponse:
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    last_modified = int(changed_at.timestamp()) if changed_at else None
    response = HttpResponse(body, content_type=content_type)
    response["ETag"] = etag
    if last_modified is not None:
        response["Last-Modified"] = http_date(last_modified)
    found = get_conditional_response(request, etag, last_modified, response) or response
    found["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    found["Access-Control-Allow-Origin"] = "*"
    found["Cross-Origin-Resource-Policy"] = "cross-origin"
    return found
