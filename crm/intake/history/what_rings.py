"""What of a shop's answers is of now, and may start chains, and what is history.

Of the past: only what the shop created after the run began, for its webhooks may not be set up yet. Of what changed
lately: what changed within a day, save an old order that Encore hears of for the first time, which would start the
chains of a new one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q

from crm.intake.arrival import Arrival
from crm.intake.history.page import Fetched
from crm.models import FetchRun, Order, Source

RECENT = dt.timedelta(days=1)


def split(run: FetchRun, objects: Sequence[Fetched], now: dt.datetime) -> tuple[list[Arrival], list[Arrival]]:
    """Arrivals of now, and historic ones, each as they came."""
    if run.purpose == FetchRun.Purpose.PAST:
        current = [one for one in objects if _is_since(one.created_at, run.started_at)]
    else:
        current = _changed_lately(run.source, objects, now - RECENT)
    keys = {one.arrival.key for one in current}
    return [one.arrival for one in current], [one.arrival for one in objects if one.arrival.key not in keys]


def _changed_lately(source: Source, objects: Sequence[Fetched], since: dt.datetime) -> list[Fetched]:
    recent = [one for one in objects if _is_since(one.changed_at, since)]
    old_orders = [
        one.arrival for one in recent if one.arrival.topic == "order.updated" and not _is_since(one.created_at, since)
    ]
    unknown = _unknown(source, old_orders)
    return [one for one in recent if one.arrival.key not in unknown]


def _unknown(source: Source, orders: Sequence[Arrival]) -> set[str]:
    """Keys of those whose order Encore has not heard of, in one query."""
    if not orders:
        return set()
    ids = {one.key: f"{source.id_prefix}{one.payload['id']}" for one in orders}
    numbers = {one.key: f"{source.id_prefix}{one.payload.get('number') or one.payload['id']}" for one in orders}
    found = Order.objects.filter(Q(external_id__in=ids.values()) | Q(number__in=numbers.values()))
    known = list(found.values_list("external_id", "number"))
    known_ids, known_numbers = {one for one, _number in known}, {number for _id, number in known}
    return {key for key in ids if ids[key] not in known_ids and numbers[key] not in known_numbers}


def _is_since(moment: dt.datetime | None, start: dt.datetime) -> bool:
    return moment is not None and moment >= start
