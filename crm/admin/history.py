from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import HistoricalChanges

from crm.admin.history_words import ChangesInWords, Wording


class HistoryAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Who changed what, from what to what. An address that names no key leads back to the list, as elsewhere."""

    object_history_list_template = "crm/admin/history_list.html"
    history_list_per_page = 50
    history_wording: Wording = {}

    def get_historical_record_context_helper(self, request: HttpRequest, record: HistoricalChanges) -> ChangesInWords:
        return ChangesInWords(self.model, record, self.history_wording)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not _is_key(self.model, object_id):
            return self._nowhere(request, object_id)
        page: HttpResponse = super().history_view(request, object_id, extra_context)
        return page

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """How it once was. Going back to it is a change, which the library lets everybody make who may look."""
        if not (_is_key(self.model, object_id) and _is_key(self.model.history.model, version_id)):
            return self._nowhere(request, object_id)
        if request.method == "POST" and not self.has_change_permission(request):
            raise PermissionDenied
        page: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return page

    def _nowhere(self, request: HttpRequest, object_id: str) -> HttpResponse:
        led_back: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return led_back


def _is_key(model: type[Model], written: str) -> bool:
    try:
        model._meta.pk.to_python(unquote(written))
    except ValidationError:
        return False
    return True
