"""What follows from the three figures: now, then, and what lies between, in money and in per cent."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django_stubs_ext import StrPromise

from analytics.admin.changes import Unit
from analytics.admin.target_wording import as_typed, shown, unit_of
from analytics.admin.what_if_form import FIELDS
from analytics.metrics.buyer_value import BuyerValue
from analytics.metrics.ratio import ratio
from analytics.models import Target
from analytics.what_if import Gain, gains_of_equal_effort, gains_step_by_step
from crm.figures.wording import money, number, percent

Figure = Target.Figure


@dataclass(frozen=True)
class ResultRow:
    """`wanted` is typed for the target that the row may become; empty where it did not grow."""

    title: StrPromise | str
    now: str
    then: str
    difference: str
    change: str
    figure: str
    wanted: str


@dataclass(frozen=True)
class Share:
    """What moving one figure brings a buyer."""

    title: StrPromise | str
    amount: str


@dataclass(frozen=True)
class WhatIf:
    rows: list[ResultRow]
    steps: list[Share]
    equal_effort: list[Share]
    buyers: str
    is_moved: bool

    @property
    def of_a_buyer(self) -> ResultRow:
        return next(row for row in self.rows if row.figure == Figure.BUYER_VALUE)

    @property
    def of_all(self) -> ResultRow:
        return next(row for row in self.rows if row.figure == Figure.REVENUE)


def what_if(now: BuyerValue, then: BuyerValue, buyers: int) -> WhatIf:
    rows = [
        _row(Figure.REPEAT_RATE, now.conversion, then.conversion),
        _row(Figure.REPEAT_ORDERS, now.repeat_orders, then.repeat_orders),
        _row(Figure.ORDERS_PER_BUYER, now.orders, then.orders),
        _row(Figure.AVERAGE_ORDER, now.order_value, then.order_value),
        _row(Figure.BUYER_VALUE, now.revenue, then.revenue),
        _row(Figure.REVENUE, now.revenue * buyers, then.revenue * buyers),
    ]
    if now.margin is not None and then.margin is not None:
        rows.insert(-1, _row(Figure.BUYER_MARGIN, now.margin, then.margin))
    steps = [gain for gain in gains_step_by_step(now, then) if gain.revenue]
    equal_effort = gains_of_equal_effort(now)
    return WhatIf(
        rows,
        [_share(gain) for gain in steps],
        [_share(gain) for gain in equal_effort] if equal_effort[0].revenue > 0 else [],
        number(buyers),
        is_moved=now != then,
    )


def _row(figure: Figure, now: Decimal, then: Decimal) -> ResultRow:
    difference = then - now
    return ResultRow(
        figure.label,
        shown(figure, now),
        shown(figure, then),
        signed(figure, difference),
        _change(ratio(difference, abs(now))),
        figure.value,
        # With a point, as programs write numbers.
        f"{as_typed(figure, then):.2f}" if round(as_typed(figure, difference), 2) > 0 else "",
    )


def _share(gain: Gain) -> Share:
    return Share(FIELDS[gain.lever].figure.label, signed(Figure.BUYER_VALUE, gain.revenue))


def signed(figure: Figure, difference: Decimal) -> str:
    plus = "+" if difference > 0 else ""
    match unit_of(figure):
        case Unit.SHARE:
            return _("%(points)s points") % {"points": number(difference * 100, "+#,##0.0;-#,##0.0")}
        case Unit.MONEY:
            return plus + money(difference)
    return plus + unit_of(figure).show(difference)


def _change(share: Decimal | None) -> str:
    if share is None:
        return ""
    return ("+" if share > 0 else "") + percent(share)
