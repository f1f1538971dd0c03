"""What people are told when a page is not for them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseForbidden
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

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
