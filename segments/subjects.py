"""A rule held against entries: a customer with the order and the event that something is about.

Of a subject without an order whatever a condition says about “this order” does not hold, and its opposite does; so with
an event, and with the answer of a webhook. Somebody merged or erased is no subject: nothing holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Model, Value, When

from crm.models import Customer, Event, Order
from segments.compile import check, compilation_at, matching
from segments.rule_json import parse
from segments.rules import Condition, Group, GroupKind, Rule, RuleError, conditions
from segments.vocabulary.field import Context
from segments.vocabulary.registry import FIELDS


class Subject(NamedTuple):
    """`key` is the caller's own name for it."""

    key: int
    customer_id: int
    order_id: int | None = None
    event_id: int | None = None
    answer_id: int | None = None

    def row(self, context: Context) -> int | None:
        """The order, event or answer that a condition of this context is about."""
        return {Context.ORDER: self.order_id, Context.EVENT: self.event_id, Context.ANSWER: self.answer_id}[context]


MODELS: dict[Context, type[Model]] = {Context.ORDER: Order, Context.EVENT: Event, Context.ANSWER: Event}


def matching_subjects(rule: Rule | Mapping[str, Any], subjects: Collection[Subject], now: dt.datetime) -> set[int]:
    """Keys of the subjects for which the rule holds; raises RuleError.

    The number of queries depends on the rule alone: one about all orders, one about all events, one for each of the
    largest parts that speak of the customer only.
    """
    read = rule if isinstance(rule, Condition | Group) else parse(rule, tuple(Context))
    if not subjects:
        return set()
    try:
        return _RuleOverSubjects(read, subjects, now).matching()
    except RuleError:
        # A part was asked by itself and does not know its path in the rule; checking the whole rule names it.
        check(read, now)
        raise


def contextual(rule: Rule) -> list[Condition]:
    """Its conditions about the order or the event."""
    return [one for one in conditions(rule) if FIELDS[one.field].context]


class _RuleOverSubjects:
    def __init__(self, rule: Rule, subjects: Collection[Subject], now: dt.datetime) -> None:
        self.rule = rule
        self.now = now
        self.subjects = {subject.key: subject for subject in subjects}
        self.answers = context_answers(set(contextual(rule)), subjects, now)

    def matching(self) -> set[int]:
        if not self.answers:
            return self.of_customers(self.rule, set(self.subjects))
        customers = {subject.customer_id for subject in self.subjects.values()}
        current = set(Customer.objects.current().filter(pk__in=customers).values_list("pk", flat=True))
        return self.matching_part(self.rule, {key for key, one in self.subjects.items() if one.customer_id in current})

    def matching_part(self, rule: Rule, keys: set[int]) -> set[int]:
        """For which of these a part of the rule holds."""
        if not contextual(rule):
            return self.of_customers(rule, keys)
        if isinstance(rule, Condition):
            return keys & self.answers[rule]
        found = self.of_all(rule, keys) if rule.kind is GroupKind.ALL else self.of_any(rule, keys)
        return keys - found if rule.kind is GroupKind.NONE else found

    def of_all(self, group: Group, keys: set[int]) -> set[int]:
        for part in _parts(group):
            keys = self.matching_part(part, keys)
        return keys

    def of_any(self, group: Group, keys: set[int]) -> set[int]:
        found: set[int] = set()
        for part in _parts(group):
            found |= self.matching_part(part, keys - found)
        return found

    def of_customers(self, rule: Rule, keys: set[int]) -> set[int]:
        customers = {self.subjects[key].customer_id for key in keys}
        if not customers:
            return set()
        held = set(matching(rule, self.now, customers).values_list("pk", flat=True))
        return {key for key in keys if self.subjects[key].customer_id in held}


def _parts(group: Group) -> Iterable[Rule]:
    """What is about orders and events comes first, as its answers are known; the rest becomes one part, one query."""
    about_customer = tuple(item for item in group.items if not contextual(item))
    yield from (item for item in group.items if contextual(item))
    if about_customer:
        yield Group(GroupKind.ALL if group.kind is GroupKind.ALL else GroupKind.ANY, about_customer)


def context_answers(
    conditions: Collection[Condition], subjects: Collection[Subject], now: dt.datetime
) -> dict[Condition, set[int]]:
    """For which keys each of these conditions about orders and events holds, in one query for each context."""
    answers: dict[Condition, set[int]] = {}
    for context in Context:
        about = [one for one in conditions if FIELDS[one.field].context is context]
        rows = {one.key: one.row(context) for one in subjects}
        matching_rows = _matching_rows(about, MODELS[context], set(rows.values()), now)
        for condition, matched in zip(about, matching_rows, strict=True):
            positive = {key for key, row in rows.items() if row in matched}
            answers[condition] = rows.keys() - positive if condition.is_negative else positive
    return answers


def _matching_rows(
    conditions: list[Condition], model: type[Model], ids: set[int | None], now: dt.datetime
) -> list[set[int]]:
    """For each condition the rows that its positive twin matches."""
    if not conditions:
        return []
    compilation = compilation_at(now)
    cases = {}
    for number, one in enumerate(conditions):
        holds = FIELDS[one.field].compile(replace(one, is_negative=False), compilation)
        cases[f"holds_{number}"] = Case(When(holds, then=True), default=Value(False), output_field=BooleanField())
    rows = model._default_manager.filter(pk__in=ids - {None}).annotate(**cases).values_list("pk", *cases)
    found: list[set[int]] = [set() for _condition in conditions]
    for pk, *held in rows:
        for holds, pks in zip(held, found, strict=True):
            if holds:
                pks.add(pk)
    return found
