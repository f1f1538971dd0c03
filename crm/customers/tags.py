"""Tagging many customers at once.

They are locked in id order first, as everywhere: an update alone would lock them in any.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F, Func, QuerySet, Value
from django.db.models.fields import CharField

from crm.models import Customer


def add_tag(customers: QuerySet[Customer], tag: str) -> int:
    """Returns how many did not have it yet."""
    return _write(customers.exclude(tags__contains=[tag]), tag, "array_append")


def remove_tag(customers: QuerySet[Customer], tag: str) -> int:
    return _write(customers.filter(tags__contains=[tag]), tag, "array_remove")


@transaction.atomic
def _write(customers: QuerySet[Customer], tag: str, function: str) -> int:
    locked = list(customers.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    own = customers.model._default_manager.filter(pk__in=locked)
    return own.update(tags=Func(F("tags"), Value(tag, CharField()), function=function))
