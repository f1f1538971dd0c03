"""Companies: who buys for them, and what they bought together."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Aggregate, Count, Model, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from crm.admin.customer_page import url_of
from crm.models import Company, Customer


class PeopleInline(TabularInline):  # type: ignore[misc]
    """Read here; who works where is said on the customer's own form."""

    model = Customer
    fields = readonly_fields = ("person", "job_title", "orders", "spent")
    verbose_name_plural = _("its people")
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return Customer.objects.current().select_related("stats").order_by("last_name", "first_name", "pk")

    @display(description=_("customer"))
    def person(self, customer: Customer) -> str:
        return format_html('<a class="enc-link" href="{}">{}</a>', url_of(customer.pk), customer)

    @display(description=_("orders"))
    def orders(self, customer: Customer) -> int:
        stats = getattr(customer, "stats", None)
        return stats.orders_count if stats else 0

    @display(description=_("revenue"))
    def spent(self, customer: Customer) -> Any:
        return getattr(getattr(customer, "stats", None), "revenue", None)


def _of_its_people(figure: Aggregate) -> Subquery:
    people = Customer.objects.current().filter(company=OuterRef("pk")).order_by().values("company")
    return Subquery(people.annotate(figure=figure).values("figure"))


@admin.register(Company)
class CompanyAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "tax_number", "people_count", "revenue")
    search_fields = ("name", "tax_number")
    search_help_text = _("Name or tax number")
    ordering = ("name",)
    show_full_result_count = False
    fields = (("name", "tax_number"), "notes")
    inlines = (PeopleInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        companies: QuerySet[Company] = super().get_queryset(request)
        return companies.annotate(
            counted_people=_of_its_people(Count("pk")), spent=_of_its_people(Sum("stats__revenue"))
        )

    @display(description=_("people"), ordering="counted_people")
    def people_count(self, company: Any) -> int:
        return company.counted_people or 0

    @display(description=_("revenue"), ordering="spent")
    def revenue(self, company: Any) -> Any:
        return company.spent
