"""Support's first screen: one field that finds a customer, and the beginning of the queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.admin.new_customer import may_add_customer
from crm.customers.search import find_customers
from crm.models import Case, Customer
from crm.service import queue

SHOWN = 25
WAITING_SHOWN = 12


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
        **waiting(request),
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


def waiting(request: HttpRequest) -> dict[str, Any]:
    """The beginning of the queue, of how many, and where all of it is."""
    shares = queue.shares(request.user, WAITING_SHOWN)
    return {
        "waiting": queue.most_urgent(shares, WAITING_SHOWN),
        "waiting_in_all": sum(share.count for share in shares),
        "waiting_lists": shares,
    }
