"""A rule held against one customer, condition by condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from crm.models import Customer
from segments.compile import compile_rule
from segments.describe import describe
from segments.rules import Condition, Group, Kind, Rule, parse


@dataclass(frozen=True)
class Finding:
    """One line: a condition with its answer, or a group with those of its items. `kind` is empty for a condition."""

    holds: bool
    sentence: str
    kind: str = ""
    items: tuple[Finding, ...] = ()


def explain(rule: Rule | Mapping[str, Any], customer: int, now: dt.datetime, asking: int | None = None) -> Finding:
    """All conditions are asked in one query; raises RuleError."""
    read = rule if isinstance(rule, Condition | Group) else parse(rule)
    asked = {
        f"holds_{number}": Case(
            When(compile_rule(one, now, [customer], asking), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for number, one in enumerate(_leaves(read))
    }
    answers = Customer.objects.filter(pk=customer).annotate(**asked).values_list(*asked).get()
    return _found(read, iter(answers))


def _leaves(rule: Rule) -> Iterator[Condition]:
    if isinstance(rule, Condition):
        yield rule
        return
    for item in rule.items:
        yield from _leaves(item)


def _found(rule: Rule, answers: Iterator[bool]) -> Finding:
    if isinstance(rule, Condition):
        return Finding(next(answers), describe(rule))
    items = tuple(_found(item, answers) for item in rule.items)
    held = [item.holds for item in items]
    holds = {Kind.ALL: all(held), Kind.ANY: any(held), Kind.NONE: not any(held)}[rule.kind]
    return Finding(holds, "", rule.kind.value, items)
