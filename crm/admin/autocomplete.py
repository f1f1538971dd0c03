"""What a field offers while one types: people are told apart, and a list that was cut says so."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from crm.admin.customer import AUTOCOMPLETE_SHOWN
from crm.customers.told_apart import told_apart
from crm.models import Customer


class Autocomplete(AutocompleteJsonView):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.term, self.model_admin, self.source_field, to_field_name = self.process_request(request)
        if self.model_admin.model is not Customer or not self.has_perm(request):
            return super().get(request, *args, **kwargs)
        self.object_list = self.get_queryset()
        page = self.get_context_data()
        shown = list(page["object_list"])
        hints = told_apart(shown)
        results = [
            {"id": str(getattr(one, to_field_name)), "text": " · ".join(filter(None, [str(one), hints[one.pk]]))}
            for one in shown
        ]
        has_more = page["page_obj"].has_next()
        if self.term and not has_more and page["paginator"].count >= AUTOCOMPLETE_SHOWN:
            results.append({"id": "", "text": _cut(), "disabled": True})  # type: ignore[dict-item]
        return JsonResponse({"results": results, "pagination": {"more": has_more}})


def _cut() -> str:
    return _("There may be more. Type a little more of the name, the address or the number.")
