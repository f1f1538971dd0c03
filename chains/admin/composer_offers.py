"""Customers to show a message for, and goods to put into it, as they are typed."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from chains.admin.composer import VIEW
from crm.customers.search import find_customers
from crm.customers.told_apart import told_apart
from crm.models import Customer, Product

OFFERED = 20


@require_GET
def customers_view(request: HttpRequest) -> JsonResponse:
    if not request.user.has_perms((VIEW, "crm.view_customer")):
        raise PermissionDenied
    found = find_customers(request.GET.get("q", "")[:200], limit=OFFERED)
    hints = told_apart(found)
    offers = [{"id": one.pk, "name": str(one), "hint": _hint(one, hints[one.pk])} for one in found]
    return JsonResponse({"customers": offers, "isCut": len(found) == OFFERED})


def _hint(customer: Customer, apart: str) -> str:
    """What tells people with the same name apart, and why they were found."""
    return " · ".join(filter(None, [apart, getattr(customer, "found_by", "")]))


@require_GET
def products_view(request: HttpRequest) -> JsonResponse:
    if not request.user.has_perms((VIEW, "crm.view_product")):
        raise PermissionDenied
    typed = request.GET.get("q", "")[:100].replace("\x00", "")
    found = Product.objects.filter(name__icontains=typed).order_by("name")[: OFFERED + 1]
    offers = [
        {"label": one.name, "hint": one.sku, "value": {"id": one.pk, "name": one.name}} for one in found[:OFFERED]
    ]
    return JsonResponse({"products": offers, "isCut": len(found) > OFFERED})
