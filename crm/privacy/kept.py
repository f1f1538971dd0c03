"""The one list of what is kept about people: an export tells it, an erasure erases it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from crm.privacy.person import Person

Rows = list[dict[str, Any]]
# A queryset, or files.
Finder = Callable[[Person], Any]

ERASED = "—"
# What means something only inside Encore, or opens a door.
INTERNAL = {
    "id",
    "key",
    "recorded_by",
    "responsible",
    "owner",
    "order",
    "customer",
    "case",
    "author",
    "given_by",
    "asked_by",
    "message",
    "coupon",
    "token",
}


@dataclass(frozen=True)
class Kept:
    """One kind of thing, under its name in the document and on the certificate.

    Without `erase` a figure stays that names nobody; without `tell` it is told elsewhere, or is about staff. `erase`
    counts what still held something, so that a second time counts what is new. `label` names it to staff where no
    model does.
    """

    name: str
    find: Finder
    tell: Callable[[Any], Rows] | None = None
    erase: Callable[[Any, dt.datetime], int] | None = None
    label: StrPromise | str = ""


_kept: list[Kept] = []


def register(*kept: Kept) -> None:
    """Let an app tell and erase what it keeps; in this order, and in the transaction of the erasure."""
    _kept.extend(one for one in kept if one not in _kept)


def everything_kept() -> tuple[Kept, ...]:
    return tuple(_kept)


def labels() -> dict[str, StrPromise | str]:
    """What is erased, as staff call it, by its name on a certificate."""
    named: dict[str, StrPromise | str] = {"customers": _("customers"), "payloads": _("deliveries")}
    return named | {kept.name: kept.label or _plural(kept) for kept in _kept if kept.erase}


def _plural(kept: Kept) -> StrPromise | str:
    return kept.find(Person((), ())).model._meta.verbose_name_plural  # type: ignore[no-any-return]


def rows(found: Iterable[Model]) -> Rows:
    return [row(record) for record in found]


def row(record: Model) -> dict[str, Any]:
    """The record's own columns, without the ids that mean something only inside Encore."""
    return {
        field.name: field.value_from_object(record)
        for field in record._meta.concrete_fields
        if field.name not in INTERNAL
    }


def columns(*names: str) -> Callable[[QuerySet[Any]], Rows]:
    return lambda found: list(found.values(*names))


def blanked(found: QuerySet[Any], **blanks: Any) -> int:
    """Blank what is not blank yet; how many rows. An expression alone makes no row worth counting."""
    plain = {name: value for name, value in blanks.items() if not hasattr(value, "resolve_expression")}
    return found.exclude(**plain).update(**blanks)


def blank(**blanks: Any) -> Callable[[QuerySet[Any], dt.datetime], int]:
    return lambda found, at: blanked(found, **blanks)


def delete(found: QuerySet[Any], at: dt.datetime) -> int:
    return found.delete()[1].get(found.model._meta.label, 0)
