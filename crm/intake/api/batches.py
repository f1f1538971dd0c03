"""One fact told, or many: recorded, and each answered for itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field, ValidationError

from crm.intake.api import problems
from crm.intake.api.problems import FieldProblem
from crm.intake.api.schemas import Body
from crm.intake.api.values import MOST_ITEMS
from crm.intake.facts import NotYet
from crm.intake.recording import record_fact
from crm.models import Source

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
    """How a body is read, what fact it tells, and by which name it is answered for.

    `in_sets` records what it can of many facts at once, and returns their places; the rest is recorded one by one.
    """

    body: type[T]
    fact_of: Callable[[T], Any]
    name_of: Callable[[T], str]
    in_sets: Callable[[Sequence[Any], Source], set[int]] | None = None


def take(request: HttpRequest, resource: Resource[T], told: T) -> Any:
    """Record one fact; a problem answers why not."""
    source = request.auth  # type: ignore[attr-defined]
    fact = resource.fact_of(told)
    try:
        if not (resource.in_sets and resource.in_sets([fact], source)):
            record_fact(fact, source, timezone.now())
    except NotYet as missing:
        return problems.answer(409, _("Something it needs is not known yet."), str(missing))
    except ValueError as refused:
        return problems.answer(422, _("It cannot be recorded."), str(refused))
    return Status(200, Taken(id=resource.name_of(told)))


def take_all(request: HttpRequest, resource: Resource[T], batch: BatchIn) -> Any:
    source = request.auth  # type: ignore[attr-defined]
    results: dict[int, ItemResult] = {}
    told: dict[int, T] = {}
    for index, item in enumerate(batch.items):
        try:
            told[index] = resource.body.model_validate(item)
        except ValidationError as wrong:
            results[index] = _unread(index, wrong)
    for index, refusal in _record_each(resource, list(told.items()), source):
        name = "" if refusal else resource.name_of(told[index])
        results[index] = ItemResult(index=index, ok=not refusal, id=name, detail=refusal)
    return Status(200, BatchResult(results=[results[index] for index in sorted(results)]))


def _record_each(resource: Resource[T], told: list[tuple[int, T]], source: Source) -> Iterator[tuple[int, str]]:
    """Each place with why it was refused, empty where it was not. What is recorded alone has its own transaction."""
    facts = [resource.fact_of(body) for _index, body in told]
    recorded = resource.in_sets(facts, source) if resource.in_sets else set()
    for place, (index, _body) in enumerate(told):
        refusal = ""
        if place not in recorded:
            try:
                record_fact(facts[place], source, timezone.now())
            except (NotYet, ValueError) as refused:
                refusal = str(refused)
        yield index, refusal


def _unread(index: int, wrong: ValidationError) -> ItemResult:
    fields = problems.fields_of(wrong.errors(include_url=False), skip=0)
    return ItemResult(index=index, ok=False, detail=_("The item is not as described."), errors=fields)
