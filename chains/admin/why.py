"""Why somebody is in a chain or not, where they stand, and what comes next: of a chain, and of a customer."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from chains.explain.customer import customer_chains
from chains.explain.entry import explain_entry
from chains.explain.histories import histories, how_many
from chains.models import Chain
from crm.customers.told_apart import find_told_apart
from crm.models import Customer

RESULTS_LIMIT = 10
PERMISSIONS = ["chains.view_enrolment", "chains.view_touch", "crm.view_customer"]


@require_GET
@permission_required(PERMISSIONS, raise_exception=True)
def chain_why_view(request: HttpRequest, chain_id: int) -> HttpResponse:
    """Find a customer, and read what came of them in this chain."""
    chain = get_object_or_404(Chain.objects.select_related("version"), pk=chain_id)
    text = request.GET.get("q", "").strip()
    customer, now = _chosen(request.GET.get("customer", "")), timezone.now()
    context: dict[str, Any] = {
        "title": _("Why is somebody in “%(chain)s” or not?") % {"chain": chain},
        "chain": chain,
        "text": text,
        "customer": customer,
        "found": find_told_apart(text, RESULTS_LIMIT) if customer is None else [],
        "limit": RESULTS_LIMIT,
    }
    if customer is not None:
        stays = histories(customer, now, chain)
        context |= {"entrance": explain_entry(chain, customer, now), "stays": stays}
        context["told"] = how_many(stays, customer, chain)
    return TemplateResponse(request, "chains/admin/why.html", {**admin.site.each_context(request), **context})


@require_GET
@permission_required(PERMISSIONS, raise_exception=True)
def customer_chains_view(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Every chain for this customer: in it, through with it, or not and why."""
    customer = get_object_or_404(Customer, pk=customer_id)
    overview = customer_chains(customer, timezone.now())
    context: dict[str, Any] = {
        "title": _("Chains of %(customer)s") % {"customer": customer},
        "customer": customer,
        "overview": overview,
        "told": how_many(overview.stays, customer),
    }
    return TemplateResponse(
        request, "chains/admin/customer_chains.html", {**admin.site.each_context(request), **context}
    )


def _chosen(number: str) -> Customer | None:
    if not number.isdecimal() or len(number) > 18:
        return None
    return Customer.objects.filter(pk=number).first()
