"""The door of a customer's own page: a link from a letter opens it, and a cookie keeps it open for some hours.

The link leaves the address bar at once, so that nobody takes it along with the page's address. The cookie is signed,
read by no script, sent to these pages alone, and dead once the links it came by are revoked. As it stands for the
customer, forms carry Django's own token against forgery.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation

from chains.messages.context import language_of
from chains.models import Touch
from chains.public.my.closed import closed_page, guarded_page
from chains.public.pages import POSTS_AN_HOUR, too_many_changes_page
from crm.customers.page_link import PageLink, customer_of, link_of
from crm.models import Customer, Shop
from crm.timezones import zone_of
from crm.turns import visitors_turn

COOKIE = "encore_page"
OPEN_FOR = dt.timedelta(hours=6)
PROVEN_FOR = dt.timedelta(minutes=15)
_SIGNER = Signer(salt="chains.public.my.door", sep=".")
Parameters = ParamSpec("Parameters")


@dataclass(frozen=True, slots=True)
class Visit:
    """`proven_at` is when they last typed a code that was sent to their address."""

    customer: Customer
    link: PageLink
    opened_at: dt.datetime
    proven_at: dt.datetime | None = None

    def is_proven(self, now: dt.datetime) -> bool:
        return self.proven_at is not None and now - self.proven_at < PROVEN_FOR


def linked(token: str) -> PageLink | None:
    """What a token of a letter, or one that was signed, stands for; however old it is."""
    if "\0" in token:  # PostgreSQL refuses to look for it
        return None
    if signed := link_of(token):
        return signed
    touch = Touch.objects.filter(token=token).only("customer", "contact", "sent_at", "created_at").first()
    return PageLink(touch.customer_id, touch.sent_at or touch.created_at, touch.contact_id) if touch else None


def is_old(link: PageLink, now: dt.datetime) -> bool:
    return now - link.made_at >= dt.timedelta(days=Shop.load().page_link_days)


def my_view(
    view: Callable[Concatenate[HttpRequest, Visit, Parameters], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A view of the page of whoever's cookie it is, in their language and the days of their time zone."""

    def guarded(request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        visit = visit_of(request)
        if visit is None:
            return closed_page(request)
        customer = visit.customer
        with translation.override(language_of(customer)), timezone.override(zone_of(customer.time_zone)):
            if request.method == "POST" and _is_flooding(customer):
                return guarded_page(too_many_changes_page(request))
            return guarded_page(view(request, visit, *args, **kwargs))

    update_wrapper(guarded, view)
    return guarded


def visit_of(request: HttpRequest) -> Visit | None:
    now = timezone.now()
    told = _read(request.COOKIES.get(COOKIE, ""))
    if told is None or now - told["opened"] >= OPEN_FOR:
        return None
    link = PageLink(told["customer"], told["made"], told["contact"])
    customer = customer_of(link)
    return Visit(customer, link, told["opened"], told["proven"]) if customer else None


def open_door(response: HttpResponse, link: PageLink, now: dt.datetime) -> HttpResponse:
    return _keep(response, link, now, None, now)


def prove(response: HttpResponse, visit: Visit, now: dt.datetime) -> HttpResponse:
    """They typed the code: for some minutes they may do what a forwarded link must not."""
    return _keep(response, visit.link, visit.opened_at, now, now)


def close_door(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=reverse("chains:my"), samesite="Lax")
    return response


def _keep(
    response: HttpResponse, link: PageLink, opened_at: dt.datetime, proven_at: dt.datetime | None, now: dt.datetime
) -> HttpResponse:
    moments = [moment and moment.timestamp() for moment in (link.made_at, opened_at, proven_at)]
    response.set_cookie(
        COOKIE,
        _SIGNER.sign_object([link.customer_id, link.contact_id, *moments]),
        max_age=OPEN_FOR - (now - opened_at),
        path=reverse("chains:my"),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )
    return response


def _read(cookie: str) -> dict[str, Any] | None:
    try:
        customer, contact, *moments = _SIGNER.unsign_object(cookie)
        made, opened, proven = (dt.datetime.fromtimestamp(one, dt.UTC) if one else None for one in moments)
    except (BadSignature, ValueError, TypeError):
        return None
    return {"customer": customer, "contact": contact, "made": made, "opened": opened, "proven": proven}


def _is_flooding(customer: Customer) -> bool:
    return visitors_turn("own page", str(customer.pk), most=POSTS_AN_HOUR, seconds=3600).wait > 0
