"""A rehearsal shows a few messages as customers would have got them, and who would have got most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chains.models import Rehearsal
from crm.models import Customer
from crm.privacy.kept import Kept, Rows
from crm.privacy.person import Person

SHOWN_IN = ("samples", "busiest")


def without(result: dict[str, Any], customers: Collection[int]) -> dict[str, Any]:
    """The result with its figures, and none of these people in it."""
    shown = {name: [one for one in result.get(name, ()) if one["customer"] not in customers] for name in SHOWN_IN}
    return {**result, **shown}


def without_erased(result: dict[str, Any]) -> dict[str, Any]:
    """Who was erased while it ran stays erased."""
    shown = {one["customer"] for name in SHOWN_IN for one in result[name]}
    erased = Customer.objects.filter(pk__in=shown, erased_at__isnull=False)
    return without(result, set(erased.values_list("pk", flat=True)))


def _showing(person: Person) -> list[tuple[Rehearsal, Person]]:
    shows = Q(pk__in=[])
    for pk in person.ids:
        for name in SHOWN_IN:
            shows |= Q(**{f"result__{name}__contains": [{"customer": pk}]})
    return [(rehearsal, person) for rehearsal in _done().filter(shows).order_by("pk")]


def _done() -> QuerySet[Rehearsal]:
    return Rehearsal.objects.exclude(result=None)


def _tell(found: list[tuple[Rehearsal, Person]]) -> Rows:
    return [
        one
        for rehearsal, person in found
        for name in SHOWN_IN
        for one in (rehearsal.result or {}).get(name, ())
        if one["customer"] in person.ids
    ]


def _erase(found: list[tuple[Rehearsal, Person]], at: dt.datetime) -> int:
    for rehearsal, person in found:
        rehearsal.result = without(rehearsal.result or {}, person.ids)
        rehearsal.save(update_fields=["result"])
    return len(found)


REHEARSALS = Kept("rehearsals", _showing, _tell, _erase, _("rehearsals"))
