"""From a rule to one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from crm.models import Customer
from segments.rules import Condition, Group, Kind, Place, Rule, RuleError, out_of_place, parse, placed
from segments.vocabulary import FIELDS
from segments.vocabulary.field import Scope


def matching(
    rule: Rule | Mapping[str, Any],
    now: dt.datetime,
    customers: Collection[int] | None = None,
    asking: int | None = None,
) -> QuerySet[Customer]:
    """Current customers for whom the rule holds, of all or of these ids; raises RuleError."""
    found = Customer.objects.current().filter(compile_rule(rule, now, customers, asking))
    return found if customers is None else found.filter(pk__in=customers)


def compile_rule(
    rule: Rule | Mapping[str, Any],
    now: dt.datetime,
    customers: Collection[int] | None = None,
    asking: int | None = None,
) -> Q:
    """The rule as a condition on Customer; with `customers` it is right for these only, and cheaper.

    `asking` is the segment whose rule it is: it may not ask for itself.
    """
    return _read(rule, scope_of(now, customers, asking))


def check(rule: Rule, now: dt.datetime, asking: int | None = None) -> None:
    """Raises RuleError at the condition that cannot be asked, of those about an order or an event too."""
    scope = scope_of(now, asking=asking)
    for place, condition in placed(rule):
        try:
            FIELDS[condition.field].compile(condition, scope)
        except ValueError as error:
            raise RuleError(str(error), place) from None


def scope_of(now: dt.datetime, customers: Collection[int] | None = None, asking: int | None = None) -> Scope:
    return Scope(now, customers, _read, frozenset() if asking is None else frozenset({asking}))


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
    parts = _parts(rule, scope, place)
    joined = Q(*parts) if rule.kind is Kind.ALL else Q(*parts, _connector=Q.OR)
    return ~joined if rule.kind is Kind.NONE else joined


def _parts(group: Group, scope: Scope, place: Place) -> list[Q]:
    """Every item compiled. In an `all`, figures are counted only for those whom the light conditions leave."""
    light = [index for index, item in enumerate(group.items) if not _is_heavy(item)]
    parts = {index: _compiled(group.items[index], scope, (*place, index)) for index in light}
    if group.kind is Kind.ALL and parts and len(parts) < len(group.items):
        scope = scope.narrowed(Customer.objects.filter(*parts.values()))
    for index, item in enumerate(group.items):
        if index not in parts:
            parts[index] = _compiled(item, scope, (*place, index))
    return [parts[index] for index in sorted(parts)]


def _is_heavy(rule: Rule) -> bool:
    if isinstance(rule, Group):
        return any(_is_heavy(item) for item in rule.items)
    return FIELDS[rule.field].is_heavy(rule)
