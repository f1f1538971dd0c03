"""The first screen: of a new shop what is still to be done, of a working one what needs a person today."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.today.beginning import beginning
from config.today.line import Part
from config.today.management import management
from config.today.marketing import marketing
from config.today.running import running
from config.today.support import support
from crm.admin.find import waiting
from crm.admin.new_customer import may_add_customer
from crm.models import Shop


def today_view(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    with Shop.load().cached():
        parts = parts_for(request.user, now)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Today"),
        "parts": [part for part in parts if part.lines or part.told],
        "is_calm": not any(part.lines for part in parts),
        "may_search": request.user.has_perm("crm.view_customer"),
    }
    if request.user.has_perm("chains.view_chain"):
        context |= beginning(request)
    else:
        # Whoever only helps customers works from here: what waits is listed, not just counted.
        context |= waiting(request) | {"now": now, "may_add": may_add_customer(request)}
    return TemplateResponse(request, "config/today.html", context)


def parts_for(user: User | AnonymousUser, now: dt.datetime) -> list[Part]:
    """By what each role may do about it."""
    parts = []
    if user.has_perm("chains.change_incomingmail"):
        parts.append(support(now))
    if user.has_perm("chains.change_chain"):
        parts.append(marketing(now))
    if user.has_perm("chains.override_health"):
        parts.append(management(now))
    if user.has_perm("crm.change_source"):
        parts.append(running(now, is_administrator=bool(user.is_superuser)))
    return parts
