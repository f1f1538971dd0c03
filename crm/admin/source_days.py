"""How much a source sent on each of the last days: what keeps going, what fell silent, what could not be applied."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from crm.models import Delivery, Source
from crm.timezones import day_of, shop_zone, start_of

DAYS = 14


@dataclass(frozen=True)
class DayCount:
    day: dt.date
    came: int
    failed: int


def counts_by_day(source: Source, now: dt.datetime) -> list[DayCount]:
    """The latest day first, days without anything too, in one query. A shop's past came all at once: it is left out.

    A call of the API is answered at once and kept nowhere, so an API key has no counts.
    """
    if source.kind == Source.Kind.API:
        return []
    days = [day_of(now) - dt.timedelta(days=back) for back in range(DAYS)]
    came = source.deliveries.filter(is_historic=False, received_at__gte=start_of(days[-1])).order_by()
    counts = came.values(day=TruncDate("received_at", tzinfo=shop_zone())).annotate(
        count=Count("pk"), failed=Count("pk", filter=Q(status=Delivery.Status.FAILED))
    )
    by_day = {row["day"]: (row["count"], row["failed"]) for row in counts}
    return [DayCount(day, *by_day.get(day, (0, 0))) for day in days] if by_day else []
