"""What people are told when a page is not for them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.csrf import csrf_failure

from chains.public.my.closed import closed_page

# Named by the migration that makes them; said in the reader's language.
ROLES = (gettext_noop("Support"), gettext_noop("Marketing"), gettext_noop("Managers"))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponseForbidden:
    """Staff keep their menu and learn whom to ask; strangers get the words alone."""
    context: dict[str, Any] = {"title": _("This page is not part of your role")}
    user = getattr(request, "user", None)
    is_staff = bool(user and user.is_active and user.is_staff)
    if is_staff:
        context |= {**admin.site.each_context(request), **context}
        context["roles"] = ", ".join(_(name) for name in user.groups.values_list("name", flat=True)) if user else ""
    template = "config/refused.html" if is_staff else "config/refused_stranger.html"
    return HttpResponseForbidden(render_to_string(template, context, request))


def unbelieved_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Most often its browser keeps no cookies: a customer reads so on the page that says how to come in."""
    is_customers = request.path.startswith(reverse("chains:my"))
    return closed_page(request) if is_customers else csrf_failure(request, reason)
