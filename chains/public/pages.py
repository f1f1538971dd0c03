"""What the pages behind a letter's links share: who the letter was for, their language, and a polite refusal."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from chains.messages.colors import readable
from chains.messages.context import language_of
from chains.messages.layout import brand_color, text_color_on
from chains.messages.page_urls import PREVIEW
from chains.messages.shop_logo import logo_url
from chains.models import Touch
from crm.models import CaseMessage, Shop
from crm.turns import visitors_turn

POSTS_AN_HOUR = 30
Parameters = ParamSpec("Parameters")


def touch_view(
    view: Callable[Concatenate[HttpRequest, Touch, Parameters], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A public view that gets the touch its token names, in the customer's language.

    The token is the permission: no cookies, no login, and so no CSRF token to check.
    """

    def public(request: HttpRequest, token: str, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if token == PREVIEW:
            return private(preview_page(request))
        touch = _touch(token)
        if touch is None:
            return private(unknown_link_page(request))
        with translation.override(language_of(touch.customer)):
            if request.method == "POST" and is_flooding(token):
                return private(too_many_changes_page(request))
            return private(view(request, touch, *args, **kwargs))

    update_wrapper(public, view)
    return csrf_exempt(public)


def case_view(view: Callable[[HttpRequest, CaseMessage], HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a letter about a case."""

    def public(request: HttpRequest, token: str) -> HttpResponse:
        message = _case_message(token)
        if message is None:
            return private(unknown_link_page(request))
        with translation.override(language_of(message.case.customer)):
            if request.method == "POST" and is_flooding(token):
                return private(too_many_changes_page(request))
            return private(view(request, message))

    update_wrapper(public, view)
    return csrf_exempt(public)


def _case_message(token: str) -> CaseMessage | None:
    if "\0" in token:
        return None
    sent = CaseMessage.objects.sent().select_related("case__customer", "case__order", "author")
    return sent.filter(token=token, case__customer__erased_at=None).first()


def _touch(token: str) -> Touch | None:
    if "\0" in token:  # PostgreSQL refuses to look for it
        return None
    return Touch.objects.select_related("customer", "contact", "chain", "enrolment").filter(token=token).first()


def shop_page(request: HttpRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    shop = Shop.load()
    told = {"shop": shop, "logo_url": logo_url(shop), **context}
    return render(request, f"chains/public/{template}.html", told, status=status)


@require_safe
@cache_control(max_age=600)
def look(request: HttpRequest) -> HttpResponse:
    """The stylesheet of these pages, in the shop's own colour."""
    color = brand_color(Shop.load())
    colors = {
        "color": color,
        "ink": text_color_on(color),
        "link": readable(color, on="#ffffff"),
        "dark_link": readable(color, on="#1e2622"),
    }
    return render(request, "chains/public/look.css", colors, content_type="text/css; charset=utf-8")


def preview_page(request: HttpRequest) -> HttpResponse:
    return shop_page(request, "notice", title=_("This was a trial letter"), text=_("Nothing was changed."))


def unknown_link_page(request: HttpRequest) -> HttpResponse:
    return shop_page(
        request,
        "notice",
        status=404,
        title=_("This link does not work"),
        text=_("It may have been cut off on its way. Please open it from the letter once more, or answer the letter."),
    )


def too_many_changes_page(request: HttpRequest) -> HttpResponse:
    return shop_page(
        request,
        "notice",
        status=429,
        title=_("That was a lot of changes"),
        text=_("Please try again in an hour."),
    )


def private(response: HttpResponse, *, referrers: str = "no-referrer") -> HttpResponse:
    """The address of the page is its key: keep it out of caches, search engines and other sites' logs."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = referrers
    response["X-Robots-Tag"] = "noindex"
    return response


def is_flooding(token: str) -> bool:
    return visitors_turn("public posts", token, most=POSTS_AN_HOUR, seconds=3600).wait > 0
