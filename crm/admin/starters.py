"""A button above a list that adds what a new shop begins with, as far as it is missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin


class StartersAdmin(ModelAdmin):  # type: ignore[misc]
    """The list shows the button where its template includes crm/admin/add_starters.html."""

    def missing_starters(self, language: str) -> list[str]:
        raise NotImplementedError

    def add_starters(self, language: str, now: dt.datetime) -> list[str]:
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        add = path("add-starters/", self.admin_site.admin_view(self.add_starters_view), name=self._name("add_starters"))
        return [add, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may_add = self.has_add_permission(request)
        extra = {
            "missing_starters": self.missing_starters(settings.LANGUAGE_CODE) if may_add else [],
            "add_starters_address": reverse(f"admin:{self._name('add_starters')}"),
        }
        return super().changelist_view(request, extra | (extra_context or {}))  # type: ignore[no-any-return]

    def add_starters_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_add_permission(request):
            raise PermissionDenied
        added = self.add_starters(settings.LANGUAGE_CODE, timezone.now())
        words = _("Added: %(names)s.") % {"names": ", ".join(added)} if added else _("Nothing is missing.")
        messages.success(request, words)
        return HttpResponseRedirect(reverse(f"admin:{self._name('changelist')}"))

    def _name(self, page: str) -> str:
        return f"{self.model._meta.app_label}_{self.model._meta.model_name}_{page}"
