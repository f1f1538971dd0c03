"""How long customers wait between orders of one category."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import ngettext

from analytics.admin.changes import Unit
from analytics.admin.worth.page import WorthPage
from analytics.metrics.group_worth import GroupKind
from crm.figures.wording import number


@dataclass(frozen=True)
class IntervalRow:
    category: str
    intervals: str
    lower: str
    median: str
    upper: str


def interval_rows(page: WorthPage) -> list[IntervalRow]:
    return [
        IntervalRow(
            page.names[GroupKind.CATEGORY, str(each.category)],
            number(each.intervals),
            Unit.DAYS.show(each.lower_days),
            Unit.DAYS.show(each.median_days),
            Unit.DAYS.show(each.upper_days),
        )
        for each in page.intervals
    ]


def left_out(page: WorthPage) -> str:
    total = page.intervals[0].categories if page.intervals else 0
    if total <= len(page.intervals):
        return ""
    words = ngettext(
        "The %(shown)s with the most intervals of %(total)s category.",
        "The %(shown)s with the most intervals of %(total)s categories.",
        total,
    )
    return words % {"shown": number(len(page.intervals)), "total": number(total)}
