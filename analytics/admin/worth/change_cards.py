"""What buyers are worth against the period before, and against the cohorts of a year before."""

from __future__ import annotations

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from analytics.admin.cards import Card, CardKind, card_of
from analytics.admin.changes import Unit, change
from analytics.admin.worth.page import WorthPage
from analytics.admin.worth.wording import margin_note
from analytics.metrics.cohort_value import Measure
from analytics.metrics.lifetime_value import LifetimeValue
from analytics.metrics.year_value import YearValue, years_apart
from analytics.period_counts import PeriodCounts
from crm.figures.wording import number


def _buyers(counts: PeriodCounts) -> list[str]:
    return [_buyers_told(counts.buyers_so_far)]


def _buyers_and_margin(counts: PeriodCounts) -> list[str]:
    note = margin_note(counts.orders_with_margin_so_far, counts.orders_so_far) if counts.orders_so_far else ""
    return [*_buyers(counts), *([note] if note else [])]


def _buyers_told(buyers: int) -> str:
    return ngettext("%(n)s buyer", "%(n)s buyers", buyers) % {"n": number(buyers)}


KINDS = (
    CardKind(
        "ltv_revenue",
        gettext_lazy("LTV by revenue"),
        LifetimeValue.definition,
        Unit.MONEY,
        lambda counts: LifetimeValue.of(counts).mean,
        _buyers,
    ),
    CardKind(
        "ltv_margin",
        gettext_lazy("LTV by margin"),
        LifetimeValue.definition,
        Unit.MONEY,
        lambda counts: LifetimeValue.of(counts).margin_mean,
        _buyers_and_margin,
    ),
)


def change_cards(page: WorthPage) -> list[Card]:
    return [*(card_of(kind, page.counts, page.counts_before) for kind in KINDS), _year_card(page)]


def _year_card(page: WorthPage) -> Card:
    found = years_apart(page.cohorts, page.period.last_on, page.measure)
    now, before = found or (None, None)
    value, earlier = now.value if now else None, before.value if before else None
    by_margin = page.measure is Measure.MARGIN
    title = gettext_lazy("Value in 12 months, by margin") if by_margin else gettext_lazy("Value in 12 months")
    return Card(
        "year_value",
        title,
        YearValue.definition,
        value,
        earlier,
        Unit.MONEY.show(value),
        change(value, earlier, Unit.MONEY),
        _year_notes(now, before),
    )


def _year_notes(now: YearValue | None, before: YearValue | None) -> list[str]:
    if now is None:
        return [_("No cohort of the period is old enough yet.")]
    notes = [f"{_months(now)} · {_buyers_told(now.buyers)}"]
    if before is None:
        return [*notes, _("Nothing to compare with: the shop has no cohorts of a whole year before.")]
    return [*notes, _("compared with %(months)s") % {"months": f"{_months(before)} · {_buyers_told(before.buyers)}"}]


def _months(year: YearValue) -> str:
    first, last = (formats.date_format(day, "M Y") for day in (year.first_month_on, year.last_month_on))
    return first if first == last else f"{first} – {last}"
