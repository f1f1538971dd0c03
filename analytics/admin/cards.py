"""The dashboard's cards: one metric each, compared with the period before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrPromise

from analytics.admin.changes import Figure, FigureChange, Unit, change
from analytics.metrics.average_order import AverageOrder
from analytics.metrics.frequency import Frequency
from analytics.metrics.lifetime_value import LifetimeValue
from analytics.metrics.order_interval import OrderInterval
from analytics.metrics.reactivation import Reactivation
from analytics.metrics.repeat_rate import RepeatRate
from analytics.metrics.repeat_revenue import RepeatRevenue
from analytics.metrics.sales import Sales
from analytics.period_counts import PeriodCounts
from crm.figures.wording import money, number, percent


@dataclass(frozen=True)
class CardKind:
    key: str
    title: StrPromise
    definition: StrPromise
    unit: Unit
    read: Callable[[PeriodCounts], Figure]
    notes: Callable[[PeriodCounts], list[str]]
    is_more_good: bool = True


@dataclass(frozen=True)
class Card:
    key: str
    title: StrPromise
    definition: StrPromise
    figure: Figure
    before: Figure
    shown: str
    change: FigureChange | None
    notes: list[str]


def cards(now: PeriodCounts, before: PeriodCounts | None) -> list[Card]:
    return [card_of(kind, now, before) for kind in KINDS]


def card_of(kind: CardKind, now: PeriodCounts, before: PeriodCounts | None) -> Card:
    figure, earlier = kind.read(now), kind.read(before) if before else None
    return Card(
        kind.key,
        kind.title,
        kind.definition,
        figure,
        earlier,
        kind.unit.show(figure),
        change(figure, earlier, kind.unit, is_more_good=kind.is_more_good),
        kind.notes(now),
    )


def _sales_notes(counts: PeriodCounts) -> list[str]:
    sales = Sales.of(counts)
    orders = ngettext("%(n)s order", "%(n)s orders", sales.orders) % {"n": number(sales.orders)}
    buyers = ngettext("%(n)s buyer", "%(n)s buyers", sales.buyers) % {"n": number(sales.buyers)}
    notes = [f"{orders} · {buyers}"]
    if sales.margin is not None:
        notes.append(_("margin %(amount)s") % {"amount": money(sales.margin)})
    if sales.margin is not None and sales.margin_known_share != 1:
        notes.append(_("cost known for %(share)s of orders") % {"share": percent(sales.margin_known_share, "")})
    return notes


def _repeat_rate_notes(counts: PeriodCounts) -> list[str]:
    repeat = RepeatRate.of(counts)
    return [
        _("since the beginning %(share)s") % {"share": percent(repeat.rate_so_far)},
        _("returning buyers %(share)s") % {"share": percent(repeat.returning_share)},
    ]


def _repeat_revenue_notes(counts: PeriodCounts) -> list[str]:
    repeat = RepeatRevenue.of(counts)
    return [_("%(part)s of %(whole)s") % {"part": money(repeat.repeat_buyers_revenue), "whole": money(repeat.revenue)}]


def _lifetime_value_notes(counts: PeriodCounts) -> list[str]:
    value = LifetimeValue.of(counts)
    buyers = ngettext("%(n)s buyer", "%(n)s buyers", value.buyers) % {"n": number(value.buyers)}
    return [_("by margin %(amount)s") % {"amount": money(value.margin_mean)}, buyers]


def _reactivation_notes(counts: PeriodCounts) -> list[str]:
    back = Reactivation.of(counts)
    return [
        _("%(part)s of %(whole)s lapsed buyers") % {"part": number(back.reactivated), "whole": number(back.lapsed)},
        ngettext("lapsed: %(n)s day without an order", "lapsed: %(n)s days without an order", back.lapse_days)
        % {"n": number(back.lapse_days)},
    ]


def _average_order_notes(counts: PeriodCounts) -> list[str]:
    average = AverageOrder.of(counts)
    return [
        _("first order %(amount)s") % {"amount": money(average.first_value)},
        _("repeat order %(amount)s") % {"amount": money(average.repeat_value)},
    ]


def _interval_notes(counts: PeriodCounts) -> list[str]:
    return [_("on average %(days)s days") % {"days": number(OrderInterval.of(counts).mean_days)}]


def _frequency_notes(counts: PeriodCounts) -> list[str]:
    return [
        _("new buyers %(new)s, returning %(returning)s")
        % {"new": number(counts.new_buyers), "returning": number(counts.buyers - counts.new_buyers)}
    ]


KINDS = (
    CardKind(
        "revenue",
        gettext_lazy("Revenue"),
        Sales.definition,
        Unit.MONEY,
        lambda counts: Sales.of(counts).revenue,
        _sales_notes,
    ),
    CardKind(
        "repeat_rate",
        gettext_lazy("Repeat rate"),
        RepeatRate.definition,
        Unit.SHARE,
        lambda counts: RepeatRate.of(counts).rate,
        _repeat_rate_notes,
    ),
    CardKind(
        "repeat_revenue_share",
        gettext_lazy("Repeat buyers in revenue"),
        RepeatRevenue.definition,
        Unit.SHARE,
        lambda counts: RepeatRevenue.of(counts).share,
        _repeat_revenue_notes,
    ),
    CardKind(
        "lifetime_value",
        gettext_lazy("Lifetime value (LTV)"),
        LifetimeValue.definition,
        Unit.MONEY,
        lambda counts: LifetimeValue.of(counts).mean,
        _lifetime_value_notes,
    ),
    CardKind(
        "reactivation_rate",
        gettext_lazy("Reactivation"),
        Reactivation.definition,
        Unit.SHARE,
        lambda counts: Reactivation.of(counts).rate,
        _reactivation_notes,
    ),
    CardKind(
        "average_order",
        gettext_lazy("Average order"),
        AverageOrder.definition,
        Unit.MONEY,
        lambda counts: AverageOrder.of(counts).value,
        _average_order_notes,
    ),
    CardKind(
        "median_interval_days",
        gettext_lazy("Median interval, days"),
        OrderInterval.definition,
        Unit.DAYS,
        lambda counts: OrderInterval.of(counts).median_days,
        _interval_notes,
        is_more_good=False,
    ),
    CardKind(
        "orders_per_buyer",
        gettext_lazy("Orders per buyer"),
        Frequency.definition,
        Unit.TIMES,
        lambda counts: Frequency.of(counts).orders_per_buyer,
        _frequency_notes,
    ),
)
