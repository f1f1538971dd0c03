"""Addresses that note an open or a click, and lead on to where the shop wanted the customer to go."""

from __future__ import annotations

import datetime as dt
from base64 import b64decode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from chains.messages.links import is_web
from chains.messages.page_urls import page_urls
from chains.messages.short_links import PAGE_LETTERS, parse_code
from chains.models import Touch
from chains.public.machine_opens import is_machine
from chains.public.pages import private, touch_view, unknown_link_page
from chains.reactions.opens_and_clicks import record_click, record_open
from crm.intake.site.readers import recognisable

PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_safe
@touch_view
def open_pixel(request: HttpRequest, touch: Touch) -> HttpResponse:
    if request.method == "GET":
        now = timezone.now()
        record_open(touch, at=now, by_machine=_by_machine(request, touch, now))
    return HttpResponse(PIXEL, content_type="image/gif")


@require_safe
@touch_view
def click(request: HttpRequest, touch: Touch, index: int) -> HttpResponse:
    """On to the link the letter holds under this number; nothing in the address can name another place."""
    link = touch.links[index] if index < len(touch.links) else ""
    if not is_web(link):
        return unknown_link_page(request)
    if request.method == "GET":
        now = timezone.now()
        is_by_machine = _by_machine(request, touch, now)
        record_click(touch, index, at=now, by_machine=is_by_machine)
        if not is_by_machine:
            link = recognisable(link, touch.customer_id, now)
    return HttpResponseRedirect(link)


@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """A short address: on to the page it stands for, or by way of the click to the link."""
    found = parse_code(code)
    token = found and Touch.objects.filter(pk=found[0]).values_list("token", flat=True).first()
    if not found or not token:
        return private(unknown_link_page(request))
    if found[1].isdecimal():
        return click(request, token, int(found[1]))
    name = next(name for name, letter in PAGE_LETTERS.items() if letter == found[1])
    query = request.META.get("QUERY_STRING", "")
    return private(HttpResponseRedirect(page_urls(token)[name] + (f"?{query}" if query else "")))


def _by_machine(request: HttpRequest, touch: Touch, now: dt.datetime) -> bool:
    return is_machine(request.headers.get("User-Agent", ""), sent_at=touch.sent_at, at=now)
