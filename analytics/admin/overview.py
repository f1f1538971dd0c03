"""The page of what was sold and who came back, compared with the period before."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.admin import charts, export
from analytics.admin.choices import Choices
from analytics.admin.expected import expected
from analytics.admin.page import Page, page
from analytics.admin.target_lines import lines_by_card
from analytics.metrics.cohorts import Cohort
from analytics.metrics.timeline import Moment
from analytics.models import Dashboard
from crm.figures.periods import ALL_TIME
from crm.models import Shop


def overview(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    today, row = timezone.localdate(), Dashboard.objects.first()
    choices = Choices(request.GET, row.sources if row else [], today)
    found = page(choices.chosen, choices.before, row, Shop.load().lapse_days, today)
    if (table := request.GET.get("csv")) in export.TABLES:
        return export.as_csv(table, found, found.charted)
    targets = lines_by_card(today)
    context = {
        **site,
        "choices": choices,
        "period": None if choices.chosen.period == ALL_TIME else choices.chosen.period,
        "dashboard": row if row and choices.chosen.is_whole_base else None,
        "page": found,
        "cards": [(card, targets.get(card.key, [])) for card in found.cards],
        "expected": expected(),
        "downloads": _downloads(request),
        "may_import": request.user.has_perms(["crm.add_order", "crm.change_order"]),
        **_drawn(found, choices),
    }
    return TemplateResponse(request, "analytics/admin/overview.html", context)


def _drawn(found: Page, choices: Choices) -> dict[str, Any]:
    return {
        "charts": [
            (_("Revenue over time"), Moment.definition, charts.revenue_chart(found.moments, found.grain)),
            (_("Orders over time"), "", charts.orders_chart(found.moments, found.grain)),
        ],
        "heat_map": charts.heat_map(found.cohorts, choices.chosen.period),
        "cohort_definition": Cohort.definition,
    }


def _downloads(request: HttpRequest) -> list[tuple[str, str]]:
    names = (("figures", _("figures")), ("timeline", _("over time")), ("cohorts", _("cohorts")))
    query = request.GET.copy()
    links = []
    for table, name in names:
        query["csv"] = table
        links.append((name, f"?{query.urlencode()}"))
    return links
