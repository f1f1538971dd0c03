"""The page of a chain's results, its file, and the columns of results in the list of chains."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from chains.admin.results_chart import chart_of
from chains.admin.results_columns import DAYS
from chains.admin.results_file import chain_file, list_file
from chains.admin.results_form import Preset, ResultsForm, last_days
from chains.admin.results_rows import StepRow, cell, cells, step_rows
from chains.admin.test_order import TestOrderPages
from chains.models import Chain, ResultsCount
from chains.results.benchmarks import ENOUGH_DELIVERED, TOP_REVENUE, USUAL_REVENUE, benchmarks
from chains.results.definitions import MEASURES, NOT_CAUSED, definitions
from chains.results.reading import Results, chain_results, day_results, results_of
from crm.figures.wording import dollars, money, rate
from crm.models import Shop
from crm.timezones import day_of


class ResultsPages(TestOrderPages):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.results_view)
        listed = self.admin_site.admin_view(self.results_file_view)
        return [
            path("<int:chain_id>/results/", view, name="chains_chain_results"),
            path("results.csv", listed, name="chains_results_file"),
            *super().get_urls(),
        ]

    def results_file_view(self, request: HttpRequest) -> HttpResponse:
        """The list of chains as it is filtered and sorted, all its pages, with the figures of its days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        listed = self.get_changelist_instance(request)
        period = last_days(day_of(timezone.now()), DAYS)
        chains = list(listed.queryset)
        found = chain_results(period, [chain.pk for chain in chains])
        rows = [(chain, found.get(chain.pk, Results())) for chain in chains]
        return list_file(listed.chosen, period, rows)

    def results_view(self, request: HttpRequest, chain_id: int) -> HttpResponse:
        chain = self._chain(request, chain_id, may_read=True)
        form = ResultsForm({"preset": Preset.MONTH, **request.GET.dict()})
        period, segment = form.period(day_of(timezone.now())), form.segment_chosen()
        whole, rows = results_of(chain, period, segment), step_rows(chain, period, segment)
        if "csv" in request.GET:
            lines = [(_("the whole chain"), whole), *(line for row in rows for line in row.lines)]
            return chain_file(chain, period, segment, lines)
        return self._page(request, chain, "results", _context(request, chain, form, whole, rows))


def _context(
    request: HttpRequest, chain: Chain, form: ResultsForm, whole: Results, rows: list[StepRow]
) -> dict[str, Any]:
    shop, period, segment = Shop.load(), form.period(day_of(timezone.now())), form.segment_chosen()
    before = period.just_before()
    earlier = results_of(chain, before, segment) if before else None
    query = request.GET.copy()
    query["csv"] = "1"
    return {
        "form": form,
        "period": period,
        "segment": segment,
        "before": before,
        "counted": ResultsCount.objects.first(),
        "whole": whole,
        "tiles": [(measure.label, cell(whole, measure), earlier and cell(earlier, measure)) for measure in MEASURES],
        "measures": MEASURES,
        "rows": rows,
        "total": cells(whole),
        "chart": chart_of(day_results(chain, period, segment), period),
        "benchmarks": [(one, [rate(one.own), rate(one.usual), rate(one.top)]) for one in benchmarks(whole, shop.niche)],
        "niche": shop.get_niche_display(),
        "own_revenue": [money(whole.click_revenue_per_recipient), money(whole.revenue_per_recipient)],
        "usual_revenue": [dollars(USUAL_REVENUE), dollars(TOP_REVENUE)],
        "is_enough": whole.delivered >= ENOUGH_DELIVERED,
        "enough": ENOUGH_DELIVERED,
        "definitions": definitions(shop),
        "not_caused": NOT_CAUSED,
        "download": f"?{query.urlencode()}",
    }
