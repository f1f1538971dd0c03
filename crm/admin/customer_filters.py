from __future__ import annotations

from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from unfold.contrib.filters.admin import DropdownFilter, TextFilter

from crm.figures.lifecycle import Stage, in_stage
from crm.models import Case, Customer

Choices = list[tuple[str, str | StrPromise]]


class StageFilter(DropdownFilter):  # type: ignore[misc]
    title = _("stage")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Customer]) -> Choices:
        return [(stage.value, stage.label) for stage in Stage]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        chosen = self.value()
        return customers.filter(in_stage(chosen, timezone.now())) if chosen in Stage.values else customers


class OpenComplaintFilter(DropdownFilter):  # type: ignore[misc]
    title = _("open complaint")
    parameter_name = "complaint"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Customer]) -> Choices:
        return [("yes", _("yes")), ("no", _("no"))]

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        complaining = Q(pk__in=Case.objects.open().complaints().values("customer"))
        return {"yes": customers.filter(complaining), "no": customers.exclude(complaining)}.get(
            self.value() or "", customers
        )


class TagFilter(TextFilter):  # type: ignore[misc]
    title = _("tag")
    parameter_name = "tag"

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return customers.filter(tags__contains=[self.value()]) if self.value() else customers


class CityFilter(TextFilter):  # type: ignore[misc]
    title = _("city")
    parameter_name = "city"

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return customers.filter(city=self.value()) if self.value() else customers


class SourceFilter(TextFilter):  # type: ignore[misc]
    title = _("acquisition source")
    parameter_name = "source"

    def queryset(self, request: HttpRequest, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        return customers.filter(source=self.value()) if self.value() else customers
