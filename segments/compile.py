"""From a rule to one query."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from crm.models import Customer
from segments.rule_json import out_of_place, parse
from segments.rules import Condition, ConditionPath, Group, GroupKind, Rule, RuleError, conditions_with_paths
from segments.vocabulary.field import Compilation
from segments.vocabulary.registry import FIELDS

# For a smaller share of customers than this, looking up the rows of each is faster than grouping everybody's.
FEW = 0.05


def matching(
    rule: Rule | Mapping[str, Any],
    now: dt.datetime,
    customers: Collection[int] | None = None,
    own_segment: int | None = None,
) -> QuerySet[Customer]:
    """Current customers for whom the rule holds, of all or of these ids; raises RuleError."""
    found = Customer.objects.current().filter(compile_rule(rule, now, customers is not None, own_segment))
    return found if customers is None else found.filter(pk__in=customers)


def compile_rule(
    rule: Rule | Mapping[str, Any], now: dt.datetime, is_few: bool = False, own_segment: int | None = None
) -> Q:
    """The rule as a condition on Customer, made for a query about everybody or about few.

    `own_segment` is the segment whose rule it is: it may not ask for itself.
    """
    return _compile(rule, compilation_at(now, is_few, own_segment))


def check(rule: Rule, now: dt.datetime, own_segment: int | None = None) -> None:
    """Raises RuleError at the condition that cannot be asked, of those about an order or an event too."""
    compilation = compilation_at(now, own_segment=own_segment)
    for path, condition in conditions_with_paths(rule):
        try:
            FIELDS[condition.field].compile(condition, compilation)
        except ValueError as error:
            raise RuleError(str(error), path) from None


def compilation_at(now: dt.datetime, is_few: bool = False, own_segment: int | None = None) -> Compilation:
    return Compilation(now, is_few, _compile, frozenset() if own_segment is None else frozenset({own_segment}))


def _compile(rule: object, compilation: Compilation) -> Q:
    return _compile_part(rule if isinstance(rule, Condition | Group) else parse(rule), compilation, ())


def _compile_part(rule: Rule, compilation: Compilation, path: ConditionPath) -> Q:
    if isinstance(rule, Condition):
        field = FIELDS[rule.field]
        if field.context:
            raise RuleError(out_of_place(field), path)
        try:
            return field.compile(rule, compilation)
        except ValueError as error:
            raise RuleError(str(error), path) from None
    if rule.kind is GroupKind.ALL:
        return Q(*_without_repeats(_parts_of_all(rule, compilation, path)))
    joined = Q(*_parts(rule, range(len(rule.items)), compilation, path), _connector=Q.OR)
    return ~joined if rule.kind is GroupKind.NONE else joined


def _parts(group: Group, numbers: Iterable[int], compilation: Compilation, path: ConditionPath) -> list[Q]:
    return [_compile_part(group.items[number], compilation, (*path, number)) for number in numbers]


def _parts_of_all(group: Group, compilation: Compilation, path: ConditionPath) -> list[Q]:
    """Where the light conditions leave few, the rows of these few are looked up instead of grouping everybody's."""
    heavy = [number for number, item in enumerate(group.items) if _is_heavy(item)]
    parts = _parts(group, sorted(set(range(len(group.items))) - set(heavy)), compilation, path)
    if heavy and parts and not compilation.is_few:
        left = Customer.objects.filter(*_without_repeats(parts))
        if _is_few(left):
            # They are distinct anyway; said so, the planner takes the subquery by itself and chooses its joins well.
            return [Q(pk__in=left.distinct()), *_parts(group, heavy, compilation.for_few(), path)]
    return [*parts, *_parts(group, heavy, compilation, path)]


def _is_heavy(rule: Rule) -> bool:
    if isinstance(rule, Group):
        return any(_is_heavy(item) for item in rule.items)
    return FIELDS[rule.field].is_heavy(rule)


def _is_few(customers: QuerySet[Customer]) -> bool:
    return _estimated(customers) <= FEW * _estimated(Customer.objects.all())


def _estimated(customers: QuerySet[Customer]) -> int:
    """How many the planner of the database expects. Django explains no query that is known to find nobody."""
    plan = customers.order_by().explain(format="json")
    return int(json.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0


def _without_repeats(parts: Iterable[Q]) -> list[Any]:
    """The parts of a Q that all must hold; what several of them have in common is there once."""
    distinct: list[Any] = []
    for part in parts:
        for condition in [part] if part.negated or part.connector != Q.AND else part.children:
            if condition not in distinct:
                distinct.append(condition)
    return distinct
