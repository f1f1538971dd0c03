"""A rule held against one customer, or one subject of an order and an event too, condition by condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Case, Value, When

from crm.models import Customer
from segments.compile import compile_rule
from segments.describe import describe
from segments.rule_json import parse
from segments.rules import Condition, Group, GroupKind, Rule, conditions
from segments.subjects import Subject, answers
from segments.vocabulary.field import Context
from segments.vocabulary.registry import FIELDS


@dataclass(frozen=True)
class Finding:
    """One line: a condition with its answer, or a group with those of its items. `kind` is empty for a condition."""

    holds: bool
    sentence: str
    kind: str = ""
    items: tuple[Finding, ...] = ()


def explain(
    rule: Rule | Mapping[str, Any], about: int | Subject, now: dt.datetime, asking: int | None = None
) -> Finding:
    """Of a customer, or of a subject. All conditions of a kind are asked in one query; raises RuleError."""
    subject = about if isinstance(about, Subject) else Subject(about, about)
    context = tuple(Context) if isinstance(about, Subject) else ()
    read = rule if isinstance(rule, Condition | Group) else parse(rule, context)
    asked = list(dict.fromkeys(conditions(read)))
    known = _of_customer([one for one in asked if not FIELDS[one.field].context], subject.customer_id, now, asking)
    scoped = [one for one in asked if FIELDS[one.field].context]
    known |= {one: subject.key in keys for one, keys in answers(scoped, [subject], now).items()}
    return _found(read, known)


def _of_customer(asked: list[Condition], customer: int, now: dt.datetime, asking: int | None) -> dict[Condition, bool]:
    if not asked:
        return {}
    cases = {
        f"holds_{number}": Case(
            When(compile_rule(one, now, True, asking), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for number, one in enumerate(asked)
    }
    answers = Customer.objects.filter(pk=customer).annotate(**cases).values_list(*cases).get()
    return dict(zip(asked, answers, strict=True))


def _found(rule: Rule, known: Mapping[Condition, bool]) -> Finding:
    if isinstance(rule, Condition):
        return Finding(known[rule], describe(rule))
    items = tuple(_found(item, known) for item in rule.items)
    answers = [item.holds for item in items]
    holds = {GroupKind.ALL: all(answers), GroupKind.ANY: any(answers), GroupKind.NONE: not any(answers)}[rule.kind]
    return Finding(holds, "", rule.kind.value, items)
