"""How fields compare, in terms of the ORM. A comparison with something unknown never holds."""

from __future__ import annotations

import datetime as dt
import operator as python
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    BooleanField,
    DecimalField,
    Exists,
    F,
    Func,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, RowNumber
from django.db.models.lookups import Exact, GreaterThanOrEqual, IContains, LessThanOrEqual, Lookup

from crm.timezones import start_of
from segments.rules import Condition
from segments.values import Search, Suggest
from segments.vocabulary.field import Compilation, Compile

Rows = TypeVar("Rows", bound=Model)
_LOOKUPS = {"at_least": "gte", "at_most": "lte", "exactly": "exact"}
_COMPARE: dict[str, type[Lookup[Any]]] = {
    "at_least": GreaterThanOrEqual,
    "at_most": LessThanOrEqual,
    "exactly": Exact,
}
_HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "at_least": python.ge,
    "at_most": python.le,
    "exactly": python.eq,
}


def number(condition: Condition) -> Decimal:
    if not isinstance(condition.value, Decimal):
        raise TypeError(f"{condition.field} {condition.operator} was read without a number")
    return condition.value


def texts(condition: Condition) -> tuple[str, ...]:
    if not isinstance(condition.value, tuple):
        raise TypeError(f"{condition.field} {condition.operator} was read without values")
    return condition.value


def compared(path: str, condition: Condition, value: Decimal | Combinable | None = None) -> Q:
    return Q(**{f"{path}__{_LOOKUPS[condition.operator]}": number(condition) if value is None else value})


def compared_expression(figure: Combinable, condition: Condition) -> Q:
    """Compares a figure that is no column."""
    value = Value(number(condition), DecimalField(max_digits=20, decimal_places=6))
    return Q(_COMPARE[condition.operator](figure, value))


def zero_holds(condition: Condition) -> bool:
    return _HOLDS[condition.operator](0, number(condition))


def moment_column(path: str) -> Compile:
    """Compares the moment at `path` by days of the shop."""

    def compile_moment(condition: Condition, compilation: Compilation) -> Q:
        if isinstance(condition.value, dt.date):
            lookup = "gte" if condition.operator == "since" else "lt"
            return Q(**{f"{path}__{lookup}": start_of(condition.value)})
        days = int(number(condition))
        not_before = Q(**{f"{path}__gte": compilation.days_ago(days)})
        not_after = Q(**{f"{path}__lt": compilation.days_ago(days - 1)})
        return {"within": not_before, "ago": not_after, "ago_exactly": not_before & not_after}[condition.operator]

    return compile_moment


def contains_any(expression: Any) -> Compile:
    """Looks for any of the texts inside another, whatever the case of letters."""

    def compile_search(condition: Condition, compilation: Compilation) -> Q:
        found = Q()
        for text in texts(condition):
            found |= Q(IContains(Coalesce(expression, Value(""), output_field=TextField()), text))
        return opposite_if(condition, found)

    return compile_search


def exists(rows: QuerySet[Any], path: str = "customer") -> Q:
    return Q(Exists(rows.filter(**{path: OuterRef("pk")})))


def has_rows(rows: QuerySet[Any], compilation: Compilation, path: str = "customer") -> Q:
    """The customer has such rows.

    Of everybody they are found as a set. Of few each customer is looked up, and only those whom the cheaper conditions
    leave: the planner knows little of a batch, and a join of sets may cost as much as asking everybody. COALESCE keeps
    it from making a join of it.
    """
    if not compilation.is_few:
        return exists(rows, path)
    found = Exists(rows.filter(**{path: OuterRef("pk")}))
    return Q(Coalesce(found, Value(False), output_field=BooleanField()))


def newest_first(column: str, moment: str) -> ArrayAgg:
    """A measure: what the rows of a customer have in this column; of those of one moment the later written is first."""
    return ArrayAgg(column, order_by=(F(moment).desc(), F("pk").desc()))


def latest_rows(rows: QuerySet[Rows], compilation: Compilation, moment: str, count: int) -> QuerySet[Rows]:
    """The last rows of each customer; of those of one moment the later written."""
    order = (F(moment).desc(), F("pk").desc())
    last: QuerySet[Any]
    if compilation.is_few:
        last = rows.filter(customer=OuterRef("customer")).order_by(*order)[:count]
    else:
        number = Window(RowNumber(), partition_by=F("customer"), order_by=list(order))
        last = rows.order_by().annotate(number=number).filter(number__lte=count)
    return rows.model._default_manager.filter(pk__in=last.values("pk"))


def compared_aggregate(rows: QuerySet[Any], measure: Any, condition: Condition, compilation: Compilation) -> Q:
    """The aggregate over each customer's rows compares; a customer without rows counts as zero."""
    if zero_holds(condition):
        return ~having_aggregate(rows, measure, ~compared("measured", condition), compilation)
    return having_aggregate(rows, measure, compared("measured", condition), compilation)


def compared_known_aggregate(
    rows: QuerySet[Any], measure: Any, condition: Condition, compilation: Compilation, against: Decimal | None = None
) -> Q:
    """The aggregate over each customer's rows compares; it is unknown for a customer without rows."""
    return having_aggregate(rows, measure, compared("measured", condition, against), compilation)


def having_aggregate(rows: QuerySet[Any], measure: Any, holds: Q, compilation: Compilation) -> Q:
    """Customers who have rows and for whom this holds of the aggregate over them, `measured`."""
    if compilation.is_few:
        of_one = rows.filter(customer=OuterRef("pk")).order_by().values("customer")
        return Q(Exists(of_one.annotate(measured=measure).filter(holds)))
    groups = rows.order_by().values("customer").annotate(measured=measure).filter(holds)
    return Q(CustomerIn(groups.values("customer")))


class CustomerIn(Func):
    """The customer is one of those a query finds.

    A plain `NOT IN (grouped)` cannot become an anti-join and crawls once the groups outgrow work_mem; inside EXISTS
    both the positive and the negative form become hash joins.
    """

    template = "EXISTS (SELECT 1 FROM %(expressions)s)"
    arg_joiner = " AS found (customer) WHERE found.customer = "
    output_field = BooleanField()

    def __init__(self, customers: QuerySet[Any], **extra: Any) -> None:
        super().__init__(Subquery(customers), F("pk"), **extra)


def text_column(field_name: str) -> Compile:
    """Compares a text of the customer; an empty one is unknown."""

    def compile_text(condition: Condition, compilation: Compilation) -> Q:
        if condition.operator in ("known", "unknown"):
            return opposite_if(condition, ~Q(**{field_name: ""}))
        return opposite_if(condition, Q(**{f"{field_name}__in": texts(condition)}))

    return compile_text


def suggest_from(model: type[Model], column: str) -> Suggest:
    """Offers what rows of the shop have in this column."""

    def suggest(search: Search) -> list[tuple[str, str]]:
        found = model._default_manager.exclude(**{column: ""}).filter(**{f"{column}__istartswith": search.text})
        values = found.order_by(column).values_list(column, flat=True).distinct()
        return [(value, value) for value in values[: search.limit]]

    return suggest


def opposite_if(condition: Condition, positive: Q) -> Q:
    return ~positive if condition.is_negative else positive
