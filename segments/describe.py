"""A rule as a sentence in the language of the reader."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from segments.rule_json import parse
from segments.rules import Condition, Group, GroupKind, Rule, RuleError
from segments.vocabulary.field import Context, Field
from segments.vocabulary.registry import FIELDS


def sentence_of(raw: Any) -> str:
    """A stored rule in words, or what is wrong with it; none at all is everybody."""
    if raw is None:
        return _("Everybody")
    try:
        return describe(parse(raw, tuple(Context)))
    except RuleError as error:
        return str(error)


def describe(rule: Rule) -> str:
    words = _group(rule) if isinstance(rule, Group) else _condition(rule, FIELDS[rule.field])
    return words[:1].upper() + words[1:]


def _group(group: Group) -> str:
    parts = [_inner(item) for item in group.items]
    if group.kind is GroupKind.NONE:
        return _("none of: %(conditions)s") % {"conditions": "; ".join(parts)}
    joint = _("and") if group.kind is GroupKind.ALL else _("or")
    return f"; {joint} ".join(parts)


def _inner(rule: Rule) -> str:
    if isinstance(rule, Group):
        return f"({_group(rule)})"
    return _condition(rule, FIELDS[rule.field])


def _condition(condition: Condition, field: Field) -> str:
    operator = field.operator(condition.operator)
    number = int(condition.value) if isinstance(condition.value, Decimal) else 0
    shown = field.value_of(operator).show(condition.value)
    name = condition.value[0] if isinstance(condition.value, tuple) else ""
    words = operator.sentence % {"field": field.label, "name": name, "value": shown, "number": number}
    if condition.where:
        filters = {one.name: one for one in field.filters}
        about = get_text_list([_condition(one, filters[one.field]) for one in condition.where], _("and"))
        words += f" ({about})"
    if condition.window is not None:
        words += ", " + ngettext("over the last %(number)s day", "over the last %(number)s days", condition.window) % {
            "number": condition.window
        }
    return words
