"""One fact told, or many: recorded, and each answered for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field, ValidationError

from crm.intake.api import problems
from crm.intake.api.problems import FieldProblem
from crm.intake.api.schemas import MOST_ITEMS, Body
from crm.intake.facts import Fact
from crm.intake.recording import NotYet, record_fact

T = TypeVar("T", bound=Body)


class Taken(Schema):
    """What was recorded, by the number or id that the shop gave it."""

    id: str


class ItemResult(Schema):
    """What became of one item of a batch; `index` counts from 0."""

    index: int
    ok: bool
    id: str = ""
    detail: str = ""
    errors: list[FieldProblem] = []


class BatchResult(Schema):
    results: list[ItemResult]


class BatchIn(Schema):
    """Items are read one by one, so that one that cannot be read spoils no other."""

    items: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_ITEMS)


@dataclass(frozen=True)
class Resource(Generic[T]):
    """How a body is read, what fact it tells, and by which name it is answered for."""

    body: type[T]
    fact_of: Callable[[T], Fact]
    name_of: Callable[[T], str]


def take(request: HttpRequest, resource: Resource[T], told: T) -> Any:
    """Record one fact; a problem answers why not."""
    try:
        record_fact(resource.fact_of(told), request.auth, timezone.now())  # type: ignore[attr-defined]
    except NotYet as missing:
        return problems.answer(409, _("Something it needs is not known yet."), str(missing))
    except ValueError as refused:
        return problems.answer(422, _("It cannot be recorded."), str(refused))
    return Status(200, Taken(id=resource.name_of(told)))


def take_all(request: HttpRequest, resource: Resource[T], batch: BatchIn) -> Any:
    results = [_take_item(request, resource, index, item) for index, item in enumerate(batch.items)]
    return Status(200, BatchResult(results=results))


def _take_item(request: HttpRequest, resource: Resource[T], index: int, item: dict[str, Any]) -> ItemResult:
    """In a transaction of its own."""
    try:
        told = resource.body.model_validate(item)
        record_fact(resource.fact_of(told), request.auth, timezone.now())  # type: ignore[attr-defined]
    except ValidationError as wrong:
        return unread(index, wrong)
    except (NotYet, ValueError) as refused:
        return ItemResult(index=index, ok=False, detail=str(refused))
    return ItemResult(index=index, ok=True, id=resource.name_of(told))


def unread(index: int, wrong: ValidationError) -> ItemResult:
    fields = problems.fields_of(wrong.errors(include_url=False), skip=0)
    return ItemResult(index=index, ok=False, detail=_("The item is not as described."), errors=fields)
