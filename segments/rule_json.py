"""Reading a rule from JSON and writing it back. Pure: no queries, no clock.

A group is {"all": [...]}, {"any": [...]} or {"none": [...]}, a condition is
{"field": "orders_count", "operator": "at_least", "value": 2, "window": 90, "where": [conditions on the rows counted]},
with `window` (days) and `where` only where the field takes them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from segments.rules import Condition, ConditionPath, Group, GroupKind, Rule, RuleError
from segments.vocabulary.field import WINDOW, Context, Field
from segments.vocabulary.registry import FIELDS

DEEPEST = 5
MOST_CONDITIONS = 100


def parse(raw: object, context: Collection[Context] = ()) -> Rule:
    """Read a rule from JSON; raises RuleError. It may ask about an order or an event only where its context has one."""
    return _Reader(context).rule(raw, ())


def dump(rule: Rule) -> dict[str, Any]:
    if isinstance(rule, Group):
        return {rule.kind.value: [dump(item) for item in rule.items]}
    return _dump(rule, FIELDS[rule.field])


def _dump(condition: Condition, field: Field) -> dict[str, Any]:
    json: dict[str, Any] = {"field": condition.field, "operator": condition.operator}
    if condition.value is not None:
        json["value"] = field.value_of(field.operator(condition.operator)).dump(condition.value)
    if condition.window is not None:
        json["window"] = condition.window
    if condition.where:
        filters = {one.name: one for one in field.filters}
        json["where"] = [_dump(one, filters[one.field]) for one in condition.where]
    return json


class _Reader:
    """Counts conditions on the way, so that a huge rule is refused before it is walked."""

    def __init__(self, context: Collection[Context]) -> None:
        self.seen = 0
        self.context = context

    def rule(self, raw: object, path: ConditionPath) -> Rule:
        if len(path) > DEEPEST:
            raise RuleError(_("groups are nested too deep: at most %(most)s levels") % {"most": DEEPEST})
        if not isinstance(raw, Mapping):
            raise RuleError(_("this is not a condition"), path)
        kinds = [kind for kind in GroupKind if kind.value in raw]
        if not kinds:
            return self.condition(raw, FIELDS, path)
        if len(kinds) > 1 or len(raw) > 1:
            raise RuleError(_("a group is either all, any or none"), path)
        return self.group(kinds[0], raw[kinds[0].value], path)

    def group(self, kind: GroupKind, items: object, path: ConditionPath) -> Group:
        if not isinstance(items, list | tuple) or not items:
            raise RuleError(_("add at least one condition"), path)
        self.count(len(items))
        return Group(kind, tuple(self.rule(item, (*path, index)) for index, item in enumerate(items)))

    def count(self, more: int) -> None:
        self.seen += more
        if self.seen > MOST_CONDITIONS:
            raise RuleError(_("a rule may have at most %(most)s conditions") % {"most": MOST_CONDITIONS})

    def condition(self, raw: Mapping[Any, object], fields: Mapping[str, Field], path: ConditionPath) -> Condition:
        name = raw.get("field")
        field = fields.get(name) if isinstance(name, str) else None
        if field is None:
            raise RuleError(_("choose what to ask about"), path)
        if field.context and field.context not in self.context:
            raise RuleError(out_of_place(field), path)
        operator = next((one for one in field.operators if one.name == raw.get("operator")), None)
        if operator is None:
            raise RuleError(_("choose how to compare “%(field)s”") % {"field": field.label}, path)
        try:
            value = field.value_of(operator).read(raw.get("value"))
        except ValueError as error:
            raise RuleError(str(error), path) from None
        return Condition(
            field.name,
            operator.name,
            value,
            self.window(raw.get("window"), field, path),
            self.where(raw.get("where"), field, path),
            operator.negates,
        )

    def window(self, raw: object, field: Field, path: ConditionPath) -> int | None:
        if raw is None or raw == "":
            return None
        if not field.takes_window:
            raise RuleError(_("“%(field)s” takes no number of days") % {"field": field.label}, path)
        try:
            return int(str(WINDOW.read(raw)))
        except ValueError as error:
            raise RuleError(_("days: %(problem)s") % {"problem": error}, path) from None

    def where(self, raw: object, field: Field, path: ConditionPath) -> tuple[Condition, ...]:
        if raw is None or raw == []:
            return ()
        if not isinstance(raw, list | tuple):
            raise RuleError(_("this is not a condition"), path)
        self.count(len(raw))
        filters = {one.name: one for one in field.filters}
        for item in raw:
            if not isinstance(item, Mapping) or item.get("where"):
                raise RuleError(_("this is not a condition"), path)
        return tuple(self.condition(item, filters, path) for item in raw)


def out_of_place(field: Field) -> str:
    if field.context is Context.ORDER:
        return _("“%(field)s” asks about one order, and there is none here") % {"field": field.label}
    if field.context is Context.ANSWER:
        return _("“%(field)s” asks about the answer of a webhook, and none is called here") % {"field": field.label}
    return _("“%(field)s” asks about one event, and there is none here") % {"field": field.label}
