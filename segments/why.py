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
from segments.subjects import Subject, context_answers
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
    rule: Rule | Mapping[str, Any], about: int | Subject, now: dt.datetime, own_segment: int | None = None
) -> Finding:
    """Of a customer, or of a subject. All conditions of a kind are asked in one query; raises RuleError."""
    subject = about if isinstance(about, Subject) else Subject(about, about)
    context = tuple(Context) if isinstance(about, Subject) else ()
    read = rule if isinstance(rule, Condition | Group) else parse(rule, context)
    distinct = list(dict.fromkeys(conditions(read)))
    about_customer = [one for one in distinct if not FIELDS[one.field].context]
    answers = _customer_answers(about_customer, subject.customer_id, now, own_segment)
    about_context = [one for one in distinct if FIELDS[one.field].context]
    answers |= {one: subject.key in keys for one, keys in context_answers(about_context, [subject], now).items()}
    return _finding(read, answers)


def _customer_answers(
    conditions: list[Condition], customer: int, now: dt.datetime, own_segment: int | None
) -> dict[Condition, bool]:
    if not conditions:
        return {}
    cases = {
        f"holds_{number}": Case(
            When(compile_rule(one, now, True, own_segment), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for number, one in enumerate(conditions)
    }
    holds = Customer.objects.filter(pk=customer).annotate(**cases).values_list(*cases).get()
    return dict(zip(conditions, holds, strict=True))


def _finding(rule: Rule, answers: Mapping[Condition, bool]) -> Finding:
    if isinstance(rule, Condition):
        return Finding(answers[rule], describe(rule))
    items = tuple(_finding(item, answers) for item in rule.items)
    holding = [item.holds for item in items]
    holds = {GroupKind.ALL: all(holding), GroupKind.ANY: any(holding), GroupKind.NONE: not any(holding)}[rule.kind]
    return Finding(holds, "", rule.kind.value, items)
