from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from simple_history.admin import SimpleHistoryAdmin


class HistoryAdmin(SimpleHistoryAdmin):  # type: ignore[misc]
    """Who changed what. An address that names no key leads back to the list, as elsewhere in the admin."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            self.model._meta.pk.to_python(unquote(object_id))
        except ValidationError:
            nowhere: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
            return nowhere
        page: HttpResponse = super().history_view(request, object_id, extra_context)
        return page
