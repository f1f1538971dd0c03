"""The page of a chain's results, its file, and the columns of results in the list of chains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django_stubs_ext import StrPromise

from chains.admin.results_chart import chart_of
from chains.admin.results_columns import DAYS
from chains.admin.results_file import chain_file, list_file
from chains.admin.results_form import Preset, ResultsForm, last_days
from chains.admin.test_order import TestOrderPages
from chains.definition.step_kinds import step_sentence
from chains.definition.tree import all_nodes, tree_of
from chains.explain.reasons import because
from chains.models import Chain, ResultsCount, Touch
from chains.results.benchmarks import ENOUGH_DELIVERED, TOP_REVENUE, USUAL_REVENUE, benchmarks
from chains.results.definitions import MEASURES, NOT_CAUSED, Measure, definitions
from chains.results.reading import Results, StepResults, chain_results, day_results, results_of, step_results
from crm.figures.periods import Period
from crm.figures.wording import dollars, money, number, rate
from crm.models import Shop
from crm.timezones import day_of
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class Cell:
    label: StrPromise
    shown: str
    rate: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    number: str
    name: str
    step_id: int | None
    results: StepResults
    cells: list[Cell]

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return [(because(reason, {}), count) for reason, count in self.results.not_sent]


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
            lines = [
                (_("the whole chain"), whole),
                *((f"{row.number} {row.name}".strip(), row.results) for row in rows),
            ]
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


def step_rows(chain: Chain, period: Period, segment: Segment | None) -> list[StepRow]:
    """The steps of the draft that write to customers, then those of earlier versions that something came of."""
    found = step_results(chain, period, segment)
    rows = [
        (node.number, node.step.name or step_sentence(node.step), node.step.pk, found.pop(node.step.key, StepResults()))
        for node in all_nodes(tree_of(chain))
        if node.step.is_touch
    ]
    names = _earlier_names(chain, list(found))
    gone = [("", names.get(key, key), None, results) for key, results in found.items()]
    return [StepRow(*row, cells=cells(row[-1])) for row in [*rows, *gone]]


def _earlier_names(chain: Chain, keys: list[str]) -> dict[str, str]:
    """What steps that the draft has no more were called last."""
    if not keys:
        return {}
    touches = Touch.objects.filter(chain=chain, step_key__in=keys).order_by("step_key", "-pk").distinct("step_key")
    return {key: name or key for key, name in touches.values_list("step_key", "step_name")}


def cells(results: Results) -> list[Cell]:
    return [cell(results, measure) for measure in MEASURES]


def cell(results: Results, measure: Measure) -> Cell:
    value = getattr(results, measure.name)
    if measure.name == "revenue":
        note = _("after a click %(money)s") % {"money": money(results.revenue_by_click)} if value else ""
        return Cell(measure.label, money(value), note=note)
    if measure.name == "revenue_per_recipient":
        note = _("of %(count)s delivered") % {"count": number(results.delivered)}
        return Cell(measure.label, money(value), note=note)
    known = results.percent(measure.name) if measure.rate_of and value else None
    return Cell(measure.label, number(value), rate="" if known is None else rate(known))
