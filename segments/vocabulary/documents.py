"""Named values inside JSON columns, as text, as number and as date. What is not there compares with nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, F, Func, JSONField, Q, TextField, Value
from django.db.models.functions import Coalesce, Left
from django.db.models.lookups import Exact, GreaterThanOrEqual, IContains, In, LessThan, Regex
from django.utils.translation import gettext_lazy as _

from segments.rules import Condition
from segments.values import Date, NamedValue, Number
from segments.vocabulary.comparing import opposite_if, texts
from segments.vocabulary.field import Compilation, Compile
from segments.vocabulary.operators import AT_LEAST, AT_MOST, BEFORE, CONTAINS, CONTAINS_NOT, IS, IS_NOT, SINCE

Expression = Any


def text_property(column: str, name: str) -> Func:
    """The property of this name in a JSON column, as text; a name of digits is a name, not a position."""
    return Func(F(column), Value(name), function="jsonb_extract_path_text", output_field=TextField())


def compared_number(column: str, name: str, comparison: str, number: Decimal) -> Q:
    """Compares inside the document, where what is no number holds nothing; a text of digits is one ("12.50")."""
    found = Func(F(column), Value(name), function="jsonb_extract_path", output_field=JSONField())
    path = Value(f"strict $.double() ? (@ {comparison} $number)")
    # Silent: whatever cannot become a number is no error.
    arguments = (found, path, Value({"number": float(number)}, JSONField()), Value(True))
    holds = Func(*arguments, function="jsonb_path_exists", output_field=BooleanField())
    return Q(Coalesce(holds, Value(False), output_field=BooleanField()))


def text_property_in(column: str, name: str, words: Sequence[str]) -> Q:
    return _sure(In(text_property(column, name), list(words)))


def _is(column: str, name: str, value: str) -> Q:
    return _sure(Exact(text_property(column, name), Value(value)))


def _contains(column: str, name: str, value: str) -> Q:
    return _sure(IContains(text_property(column, name), value))


def _at_least(column: str, name: str, value: str) -> Q:
    return compared_number(column, name, ">=", Decimal(value))


def _at_most(column: str, name: str, value: str) -> Q:
    return compared_number(column, name, "<=", Decimal(value))


def _since(column: str, name: str, value: str) -> Q:
    return _is_day(column, name) & _sure(GreaterThanOrEqual(_day(column, name), Value(value)))


def _before(column: str, name: str, value: str) -> Q:
    return _is_day(column, name) & _sure(LessThan(_day(column, name), Value(value)))


def _day(column: str, name: str) -> Expression:
    """The day as the document writes it, ISO 8601: compared as text, in whatever zone it was written."""
    return Left(text_property(column, name), 10)


def _is_day(column: str, name: str) -> Q:
    return _sure(Regex(text_property(column, name), r"^\d{4}-\d{2}-\d{2}($|[T ])"))


def _sure(holds: Expression) -> Q:
    return Q(Coalesce(holds, Value(False), output_field=BooleanField()))


_HOLDS: Mapping[str, Callable[[str, str, str], Q]] = {
    "is": _is,
    "is_not": _is,
    "contains": _contains,
    "contains_not": _contains,
    "at_least": _at_least,
    "at_most": _at_most,
    "since": _since,
    "before": _before,
}


def named_value(column: str) -> Compile:
    """Compares one named value of a JSON column."""

    def compile_pair(condition: Condition, compilation: Compilation) -> Q:
        name, value = texts(condition)
        return opposite_if(condition, _HOLDS[condition.operator](column, name, value))

    return compile_pair


_NUMBER, _DAY = NamedValue(value_kind=Number(-1_000_000_000, 1_000_000_000, 6)), NamedValue(value_kind=Date())
NAMED_VALUES = (
    replace(IS, sentence=_("%(field)s “%(name)s”: %(value)s")),
    replace(IS_NOT, sentence=_("%(field)s “%(name)s”: not %(value)s")),
    replace(CONTAINS, sentence=_("%(field)s “%(name)s”: contains %(value)s")),
    replace(CONTAINS_NOT, sentence=_("%(field)s “%(name)s”: does not contain %(value)s")),
    replace(AT_LEAST, sentence=_("%(field)s “%(name)s”: at least %(value)s"), value=_NUMBER),
    replace(AT_MOST, sentence=_("%(field)s “%(name)s”: at most %(value)s"), value=_NUMBER),
    replace(SINCE, sentence=_("%(field)s “%(name)s”: %(value)s or later"), value=_DAY),
    replace(BEFORE, sentence=_("%(field)s “%(name)s”: before %(value)s"), value=_DAY),
)
