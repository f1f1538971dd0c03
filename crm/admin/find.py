"""Support's first screen: one field that finds a customer, and the cases that wait meanwhile."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, prefetch_related_objects
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.new_customer import may_add_customer
from crm.customers.search import find_customers
from crm.models import Case, Customer

SHOWN = 25
WAITING_SHOWN = 8


def find_view(request: HttpRequest) -> TemplateResponse:
    if not request.user.has_perm("crm.view_customer"):
        raise PermissionDenied
    text = request.GET.get("q", "").strip()
    context: dict[str, Any] = {"text": text, "customers": found(text) if text else [], "limit": SHOWN}
    context["may_add"] = may_add_customer(request)
    if request.headers.get("HX-Request"):
        return TemplateResponse(request, "crm/admin/find_results.html", context)
    now = timezone.now()
    context |= {
        **admin.site.each_context(request),
        "title": _("Find a customer"),
        "waiting": waiting(request) if request.user.has_perm("crm.view_case") else [],
        "now": now,
    }
    return TemplateResponse(request, "crm/admin/find.html", context)


def found(text: str) -> list[Customer]:
    """Customers with what a hit shows: addresses and open complaints."""
    customers = find_customers(text, limit=SHOWN)
    prefetch_related_objects(customers, "contacts")
    complaining = set(
        Case.objects.open().complaints().filter(customer__in=customers).values_list("customer", flat=True)
    )
    for customer in customers:
        customer.has_open_complaint = customer.pk in complaining  # type: ignore[attr-defined]
    return customers


def waiting(request: HttpRequest) -> list[Case]:
    """Open cases nobody has answered, the one promised earliest first."""
    cases = Case.objects.open().filter(answered_at=None).select_related("customer", "owner")
    return list(cases.order_by(F("promised_at").asc(nulls_last=True), "opened_at")[:WAITING_SHOWN])
