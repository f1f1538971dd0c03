"""Marking many customers at once, in one statement each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Func, Value
from django.db.models.fields import CharField

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from crm.models import Customer


def add_tag(customers: QuerySet[Customer], tag: str) -> int:
    """How many did not have it yet."""
    return customers.exclude(tags__contains=[tag]).update(
        tags=Func(F("tags"), Value(tag, CharField()), function="array_append")
    )


def remove_tag(customers: QuerySet[Customer], tag: str) -> int:
    return customers.filter(tags__contains=[tag]).update(
        tags=Func(F("tags"), Value(tag, CharField()), function="array_remove")
    )
