"""What time it is for each customer of a batch.

In the shop it is the same for all: `now`. Customers meet in shared statements only, never in each other's facts, so a
rehearsal takes everybody of some days at once, each at the hour that is theirs, with the facts of that hour.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, Self, TypeVar

from django.db.models import DateTimeField, F, Func, Value

FIND, BY_CUSTOMER = "::jsonb ->> ", "(%(expressions)s::text)::timestamptz"
NOBODY: Mapping[int, dt.datetime] = MappingProxyType({})


class EachAtTheirOwn(dt.datetime):
    """A `now` that differs by customer. Where one moment does for all of them, it is the latest."""

    by_customer = NOBODY

    @classmethod
    def of(cls, by_customer: Mapping[int, dt.datetime]) -> Self:
        latest = max(by_customer.values())
        now = cls.combine(latest.date(), latest.timetz())
        now.by_customer = by_customer
        return now


class OfCustomer(Protocol):
    @property
    def customer_id(self) -> int: ...


Row = TypeVar("Row", bound=OfCustomer)


def moment_of(now: dt.datetime, customer_id: int) -> dt.datetime:
    each = _each(now)
    return each[customer_id] if each else now


def earliest(now: dt.datetime) -> dt.datetime:
    return min(_each(now).values(), default=now)


def present(customers: set[int], now: dt.datetime) -> set[int]:
    """Those whose turn it is: in the shop everybody."""
    each = _each(now)
    return customers & each.keys() if each else customers


def by_moment(rows: Iterable[Row], now: dt.datetime) -> Iterator[tuple[dt.datetime, Collection[Row]]]:
    """For statements that know one moment only."""
    found: dict[dt.datetime, list[Row]] = defaultdict(list)
    for row in rows:
        found[moment_of(now, row.customer_id)].append(row)
    yield from found.items()


def moment_in_sql(now: dt.datetime) -> dt.datetime | Func:
    """For statements over rows that have a `customer_id`."""
    each = _each(now)
    if not each:
        return now
    moments = Value(json.dumps({customer: at.isoformat() for customer, at in each.items()}))
    return Func(moments, F("customer_id"), template=BY_CUSTOMER, arg_joiner=FIND, output_field=DateTimeField())


def _each(now: dt.datetime) -> Mapping[int, dt.datetime]:
    return now.by_customer if isinstance(now, EachAtTheirOwn) else NOBODY
