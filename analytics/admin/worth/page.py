"""All that the page of what buyers are worth shows, in a constant number of queries."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from analytics.admin.charts import last_full_month
from analytics.admin.page import comparable, extent
from analytics.admin.worth.choices import WorthChoices
from analytics.buyers import buyers_of
from analytics.metrics.category_intervals import CategoryInterval, category_intervals
from analytics.metrics.cohort_value import CohortValue, Measure, cohort_values
from analytics.metrics.cohorts import cohorts_of
from analytics.metrics.group_worth import GroupKind, Groups, groups
from analytics.metrics.second_order import SecondOrder, second_order
from analytics.models import Dashboard
from analytics.period_counts import PeriodCounts, count_periods
from analytics.relations import relations
from crm.figures import prediction_wording
from crm.figures.periods import Period
from crm.models import PredictionRun
from crm.orders.catalogue import category_paths
from crm.timezones import day_of, start_of
from segments.models import Segment


@dataclass(frozen=True)
class WorthPage:
    """`names` are those of groups, by kind and key; `predictions` say how far what is expected is to be believed."""

    measure: Measure
    extent: Period | None
    period: Period
    before: Period | None
    counts: PeriodCounts
    counts_before: PeriodCounts | None
    cohorts: list[CohortValue]
    cohorts_of_period: list[CohortValue]
    second: SecondOrder
    groups: list[Groups]
    intervals: list[CategoryInterval]
    names: dict[tuple[GroupKind, str], str]
    predictions: prediction_wording.Reliability | None


def worth_page(choices: WorthChoices, dashboard: Dashboard | None, lapse_days: int, now: dt.datetime) -> WorthPage:
    chosen, today = choices.chosen, day_of(now)
    found, buyers = relations(chosen, dashboard), buyers_of(chosen)
    orders = extent(dashboard)
    before = comparable(choices.before, orders)
    counts, *earlier = count_periods(found, [chosen.period, *([before] if before else [])], lapse_days)
    cohorts = cohort_values(found, last_full_month(today))
    by_group, intervals = groups(buyers, _end_of(chosen.period, now)), category_intervals(buyers)
    return WorthPage(
        choices.by,
        orders,
        chosen.period,
        before,
        counts,
        earlier[0] if earlier else None,
        cohorts,
        cohorts_of(cohorts, chosen.period),
        second_order(found, chosen.period, today),
        by_group,
        intervals,
        _names(by_group, intervals),
        _predictions(),
    )


def _end_of(period: Period, now: dt.datetime) -> dt.datetime:
    """The last moment of the period, or this one while it runs."""
    if period.last_on >= day_of(now):
        return now
    return start_of(period.last_on + dt.timedelta(days=1)) - dt.datetime.resolution


def _names(by_group: list[Groups], intervals: list[CategoryInterval]) -> dict[tuple[GroupKind, str], str]:
    keys = {each.kind: [row.key for row in each.rows if row.key] for each in by_group}
    categories = {int(key) for key in keys[GroupKind.CATEGORY]} | {each.category for each in intervals}
    segments = Segment.objects.in_bulk([int(key) for key in keys[GroupKind.SEGMENT]])
    return (
        {(GroupKind.SOURCE, key): key for key in keys[GroupKind.SOURCE]}
        | {(GroupKind.SEGMENT, str(pk)): segment.name for pk, segment in segments.items()}
        | {(GroupKind.CATEGORY, str(pk)): path for pk, path in category_paths(categories).items()}
    )


def _predictions() -> prediction_wording.Reliability | None:
    """None where nothing is predicted."""
    run = PredictionRun.objects.last_answer()
    if run is None or run.outcome != PredictionRun.Outcome.FOUND:
        return None
    return prediction_wording.of_revenue(run)
