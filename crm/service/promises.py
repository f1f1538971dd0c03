"""The register of promises: which were kept and which were broken, by what Encore counts and by what customers said."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _

from crm.locks import lock_fact
from crm.models import Case, Order, Promise, PromiseBreach
from crm.timezones import shop_zone

DAY = dt.timedelta(days=1)
# Fewer say nothing about a share.
ENOUGH = 20


@dataclass(frozen=True)
class PromiseCount:
    """`kept` and `broken` are what Encore counts by itself, `complaints` the cases that named the promise."""

    kept: int = 0
    broken: int = 0
    complaints: int = 0

    @property
    def share(self) -> Decimal | None:
        """None where too little was counted to tell."""
        counted = self.kept + self.broken
        return Decimal(self.kept) / counted if counted >= ENOUGH else None

    def __add__(self, other: PromiseCount) -> PromiseCount:
        return PromiseCount(self.kept + other.kept, self.broken + other.broken, self.complaints + other.complaints)


def kept_and_broken(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> dict[int, PromiseCount]:
    """By promise, of what fell due between the two moments and of what was complained of then. Three queries."""
    return {pk: sum(months.values(), PromiseCount()) for pk, months in by_month(start, end, now).items()}


def by_month(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> dict[int, dict[dt.date, PromiseCount]]:
    """The same by the first day of each month in which there was something; of every promise, given or not."""
    measured = {
        Promise.Measure.ANSWERED: _answered(start, end, now),
        Promise.Measure.DELIVERED: _delivered(start, end, now),
    }
    found: dict[int, dict[dt.date, PromiseCount]] = {}
    for pk, measure in Promise.objects.order_by("place", "pk").values_list("pk", "measure"):
        found[pk] = dict(measured[Promise.Measure(measure)]) if measure else {}
    said = PromiseBreach.objects.filter(noted_at__gte=start, noted_at__lt=end).order_by()
    months = said.annotate(month=TruncMonth("noted_at", tzinfo=shop_zone())).values_list("promise", "month")
    for pk, month, complaints in months.annotate(complaints=Count("pk")):
        day = month.date()
        found[pk][day] = found[pk].get(day, PromiseCount()) + PromiseCount(complaints=complaints)
    return found


def suggested_for(case: Case, promises: Collection[Promise]) -> list[Promise]:
    """Those whose words the case has, by the beginning of a word."""
    text = f"{case.subject}\n{case.body}".casefold()
    return [promise for promise in promises if _names_any(text, promise.complaint_words)]


@transaction.atomic
def note_breach(case: Case, promise: Promise, *, by: User, at: dt.datetime) -> PromiseBreach:
    """The case says that this promise was not kept; once, whoever notes it."""
    lock_fact(case)
    defaults = {"noted_by": by, "noted_at": at}
    return PromiseBreach.objects.get_or_create(case=case, promise=promise, defaults=defaults)[0]


@transaction.atomic
def take_back_breach(case: Case, promise: Promise) -> None:
    """It was noted by mistake. ValueError when it was not noted at all."""
    lock_fact(case)
    if not PromiseBreach.objects.filter(case=case, promise=promise).delete()[0]:
        raise ValueError(_("This case does not break that promise."))


def _answered(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> dict[dt.date, PromiseCount]:
    """Cases by the moment promised for their answer. One that waits past it is broken already."""
    due = Case.objects.filter(promised_at__gte=start, promised_at__lt=min(end, now))
    answered = Q(answered_at__lte=F("promised_at")) | Q(answered_at=None, resolved_at__lte=F("promised_at"))
    return _monthly(due, "promised_at", answered)


def _delivered(start: dt.datetime, end: dt.datetime, now: dt.datetime) -> dict[dt.date, PromiseCount]:
    """Orders by the day promised; the day is kept until it is over."""
    due = Order.objects.counted().filter(promised_at__gte=start, promised_at__lt=min(end, now - DAY))
    return _monthly(due, "promised_at", Q(delivered_at__lt=F("promised_at") + DAY))


def _monthly(rows: QuerySet[Case] | QuerySet[Order], moment: str, kept: Q) -> dict[dt.date, PromiseCount]:
    months: defaultdict[dt.date, PromiseCount] = defaultdict(PromiseCount)
    grouped = rows.order_by().annotate(month=TruncMonth(moment, tzinfo=shop_zone())).values("month")
    for row in grouped.annotate(kept=Count("pk", filter=kept), total=Count("pk")):
        months[row["month"].date()] += PromiseCount(row["kept"], row["total"] - row["kept"])
    return dict(months)


def _names_any(text: str, words: str) -> bool:
    starts = [re.escape(word.strip().casefold()) for word in words.splitlines() if word.strip()]
    return bool(starts) and re.search(rf"(?<!\w)(?:{'|'.join(starts)})", text) is not None
