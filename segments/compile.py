"""From a rule to one query."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from crm.models import Customer
from segments.rule_json import out_of_place, parse
from segments.rules import Condition, Group, GroupKind, Place, Rule, RuleError, placed
from segments.vocabulary.field import Scope
from segments.vocabulary.registry import FIELDS

# Of these the rows of each are found by index sooner than everybody's are read and grouped.
FEW = 0.05


def matching(
    rule: Rule | Mapping[str, Any],
    now: dt.datetime,
    customers: Collection[int] | None = None,
    asking: int | None = None,
) -> QuerySet[Customer]:
    """Current customers for whom the rule holds, of all or of these ids; raises RuleError."""
    found = Customer.objects.current().filter(compile_rule(rule, now, customers is not None, asking))
    return found if customers is None else found.filter(pk__in=customers)


def compile_rule(
    rule: Rule | Mapping[str, Any], now: dt.datetime, is_few: bool = False, asking: int | None = None
) -> Q:
    """The rule as a condition on Customer, to be asked about everybody or about few.

    `asking` is the segment whose rule it is: it may not ask for itself.
    """
    return _read(rule, scope_of(now, is_few, asking))


def check(rule: Rule, now: dt.datetime, asking: int | None = None) -> None:
    """Raises RuleError at the condition that cannot be asked, of those about an order or an event too."""
    scope = scope_of(now, asking=asking)
    for place, condition in placed(rule):
        try:
            FIELDS[condition.field].compile(condition, scope)
        except ValueError as error:
            raise RuleError(str(error), place) from None


def scope_of(now: dt.datetime, is_few: bool = False, asking: int | None = None) -> Scope:
    return Scope(now, is_few, _read, frozenset() if asking is None else frozenset({asking}))


def _read(rule: object, scope: Scope) -> Q:
    return _compiled(rule if isinstance(rule, Condition | Group) else parse(rule), scope, ())


def _compiled(rule: Rule, scope: Scope, place: Place) -> Q:
    if isinstance(rule, Condition):
        field = FIELDS[rule.field]
        if field.context:
            raise RuleError(out_of_place(field), place)
        try:
            return field.compile(rule, scope)
        except ValueError as error:
            raise RuleError(str(error), place) from None
    if rule.kind is GroupKind.ALL:
        return Q(*_asked_once(_parts_of_all(rule, scope, place)))
    joined = Q(*_parts(rule, range(len(rule.items)), scope, place), _connector=Q.OR)
    return ~joined if rule.kind is GroupKind.NONE else joined


def _parts(group: Group, numbers: Iterable[int], scope: Scope, place: Place) -> list[Q]:
    return [_compiled(group.items[number], scope, (*place, number)) for number in numbers]


def _parts_of_all(group: Group, scope: Scope, place: Place) -> list[Q]:
    """Where the light conditions leave few, the rows of these few are looked up instead of grouping everybody's."""
    heavy = [number for number, item in enumerate(group.items) if _is_heavy(item)]
    parts = _parts(group, sorted(set(range(len(group.items))) - set(heavy)), scope, place)
    if heavy and parts and not scope.is_few:
        left = Customer.objects.filter(*_asked_once(parts))
        if _is_few(left):
            # Distinct, though they are: so the planner takes them by themselves, and chooses their joins as if alone.
            return [Q(pk__in=left.distinct()), *_parts(group, heavy, scope.of_few(), place)]
    return [*parts, *_parts(group, heavy, scope, place)]


def _is_heavy(rule: Rule) -> bool:
    if isinstance(rule, Group):
        return any(_is_heavy(item) for item in rule.items)
    return FIELDS[rule.field].is_heavy(rule)


def _is_few(customers: QuerySet[Customer]) -> bool:
    return _estimated(customers) <= FEW * _estimated(Customer.objects.all())


def _estimated(customers: QuerySet[Customer]) -> int:
    """How many the planner of the database takes them for; it is not asked about nobody."""
    told = customers.order_by().explain(format="json")
    return int(json.loads(told)[0]["Plan"]["Plan Rows"]) if told else 0


def _asked_once(parts: Iterable[Q]) -> list[Any]:
    """What all must hold, as parts of a Q, without what several of them say alike."""
    asked: list[Any] = []
    for part in parts:
        for one in [part] if part.negated or part.connector != Q.AND else part.children:
            if one not in asked:
                asked.append(one)
    return asked
