"""A rule as a field of any form: nested groups of *field, operator, value*, kept in one hidden input by rule.js."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from segments.compile import check
from segments.rule_json import DEEPEST, dump, parse
from segments.rules import GroupKind, RuleError
from segments.values import Label, NamedValue, Search, Texts, ValueKind
from segments.vocabulary.field import Context, Field
from segments.vocabulary.registry import FIELDS, offered

# What a list of offers shows, and how far those are counted that it does not show.
MOST_OFFERED, MOST_COUNTED = 20, 1_000


class RuleWidget(forms.Widget):
    template_name = "segments/rule.html"
    error: RuleError | None = None
    context: tuple[Context, ...] = ()
    blank: Label = gettext_lazy("Everybody")

    class Media:
        js = ["segments/rule_values.js", "segments/rule_pick.js", "segments/rule.js"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        raw = _loaded(value)
        context["widget"]["blank"] = self.blank
        context["widget"]["editor"] = {
            "fields": editable(offered(self.context)),
            "context": list(self.context),
            "isRequired": self.is_required,
            "rule": labelled(raw),
            "error": {"path": self.error.path, "message": self.error.message} if self.error else None,
        }
        return context


class RuleField(forms.Field):
    """Cleans to the JSON of a rule that was read and compiled once; mistakes are shown at their row.

    `context` names what there is beside the customer: the rule may ask about it. Where no rule is required, one without
    conditions is none at all and cleans to None; `blank` says what that means.
    """

    widget = RuleWidget
    # The segment whose rule is edited: it may not ask for itself.
    own_segment: int | None = None

    def __init__(self, *, context: Iterable[str] = (), blank: Label = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.blank = blank or RuleWidget.blank
        self.context = self.widget.context = tuple(Context(one) for one in context)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else "" if value is None else json.dumps(value)

    def clean(self, value: Any) -> Any:
        raw = _loaded(value)
        if not self.required and is_blank(raw):
            return None
        try:
            rule = parse(raw, self.context)
            check(rule, timezone.now(), own_segment=self.own_segment)
        except RuleError as error:
            self.widget.error = error
            raise ValidationError(str(error), code="rule") from None
        return dump(rule)

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, after = (_loaded(self.prepare_value(one)) for one in (initial, data))
        if is_blank(before) or is_blank(after):
            return is_blank(before) != is_blank(after)
        try:
            return parse(before, self.context) != parse(after, self.context)
        except RuleError:
            return True


def is_blank(raw: Any) -> bool:
    """As the editor leaves it when nothing was asked for."""
    if not raw or raw == {"field": ""}:
        return True
    items = list(raw.values())[0] if isinstance(raw, Mapping) and len(raw) == 1 else None
    return isinstance(items, list) and all(item == {"field": ""} for item in items)


def _loaded(value: Any) -> Any:
    """The JSON of the hidden input; None when it is none, which no rule is."""
    try:
        return json.loads(value or "null")
    except (TypeError, ValueError, RecursionError):
        return None


def editable(fields: Iterable[Field]) -> list[dict[str, Any]]:
    """The vocabulary as the editor needs it."""
    return [
        {
            "name": field.name,
            "label": str(field.label),
            "group": str(field.group),
            "note": str(field.note),
            "takesWindow": field.takes_window,
            "operators": [
                {"name": one.name, "label": str(one.label), "value": _kind(field.value_of(one))}
                for one in field.operators
            ],
            "filters": editable(field.filters),
        }
        for field in fields
    ]


def _kind(kind: ValueKind) -> dict[str, Any]:
    if isinstance(kind, NamedValue):
        return {"kind": kind.name, "valueKind": kind.value_kind.name if kind.value_kind else "text"}
    if not isinstance(kind, Texts):
        return {"kind": kind.name}
    choices = [(value, str(label)) for value, label in kind.choices()] if kind.choices else []
    return {"kind": kind.name, "choices": choices, "isFree": kind.is_free, "hasOffers": kind.suggest is not None}


def labelled(raw: Any, depth: int = 0) -> Any:
    """The rule with names beside the values that are ids, for the editor; mistakes are left as they are."""
    if not isinstance(raw, Mapping) or depth > DEEPEST:
        return None
    kind = next((one.value for one in GroupKind if isinstance(raw.get(one.value), list)), None)
    if kind is None:
        return _labelled(raw, FIELDS)
    return {kind: [labelled(item, depth + 1) for item in raw[kind]]}


def _labelled(item: Any, fields: Mapping[str, Field]) -> Any:
    name = item.get("field") if isinstance(item, Mapping) else None
    field = fields.get(name) if isinstance(name, str) else None
    if field is None:
        return item
    shown = dict(item)
    if isinstance(field.value, Texts) and field.value.names:
        shown["labels"] = _labels(field.value, item.get("value"))
    if isinstance(item.get("where"), list):
        filters = {one.name: one for one in field.filters}
        shown["where"] = [_labelled(one, filters) for one in item["where"]]
    return shown


def _labels(kind: Texts, value: Any) -> dict[str, str]:
    try:
        known = dict(kind.labels(kind.read(value)))
    except ValueError:
        return {}
    return {item: label if label != item or not kind.numeric else _("(deleted)") for item, label in known.items()}


class Offers(NamedTuple):
    """Values with their labels, and in words that there are more of them."""

    values: list[tuple[str, str]]
    more: str = ""


def suggestions(path: str, text: str, about: str = "") -> Offers:
    """What the shop has for a field, or for a filter of it (“orders_count.category”), that fits this text."""
    name, _dot, narrower = path.partition(".")
    field = FIELDS.get(name)
    if field and narrower:
        field = next((one for one in field.filters if one.name == narrower), None)
    if (
        field is None
        or not isinstance(field.value, Texts | NamedValue)
        or field.value.suggest is None
        or "\x00" in text
    ):
        return Offers([])
    found = field.value.suggest(Search(text[:100], MOST_COUNTED + 1, about))
    return Offers(found[:MOST_OFFERED], _more(len(found)) if len(found) > MOST_OFFERED else "")


def _more(count: int) -> str:
    words = (
        _("The first %(shown)d of more than %(count)d. Type a part of the name to find the others.")
        if count > MOST_COUNTED
        else ngettext(
            "The first %(shown)d of %(count)d. Type a part of the name to find the others.",
            "The first %(shown)d of %(count)d. Type a part of the name to find the others.",
            count,
        )
    )
    return words % {"shown": MOST_OFFERED, "count": min(count, MOST_COUNTED)}
