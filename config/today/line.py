from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Count, QuerySet, Subquery, Value
from django_stubs_ext import StrOrPromise

from crm.models import Shop


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that needs a person, with how many there are in its words, and where it is done."""

    words: str
    url: str = ""
    is_urgent: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What concerns one role; `told` is said whether or not there is anything to do."""

    title: StrOrPromise
    lines: list[Line]
    told: Line | None = None


def counted(**rows: QuerySet[Any]) -> dict[str, int]:
    """How many rows each query finds, all in one query."""
    counts = {name: Subquery(_count(found)) for name, found in rows.items()}
    found = cast("dict[str, int | None]", Shop.objects.filter(pk=Shop.load().pk).values(**counts).get())
    return {name: count or 0 for name, count in found.items()}


def _count(rows: QuerySet[Any]) -> QuerySet[Any]:
    together = rows.order_by().annotate(one=Value(1)).values("one")
    return cast("QuerySet[Any]", together.annotate(count=Count("pk")).values("count"))
