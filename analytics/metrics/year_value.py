from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from analytics.metrics.cohort_value import CohortValue, Measure
from analytics.metrics.few import FEWEST_BUYERS
from crm.figures.periods import months_before

MONTHS = 12


@dataclass(frozen=True)
class YearValue:
    """`value` is None where fewer than 20 buyers are known that long."""

    definition: ClassVar[StrPromise] = _(
        "What buyers had brought by the end of the twelfth month after that of their first order ÷ all of them; of the "
        "last twelve monthly cohorts, up to the end of the period, that are old enough. Compared with the twelve "
        "cohorts before them, if the shop is as old as that."
    )

    first_month_on: dt.date
    last_month_on: dt.date
    buyers: int
    value: Decimal | None


def years_apart(
    cohorts: Sequence[CohortValue], until: dt.date, measure: Measure
) -> tuple[YearValue, YearValue | None] | None:
    """The year of cohorts that is the last to be known, and the one before; None where no cohort is old enough."""
    known = [each for each in cohorts if each.first_month_on <= until and len(each.amounts(measure)) > MONTHS]
    if not known:
        return None
    last = known[-1].first_month_on
    begins, began = months_before(last, MONTHS - 1), months_before(last, 2 * MONTHS - 1)
    now = _year([each for each in known if each.first_month_on >= begins], measure)
    if cohorts[0].first_month_on > began:
        return now, None
    return now, _year([each for each in known if began <= each.first_month_on < begins], measure)


def _year(cohorts: Sequence[CohortValue], measure: Measure) -> YearValue:
    """Of at least one cohort."""
    buyers = sum(each.buyers for each in cohorts)
    brought = sum((sum(each.amounts(measure)[: MONTHS + 1], Decimal(0)) for each in cohorts), Decimal(0))
    value = brought / buyers if buyers >= FEWEST_BUYERS else None
    return YearValue(cohorts[0].first_month_on, cohorts[-1].first_month_on, buyers, value)
