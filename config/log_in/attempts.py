"""Wrong passwords and codes: counted by name and address together, so that no stranger can lock a colleague out."""

from __future__ import annotations

import math
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.client_address import client_address, client_network
from crm.turns import visitors_turn

# Of one place, whatever names are tried there.
MOST_OF_A_PLACE = 100
SECONDS = 900


def address_of(request: HttpRequest) -> str | None:
    """As django-axes keeps it."""
    return client_address(request) or None


def seconds_to_wait(request: HttpRequest) -> int:
    turn = visitors_turn("log-ins", client_network(request), most=MOST_OF_A_PLACE, seconds=SECONDS)
    return math.ceil(turn.wait)


def is_allowed(request: HttpRequest, user: User) -> bool:
    return bool(AxesProxyHandler.is_allowed(request, {"username": user.get_username()}))


def note_failure(request: HttpRequest, user: User) -> None:
    """A wrong code, which counts as a wrong password does."""
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)


def locked_out(request: HttpRequest, response: HttpResponse, credentials: Any) -> HttpResponse:
    """What django-axes answers instead of the page."""
    return refusal(request)


def refusal(request: HttpRequest, seconds: int = 0) -> HttpResponse:
    minutes = math.ceil((seconds or settings.AXES_COOLOFF_TIME.total_seconds()) / 60)
    words = ngettext("Try again in %(minutes)d minute.", "Try again in %(minutes)d minutes.", minutes)
    refused = page(request, "locked", status=429, title=_("Too many wrong attempts"), text=words % {"minutes": minutes})
    refused["Retry-After"] = str(minutes * 60)
    return refused


def page(request: HttpRequest, name: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), **shown}
    return render(request, f"config/log_in/{name}.html", context, status=status)
