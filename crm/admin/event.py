from __future__ import annotations

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from crm.admin.verb_buttons import ReadOnlyAdmin
from crm.models import Event, EventKind


class KindFilter(DropdownFilter):  # type: ignore[misc]
    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Event]) -> list[tuple[str, str | StrPromise]]:
        return [(kind.value, kind.label) for kind in EventKind]

    def queryset(self, request: HttpRequest, events: QuerySet[Event]) -> QuerySet[Event]:
        return events.filter(kind=self.value()) if self.value() else events


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "kind_in_words", "customer", "order", "source", "is_historic")
    list_select_related = ("customer", "order")
    list_filter = (KindFilter,)
    list_filter_submit = True
    ordering = ("-pk",)
    paginator = InfinitePaginator
    show_full_result_count = False
    search_fields = ("order__number__startswith",)
    search_help_text = _("Order number")

    @display(description=_("kind"))
    def kind_in_words(self, event: Event) -> str:
        return str(dict(EventKind.choices).get(event.kind, event.kind))
