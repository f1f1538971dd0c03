"""The steps of a chain with their results, as the page and the file of results list them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django_stubs_ext import StrPromise

from chains.definition.step_kinds import step_sentence
from chains.definition.tree import all_nodes, tree_of
from chains.experiments.wording import verdict_words
from chains.explain.reasons import because
from chains.models import Chain, Experiment, Touch
from chains.results.definitions import MEASURES, Measure
from chains.results.reading import Results, StepResults, step_results, variant_results
from crm.figures.periods import Period
from crm.figures.wording import money, number, rate
from segments.models import Segment


@dataclass(frozen=True, slots=True)
class Cell:
    label: StrPromise
    shown: str
    rate: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class VariantRow:
    letter: str
    share: int
    results: Results

    @property
    def cells(self) -> list[Cell]:
        return cells(self.results)


@dataclass(frozen=True, slots=True)
class ExperimentRows:
    """What is known of its variants by now, and what may be said of them: nothing before the planned size."""

    experiment: Experiment
    rows: list[VariantRow]

    @property
    def words(self) -> str:
        return verdict_words(self.experiment)


@dataclass(frozen=True, slots=True)
class StepRow:
    number: str
    name: str
    step_id: int | None
    results: StepResults
    experiments: list[ExperimentRows]

    @property
    def cells(self) -> list[Cell]:
        return cells(self.results)

    @property
    def lines(self) -> Iterator[tuple[str, Results]]:
        """Of the file."""
        name = f"{self.number} {self.name}".strip()
        yield name, self.results
        for tried in self.experiments:
            for one in tried.rows:
                yield f"{name}: {tried.experiment.get_differs_in_display()} {one.letter}", one.results

    @property
    def reasons(self) -> list[tuple[str, int]]:
        return [(because(reason, {}), count) for reason, count in self.results.not_sent]


def step_rows(chain: Chain, period: Period, segment: Segment | None) -> list[StepRow]:
    """The steps of the draft that write to customers, then those of earlier versions that something came of."""
    found = step_results(chain, period, segment)
    nodes = [node for node in all_nodes(tree_of(chain)) if node.step.is_touch]
    keys = [node.step.key for node in nodes]
    rows = [
        (node.number, node.step.name or step_sentence(node.step), node.step.pk, found.pop(node.step.key, StepResults()))
        for node in nodes
    ]
    names = _earlier_names(chain, list(found))
    gone = [("", names.get(key, key), None, results) for key, results in found.items()]
    tried = _experiments(chain, period, segment)
    return [StepRow(*row, tried.get(key, [])) for key, row in zip([*keys, *found], [*rows, *gone], strict=True)]


def _experiments(chain: Chain, period: Period, segment: Segment | None) -> dict[str, list[ExperimentRows]]:
    """Those of which anything was sent in the period, by the key of the step, the newest first."""
    results = variant_results(chain, period, segment)
    rows: defaultdict[str, list[ExperimentRows]] = defaultdict(list)
    if results:
        for one in Experiment.objects.told().filter(chain=chain).prefetch_related("variants"):
            if not results.keys().isdisjoint(one.touch_names):
                told = [
                    VariantRow(letter, share, results.get(one.name_of(letter), Results()))
                    for letter, share in one.shares.items()
                ]
                rows[one.step_key].append(ExperimentRows(one, told))
    return rows


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
