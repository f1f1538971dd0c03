"""Why somebody is in a segment or not: its rule held against one customer, condition by condition."""

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

from crm.customers.told_apart import find_told_apart
from crm.models import Customer
from segments.models import Segment
from segments.rules import RuleError
from segments.why import explain

MOST_FOUND = 10


@require_GET
@permission_required(["segments.view_segment", "crm.view_customer"], raise_exception=True)
def why_view(request: HttpRequest, segment_id: int) -> HttpResponse:
    segment = get_object_or_404(Segment, pk=segment_id)
    text = request.GET.get("q", "").strip()
    customer = _chosen(request.GET.get("customer", ""))
    context: dict[str, Any] = {
        "title": _("Why is somebody in “%(segment)s” or not?") % {"segment": segment},
        "segment": segment,
        "text": text,
        "customer": customer,
        "found": find_told_apart(text, MOST_FOUND) if customer is None else [],
        "limit": MOST_FOUND,
    }
    if customer is not None:
        try:
            context["reason"] = explain(segment.rule, customer.pk, timezone.now(), own_segment=segment.pk)
        except RuleError as error:
            context["problem"] = str(error)
    return TemplateResponse(request, "segments/admin/why.html", {**admin.site.each_context(request), **context})


def _chosen(number: str) -> Customer | None:
    if not number.isdecimal() or len(number) > 18:
        return None
    return Customer.objects.current().filter(pk=number).first()
