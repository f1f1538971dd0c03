"""What shops pass on of their customers' rights: to be answered within a month."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from crm.admin.verb_buttons import Verb, VerbAdmin
from crm.models import PrivacyRequest
from crm.privacy.export import export_person

STATES: dict[str, tuple[str, StrOrPromise]] = {
    "done": ("success", _("done")),
    "overdue": ("danger", _("overdue")),
    "open": ("warning", _("to be done")),
}


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(VerbAdmin):
    list_display = ("received_at", "kind", "customer", "source", "due_at", "state", "outcome")
    list_select_related = ("customer", "source")
    list_filter = (("kind", ChoicesDropdownFilter), ("source", RelatedDropdownFilter))
    list_filter_submit = True
    actions = None
    fields = ("kind", "source", "customer", "received_at", "due_at", "done_at", "done_by", "outcome")
    readonly_fields = fields
    change_form_outer_before_template = "crm/admin/privacy_request_panel.html"

    def verbs(self) -> dict[str, Verb]:
        return {"done": _done}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.download_view)
        return [path("<int:request_id>/download/", view, name="crm_privacyrequest_download"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """To be read: there is nothing to save."""
        asked = self.get_object(request, object_id)
        is_ours = asked is not None and PrivacyRequest.objects.for_staff().filter(pk=asked.pk).exists()
        extra = {"show_save": False, "show_save_and_continue": False, "is_for_staff": is_ours}
        return super().change_view(request, object_id, form_url, extra | (extra_context or {}))  # type: ignore[no-any-return]

    @method_decorator(require_POST)
    def download_view(self, request: HttpRequest, request_id: int) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        asked = get_object_or_404(PrivacyRequest, pk=request_id, kind=PrivacyRequest.Kind.ACCESS)
        if asked.customer is None:
            raise Http404
        response = JsonResponse(export_person(asked.customer), json_dumps_params={"ensure_ascii": False, "indent": 2})
        response["Content-Disposition"] = f'attachment; filename="customer-{asked.customer_id}.json"'
        return response

    @display(description=_("state"), label={name: tone for name, (tone, _words) in STATES.items()})
    def state(self, asked: PrivacyRequest) -> tuple[str, StrOrPromise]:
        name = "done" if asked.done_at else "overdue" if asked.is_overdue(timezone.now()) else "open"
        return name, STATES[name][1]


def _done(request: HttpRequest, asked: PrivacyRequest, at: dt.datetime) -> str:
    """Of those that staff answer; what Encore does by itself it ends by itself."""
    ours = PrivacyRequest.objects.for_staff().filter(pk=asked.pk)
    is_access = asked.kind == PrivacyRequest.Kind.ACCESS
    outcome = asked.outcome or (gettext("Given to the person.") if is_access else gettext("Closed without erasing."))
    if not ours.update(done_at=at, done_by=cast(User, request.user), outcome=outcome):
        raise ValueError(gettext("It is done already, or Encore is about to do it."))
    return gettext("Noted: it is done.")
