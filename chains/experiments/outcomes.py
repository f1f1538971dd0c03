"""What became of customers by the group they were drawn into, counted in one statement each.

Everybody counts who was drawn, whether or not a message reached them, from the moment they were drawn first: an order
within so many days, cancelled ones left out and refunds taken off. Who was drawn too lately waits for the next count.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from chains.experiments.statistics import GroupOutcome
from chains.models import Chain, ControlOutcome, Experiment

# People enter a chain for months, and it speaks to them for weeks.
CONTROL_DAYS = 90
VARIANTS = """
    SELECT DISTINCT ON (touch.customer_id) touch.customer_id, touch.variant AS "group", touch.created_at AS at,
           NULL::bigint AS own_order_id, touch.sent_at IS NOT NULL AS is_sent,
           touch.clicked_at IS NOT NULL AS has_clicked
    FROM chains_touch AS touch JOIN chains_enrolment AS enrolment ON enrolment.id = touch.enrolment_id
    WHERE touch.variant = ANY(%(variants)s) AND NOT enrolment.is_control
    ORDER BY touch.customer_id, touch.created_at, touch.id
"""
CONTROL_GROUP = """
    SELECT DISTINCT ON (customer_id) customer_id,
           CASE WHEN is_control THEN 'control' ELSE 'treated' END AS "group", triggered_at AS at,
           order_id AS own_order_id, false AS is_sent, false AS has_clicked
    FROM chains_enrolment WHERE chain_id = %(chain)s AND entered_at BETWEEN %(first)s AND %(last)s
    ORDER BY customer_id, entered_at, id
"""
OUTCOMES = """
    WITH drawn AS MATERIALIZED ({drawn}),
    bought AS (
        SELECT drawn.customer_id, count(*) AS orders,
               sum((placed.total - placed.refunded) * placed.rate)::float8 AS revenue
        FROM drawn JOIN crm_order AS placed ON placed.customer_id = drawn.customer_id
            AND placed.placed_at > drawn.at AND placed.placed_at <= drawn.at + %(days)s * interval '1 day'
        WHERE placed.cancelled_at IS NULL AND placed.id IS DISTINCT FROM drawn.own_order_id
            AND drawn.at <= %(now)s - %(days)s * interval '1 day'
        GROUP BY drawn.customer_id
    )
    SELECT drawn."group", count(*) FILTER (WHERE drawn.at <= %(now)s - %(days)s * interval '1 day') AS customers,
           count(bought.orders) AS ordered, coalesce(sum(bought.revenue), 0) AS revenue,
           coalesce(sum(bought.revenue ^ 2), 0) AS revenue_squares, count(*) AS assigned,
           count(*) FILTER (WHERE drawn.is_sent) AS sent, count(*) FILTER (WHERE drawn.has_clicked) AS clicked
    FROM drawn LEFT JOIN bought USING (customer_id) GROUP BY drawn."group"
"""
NAMES = ("customers", "ordered", "revenue", "revenue_squares", "assigned", "sent", "clicked")
Outcomes = dict[str, GroupOutcome]


def experiment_outcomes(experiment: Experiment, now: dt.datetime) -> Outcomes:
    """By letter."""
    letters = experiment.touch_names
    found = _outcomes(VARIANTS, now, experiment.outcome_days, {"variants": list(letters)})
    return {letter: found.get(name, GroupOutcome()) for name, letter in letters.items()}


def control_outcomes(chain: Chain, now: dt.datetime) -> Outcomes:
    """Of `treated` and `control`, from the first to the last who was held back: before and after nobody was drawn."""
    drawn = chain.enrolments.filter(is_control=True).aggregate(first=Min("entered_at"), last=Max("entered_at"))
    found = _outcomes(CONTROL_GROUP, now, CONTROL_DAYS, {"chain": chain.pk, **drawn}) if drawn["first"] else {}
    return {group: found.get(group, GroupOutcome()) for group in ("treated", "control")}


def _outcomes(drawn: str, now: dt.datetime, days: int, values: Mapping[str, Any]) -> Outcomes:
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES.format(drawn=drawn), {"now": now, "days": days, **values})
        return {group: GroupOutcome(**dict(zip(NAMES, row, strict=True))) for group, *row in cursor.fetchall()}


def recount(now: dt.datetime) -> int:
    """Count what pages show: of every experiment that runs, and of every control group. Returns how many."""
    experiments = list(Experiment.objects.running().prefetch_related("variants"))
    for experiment in experiments:
        keep(experiment, now)
    chains = list(Chain.objects.running().filter(control_share__gt=0))
    for chain in chains:
        keep_control(chain, now)
    return len(experiments) + len(chains)


def keep(experiment: Experiment, now: dt.datetime) -> Outcomes:
    outcomes = experiment_outcomes(experiment, now)
    experiment.figures, experiment.figures_at = _as_json(outcomes), now
    experiment.save(update_fields=["figures", "figures_at"])
    return outcomes


def keep_control(chain: Chain, now: dt.datetime) -> None:
    counted = counted_control(chain, now)
    ControlOutcome.objects.update_or_create(
        chain=chain, defaults={"figures": counted.figures, "counted_at": counted.counted_at}
    )


def counted_control(chain: Chain, now: dt.datetime) -> ControlOutcome:
    """As of now, and not kept."""
    return ControlOutcome(chain=chain, figures=_as_json(control_outcomes(chain, now)), counted_at=now)


def _as_json(outcomes: Outcomes) -> dict[str, Any]:
    return {group: asdict(outcome) for group, outcome in outcomes.items()}


def as_outcomes(figures: Mapping[str, Any]) -> Outcomes:
    return {group: GroupOutcome(**counts) for group, counts in figures.items()}
