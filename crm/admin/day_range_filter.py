from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from crm.timezones import start_of

# So far inside the calendar that no time zone leads out of it.
FIRST_DAY, LAST_DAY = dt.date(1, 1, 2), dt.date(9999, 12, 29)


class DayRangeFilter(RangeDateFilter):  # type: ignore[misc]
    """From one day of the shop to another, both of them whole; the library's ends as the last one begins."""

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._day("from"), self._day("to")
        if first:
            rows = rows.filter(**{f"{self.parameter_name}__gte": start_of(first)})
        if last:
            rows = rows.filter(**{f"{self.parameter_name}__lt": start_of(last + dt.timedelta(days=1))})
        return rows

    def _day(self, end: str) -> dt.date | None:
        typed = self.used_parameters.get(f"{self.parameter_name}_{end}")
        day = parse_date_str(typed) if isinstance(typed, str) else None
        return min(max(day, FIRST_DAY), LAST_DAY) if day else None
