"""The page of what if: what a buyer would be worth, and the targets set for it. It only reads."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.admin.page import extent
from analytics.admin.target_export import courses
from analytics.admin.target_list import target_list
from analytics.admin.what_if_form import WhatIfForm
from analytics.admin.what_if_result import what_if
from analytics.filters import Filters
from analytics.metrics.buyer_value import BuyerValue
from analytics.metrics.sales import Sales
from analytics.models import Dashboard
from analytics.period_counts import PeriodCounts, count_periods
from analytics.relations import relations
from analytics.targets.figures import readings
from analytics.targets.progress import Progress
from crm.figures.periods import last_year, months_before
from crm.figures.wording import percent
from crm.models import Shop

MONTHS = 12


def what_if_page(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    today, row = timezone.localdate(), Dashboard.objects.first()
    year = last_year(today)
    (counts,) = count_periods(relations(Filters(), row), [year], Shop.load().lapse_days)
    if request.GET.get("csv") == "targets":
        return courses(today, readings(counts))
    question = _question(request, counts)
    if request.headers.get("Accept", "").startswith("text/html-fragment"):
        return TemplateResponse(request, "analytics/admin/what_if_parts.html", question)
    orders = extent(row)
    return TemplateResponse(
        request,
        "analytics/admin/what_if.html",
        {
            **site,
            **question,
            "period": year,
            "extent": orders,
            "due_on": months_before(today, -MONTHS),
            "is_young": orders is not None and orders.first_on > year.first_on,
            "targets": target_list(today, readings(counts)),
            "progress_definition": Progress.definition,
            "may_import": request.user.has_perms(["crm.add_order", "crm.change_order"]),
            "may_change": request.user.has_perm("analytics.change_target"),
        },
    )


def _question(request: HttpRequest, counts: PeriodCounts) -> dict[str, Any]:
    """Without an order in these twelve months there is nothing to ask about."""
    now, may_set = BuyerValue.of(counts), {"may_set": request.user.has_perm("analytics.add_target")}
    if now is None:
        return may_set
    form = WhatIfForm(now, request.GET)
    then = form.then()
    return may_set | {
        "fields": form.asked(),
        "asked": form,
        "result": what_if(now, then, counts.buyers) if then else None,
        "definition": BuyerValue.definition,
        "margin_known": _margin_known(counts),
    }


def _margin_known(counts: PeriodCounts) -> str:
    """Of how many orders margin speaks, where it is not all of them."""
    share = Sales.of(counts).margin_known_share
    return _("cost known for %(share)s of orders") % {"share": percent(share, "")} if share and share < 1 else ""
