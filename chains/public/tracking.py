"""Opens and clicks: into the event log, once for each kind, and on to where the shop wanted the customer to go."""

from __future__ import annotations

import datetime as dt
from base64 import b64decode
from typing import Any

from django.db import transaction
from django.db.models import F, Func, JSONField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from chains.messages.links import is_web
from chains.messages.page_urls import pages
from chains.messages.short_links import PAGES, read
from chains.models import ChainVersion, Touch
from chains.public.machine_opens import is_machine
from chains.public.pages import of_touch, private, unknown
from crm.events import record
from crm.locks import hold
from crm.models import Event, EventKind

SOURCE = "letters"
PIXEL = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


@require_safe
@of_touch
def open_pixel(request: HttpRequest, touch: Touch) -> HttpResponse:
    if request.method == "GET":
        now = timezone.now()
        record_open(touch, at=now, by_machine=_by_machine(request, touch, now))
    return HttpResponse(PIXEL, content_type="image/gif")


@require_safe
@of_touch
def click(request: HttpRequest, touch: Touch, index: int) -> HttpResponse:
    """On to the link the letter holds under this number; nothing in the address can name another place."""
    link = touch.links[index] if index < len(touch.links) else ""
    if not is_web(link):
        return unknown(request)
    if request.method == "GET":
        now = timezone.now()
        record_click(touch, index, at=now, by_machine=_by_machine(request, touch, now))
    return HttpResponseRedirect(link)


@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """A short address: on to the page it stands for, or by way of the click to the link."""
    found = read(code)
    token = found and Touch.objects.filter(pk=found[0]).values_list("token", flat=True).first()
    if not found or not token:
        return private(unknown(request))
    if found[1].isdecimal():
        return click(request, token, int(found[1]))
    name = next(name for name, letter in PAGES.items() if letter == found[1])
    query = request.META.get("QUERY_STRING", "")
    return private(HttpResponseRedirect(pages(token)[name] + (f"?{query}" if query else "")))


def record_open(touch: Touch, *, at: dt.datetime, by_machine: bool) -> None:
    """One event for people and one for machines, however often the pixel is fetched."""
    who = "machine" if by_machine else "person"
    record_about(touch, EventKind.MESSAGE_OPENED, at, f"open:{touch.pk}:{who}", is_machine=by_machine)
    if not by_machine:
        Touch.objects.filter(pk=touch.pk, opened_at=None).update(opened_at=at)


def record_click(touch: Touch, index: int, *, at: dt.datetime, by_machine: bool) -> None:
    """One event for each link, for people and for machines."""
    who = "machine" if by_machine else "person"
    told = {"link": index, "address": touch.links[index], "is_machine": by_machine}
    record_about(touch, EventKind.MESSAGE_CLICKED, at, f"click:{touch.pk}:{index}:{who}", **told)
    if not by_machine:
        Touch.objects.filter(pk=touch.pk, clicked_at=None).update(clicked_at=at)


@transaction.atomic
def record_about(
    touch: Touch, kind: EventKind, at: dt.datetime, key: str, *, source: str = SOURCE, **properties: Any
) -> Event | None:
    """An event about a touch, with what chains and segments ask of it; None when it was told before."""
    return record(
        kind,
        customer=hold(touch.customer),
        order=touch.order,
        occurred_at=at,
        source=source,
        key=key,
        properties={
            "touch": touch.pk,
            "chain": touch.chain_id,
            "step": touch.step_key,
            "tags": _tags(touch),
            **properties,
        },
    )


def _tags(touch: Touch) -> list[str]:
    """The template's tags as they were published, picked out of the program in the database: programs are long."""
    found = ChainVersion.objects.filter(pk=touch.enrolment.version_id).values_list(
        Func(
            F("program"),
            Value("$.steps.** ? (exists(@.tags) && @.key == $key).tags"),
            Value({"key": touch.step_key}, output_field=JSONField()),
            function="jsonb_path_query_first",
            template="%(function)s(%(expressions)s)",
            output_field=JSONField(),
        ),
        flat=True,
    )
    return found.first() or []


def _by_machine(request: HttpRequest, touch: Touch, now: dt.datetime) -> bool:
    return is_machine(request.headers.get("User-Agent", ""), sent_at=touch.sent_at, at=now)
