"""The line and the table of who ordered a second time, by days since the first order."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.admin.charts import Chart
from analytics.admin.lines import Line, lines_chart
from analytics.admin.worth.wording import too_few
from analytics.metrics.few import FEWEST_BUYERS
from analytics.metrics.second_order import WITHIN_DAYS, SecondOrder, Within
from crm.figures.wording import DASH, number, percent

# 30, 60, 90, 180 and 365 are among them.
DAYS_OF_LINE = range(0, 366, 5)


@dataclass(frozen=True)
class WithinRow:
    within: str
    share: str
    bounds: str
    watched: str


def told(found: SecondOrder, days: int) -> Within:
    """Of fewer than 20 buyers who are known that long nothing is told."""
    within = found.within(days)
    if within.watched >= FEWEST_BUYERS:
        return within
    return Within(days, within.watched, None, None, None)


def rows(found: SecondOrder) -> list[WithinRow]:
    return [_row(told(found, days)) for days in WITHIN_DAYS]


def _row(within: Within) -> WithinRow:
    bounds = _("cannot be told") if within.share is None else DASH
    if within.low is not None and within.high is not None:
        bounds = f"{percent(within.low)} – {percent(within.high)}"
    days = ngettext("%(n)s day", "%(n)s days", within.days) % {"n": within.days}
    return WithinRow(days, percent(within.share), bounds, number(within.watched))


def median(found: SecondOrder) -> str:
    days = found.median_days
    if found.buyers < FEWEST_BUYERS or (days is not None and told(found, days).share is None):
        return too_few()
    if days is None:
        return _("Half of the buyers have not ordered again in the days that are known, so there is no median.")
    words = ngettext(
        "Half of the buyers had ordered again after %(n)s day.",
        "Half of the buyers had ordered again after %(n)s days.",
        days,
    )
    return words % {"n": number(days)}


def chart(found: SecondOrder) -> Chart | None:
    """None where not even the first days can be told."""
    points = [told(found, days) for days in DAYS_OF_LINE]
    if points[0].share is None:
        return None
    lines = [
        _line(_("share who ordered again"), [point.share for point in points]),
        _line(_("lower bound"), [point.low for point in points]),
        _line(_("upper bound"), [point.high for point in points]),
    ]
    labels = [number(days) for days in DAYS_OF_LINE]
    whole = {"style": "percent", "minimumFractionDigits": 0, "maximumFractionDigits": 0}
    return lines_chart(_("Days"), labels, lines, whole)


def _line(name: str, shares: list[float | None]) -> Line:
    return Line(
        name,
        [None if share is None else round(share, 4) for share in shares],
        [percent(share) for share in shares],
        has_points=False,
    )
