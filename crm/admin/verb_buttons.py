"""Buttons that call one verb: a POST to `<object>/do/<verb>/`, a message in words, back to the object's page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

# Records the fact as of the moment given and says in words what was done; ValueError says why it could not be.
Verb = Callable[[HttpRequest, Any, dt.datetime], str]


class VerbAdmin(ModelAdmin):  # type: ignore[misc]
    """An admin whose objects are changed by verbs rather than by editing fields."""

    def verbs(self) -> dict[str, Verb]:
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        opts = self.model._meta
        do = path(
            "<int:object_id>/do/<slug:name>/",
            self.admin_site.admin_view(self.do_view),
            name=f"{opts.app_label}_{opts.model_name}_do",
        )
        return [do, *super().get_urls()]

    def do_view(self, request: HttpRequest, object_id: int, name: str) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        subject = get_object_or_404(self.model, pk=object_id)
        if not self.has_change_permission(request, subject):
            raise PermissionDenied
        verb = self.verbs().get(name)
        if verb is None:
            raise Http404
        try:
            messages.success(request, verb(request, subject, timezone.now()))
        except ValueError as error:
            self.refuse(request, subject, name, str(error))
        return HttpResponseRedirect(self.page_of(subject))

    def refuse(self, request: HttpRequest, subject: Model, name: str, why: str) -> None:
        """Say why the verb could not be carried out; a page with fields beside its buttons keeps what was typed."""
        messages.error(request, why)

    def response_post_save_change(self, request: HttpRequest, obj: Model) -> HttpResponseRedirect:
        """Beside the fields that were saved stand buttons, perhaps with words half written."""
        return HttpResponseRedirect(self.page_of(obj))

    def page_of(self, subject: Model) -> str:
        opts = self.model._meta
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[subject.pk])


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """A log: to be read, searched and filtered, never edited."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def colleagues(field: Any) -> dict[str, Any]:
    """For a field that names a member of staff: those who work here, to be picked without the right to manage them."""
    return {"queryset": colleagues_at_work()} if field.remote_field.model is User else {}


def colleagues_at_work() -> QuerySet[User]:
    return User.objects.filter(is_staff=True, is_active=True).order_by("username")
