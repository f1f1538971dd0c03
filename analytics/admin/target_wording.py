"""Values of targets, as they are shown and as they are typed: shares in per cent."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from analytics.admin.changes import Unit
from analytics.models import Target
from analytics.targets.progress import Standing

Figure = Target.Figure
SHARES = {Figure.REPEAT_RATE, Figure.REPEAT_REVENUE_SHARE, Figure.REACTIVATION_RATE}
TIMES = {Figure.REPEAT_ORDERS, Figure.ORDERS_PER_BUYER}
PERCENT = 100
# What the state is called, and the colour of its pill.
STANDINGS = {
    Standing.ON_THE_WAY: (_("on the way"), "good"),
    Standing.BEHIND: (_("behind"), "warn"),
    Standing.REACHED: (_("target reached"), "good"),
    Standing.OVER: (_("over, its last day is read tonight"), ""),
    Standing.MISSED: (_("missed"), "bad"),
    Standing.GIVEN_UP: (_("given up"), ""),
}


def unit_of(figure: str) -> Unit:
    if figure in SHARES:
        return Unit.SHARE
    return Unit.TIMES if figure in TIMES else Unit.MONEY


def shown(figure: str, value: Decimal | None) -> str:
    return unit_of(figure).show(value)


def as_typed(figure: str, value: Decimal) -> Decimal:
    return value * PERCENT if figure in SHARES else value


def from_typed(figure: str, typed: Decimal) -> Decimal:
    return typed / PERCENT if figure in SHARES else typed
