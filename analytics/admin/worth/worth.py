"""The page of what buyers are worth: by cohort, by group, and how soon they order again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from analytics.admin.worth import second_order_tables
from analytics.admin.worth.change_cards import change_cards
from analytics.admin.worth.choices import WorthChoices
from analytics.admin.worth.cohort_tables import value_chart, value_map
from analytics.admin.worth.files import TABLES, as_csv
from analytics.admin.worth.group_tables import group_tables
from analytics.admin.worth.interval_table import interval_rows, left_out
from analytics.admin.worth.page import WorthPage, worth_page
from analytics.admin.worth.wording import margin_note, too_few
from analytics.metrics.category_intervals import CategoryInterval
from analytics.metrics.cohort_value import CohortValue, CurvePoint, Measure
from analytics.metrics.group_worth import GroupWorth
from analytics.metrics.second_order import SecondOrder
from analytics.models import Dashboard
from crm.figures.periods import ALL_TIME
from crm.models import Shop
from crm.timezones import day_of


def worth(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    now, row = timezone.now(), Dashboard.objects.first()
    choices = WorthChoices(request.GET, row.sources if row else [], day_of(now))
    found = worth_page(choices, row, Shop.load().lapse_days, now)
    if (table := request.GET.get("csv")) in TABLES:
        return as_csv(table, found, choices.chosen)
    context = {
        **site,
        "choices": choices,
        "period": None if choices.chosen.period == ALL_TIME else choices.chosen.period,
        "dashboard": row if row and choices.chosen.is_whole_base else None,
        "page": found,
        "may_import": request.user.has_perms(["crm.add_order", "crm.change_order"]),
        "downloads": _downloads(request),
        "cards": change_cards(found),
        **_cohorts(found),
        **_second_orders(found),
        "groups": group_tables(found, request.GET),
        "group_definition": GroupWorth.definition,
        "too_few": too_few(),
        "intervals": interval_rows(found),
        "intervals_left_out": left_out(found),
        "interval_definition": CategoryInterval.definition,
    }
    return TemplateResponse(request, "analytics/admin/worth.html", context)


def _cohorts(found: WorthPage) -> dict[str, Any]:
    shown = found.cohorts_of_period
    orders, with_margin = sum(each.orders for each in shown), sum(each.orders_with_margin for each in shown)
    is_by_margin = found.measure is Measure.MARGIN and orders
    return {
        "value_map": value_map(shown, found.measure),
        "value_chart": value_chart(shown, found.cohorts, found.measure),
        "value_definition": CohortValue.definition,
        "curve_definition": CurvePoint.definition,
        "margin_note": margin_note(with_margin, orders) if is_by_margin else "",
    }


def _second_orders(found: WorthPage) -> dict[str, Any]:
    return {
        "second_chart": second_order_tables.chart(found.second),
        "second_rows": second_order_tables.rows(found.second),
        "second_median": second_order_tables.median(found.second),
        "second_definition": SecondOrder.definition,
    }


def _downloads(request: HttpRequest) -> list[tuple[str, str]]:
    query = request.GET.copy()
    links = []
    for name, table in TABLES.items():
        query["csv"] = name
        links.append((str(table.title), f"?{query.urlencode()}"))
    return links
