"""Whom the shop asked to recommend it, and when: by colleagues, who leave an event, and by letters of rooms above."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection

from django.db.models import Count

from crm.models import Event, EventKind

# How often each of these was asked between two moments.
AskedBy = Callable[[Collection[int], dt.datetime, dt.datetime], Counter[int]]

_ways: list[AskedBy] = []


def register(way: AskedBy) -> AskedBy:
    if way not in _ways:
        _ways.append(way)
    return way


def times_asked(customer_ids: Collection[int], start: dt.datetime, end: dt.datetime) -> Counter[int]:
    return sum((way(customer_ids, start, end) for way in _ways), Counter[int]())


def asked_by_colleagues(customer_ids: Collection[int], start: dt.datetime, end: dt.datetime) -> Counter[int]:
    asked = Event.objects.filter(
        customer__in=customer_ids, kind=EventKind.REFERRAL_ASKED, occurred_at__gte=start, occurred_at__lt=end
    )
    return Counter(dict(asked.order_by().values_list("customer").annotate(times=Count("pk"))))
