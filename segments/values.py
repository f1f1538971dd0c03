"""Kinds of values a condition may be compared with: read from JSON, written back, shown in a sentence.

`read` raises ValueError with a sentence for the person who wrote the rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from django.utils import formats
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

Value = Decimal | dt.date | tuple[str, ...] | None
Label = str | Promise
Choices = Callable[[], Iterable[tuple[str, Label]]]
Names = Callable[[Iterable[str]], Mapping[str, str]]

LONGEST_TEXT = 200
MOST_VALUES = 200
LONGEST_NUMBER = 20
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


class Search(NamedTuple):
    """What somebody has typed of a value; `about` names the row their page is about, whose own come first."""

    text: str
    limit: int
    about: str = ""


Suggest = Callable[[Search], list[tuple[str, str]]]


@dataclass(frozen=True)
class NoValue:
    """For operators that say everything themselves: “is known”."""

    name: str = "nothing"

    def read(self, raw: object) -> Value:
        if raw not in (None, "", []):
            raise ValueError(_("no value belongs here"))
        return None

    def dump(self, value: Value) -> object:
        return None

    def show(self, value: Value) -> str:
        return ""


@dataclass(frozen=True)
class Number:
    least: int = 0
    most: int = 1_000_000_000
    places: int = 0
    name: str = "number"

    def read(self, raw: object) -> Value:
        number = self._number(raw)
        if not self.least <= number <= self.most:
            raise ValueError(_("enter a number from %(least)s to %(most)s") % {"least": self.least, "most": self.most})
        if number != round(number, self.places):
            raise ValueError(
                _("enter a number with at most %(places)s decimals") % {"places": self.places}
                if self.places
                else _("enter a whole number")
            )
        return number.normalize() + 0

    def _number(self, raw: object) -> Decimal:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal) or raw == "":
            raise ValueError(_("enter a number"))
        # Measured before it is read: a number of a million digits takes minutes to convert.
        if isinstance(raw, int) and raw.bit_length() > 64:
            raise ValueError(_("this number is too long"))
        text = str(raw).strip().replace(",", ".")
        if len(text) > LONGEST_NUMBER:
            raise ValueError(_("this number is too long"))
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise ValueError(_("enter a number")) from None
        if not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
            raise ValueError(_("enter a number"))
        return number

    def dump(self, value: Value) -> object:
        assert isinstance(value, Decimal)  # noqa: S101 - narrows the union; read() made it
        return int(value) if value == value.to_integral_value() else str(value)

    def show(self, value: Value) -> str:
        return formats.number_format(str(self.dump(value)), force_grouping=True)


@dataclass(frozen=True)
class Date:
    name: str = "date"

    def read(self, raw: object) -> Value:
        try:
            day = dt.date.fromisoformat(raw if isinstance(raw, str) and len(raw) == 10 else "")
        except ValueError:
            raise ValueError(_("enter a date")) from None
        if not EARLIEST <= day <= LATEST:
            raise ValueError(_("enter a date between the years 1900 and 2199"))
        return day

    def dump(self, value: Value) -> object:
        return str(value)

    def show(self, value: Value) -> str:
        return formats.date_format(value, "DATE_FORMAT") if isinstance(value, dt.date) else ""


@dataclass(frozen=True)
class Texts:
    """One or more texts: of a fixed list (`choices`), or the shop's own (`suggest` offers, `names` gives labels)."""

    choices: Choices | None = None
    suggest: Suggest | None = None
    names: Names | None = None
    numeric: bool = False

    @property
    def name(self) -> str:
        return "choice" if self.choices else "several"

    @property
    def is_free(self) -> bool:
        """May hold what nobody has yet."""
        return self.choices is None and self.names is None

    def read(self, raw: object) -> Value:
        items = [raw] if isinstance(raw, str | int) else raw
        if not isinstance(items, list | tuple) or not items:
            raise ValueError(_("choose at least one value"))
        if len(items) > MOST_VALUES:
            raise ValueError(_("choose at most %(most)s values") % {"most": MOST_VALUES})
        return tuple(dict.fromkeys(self._text(item) for item in items))

    def _text(self, item: object) -> str:
        if isinstance(item, bool) or not isinstance(item, str | int):
            raise ValueError(_("this value is not a text"))
        if isinstance(item, int) and item.bit_length() > 63:
            raise ValueError(_("this number is too long"))
        text = str(item)
        if len(text) > LONGEST_TEXT:
            raise ValueError(_("a value may have at most %(most)s characters") % {"most": LONGEST_TEXT})
        text = text.strip()
        if not text or "\x00" in text or not _is_utf8(text):
            raise ValueError(_("this value is empty or has characters that cannot be stored"))
        if self.numeric and not (text.isascii() and text.isdigit() and int(text) < 2**63):
            raise ValueError(_("choose from the list"))
        if self.choices and text not in dict(self.choices()):
            raise ValueError(_("“%(value)s” is not one of the choices") % {"value": text})
        return text

    def dump(self, value: Value) -> object:
        return list(value) if isinstance(value, tuple) else []

    def labels(self, value: Value) -> list[tuple[str, str]]:
        values = value if isinstance(value, tuple) else ()
        known: Mapping[str, Label] = {}
        if self.choices:
            known = dict(self.choices())
        elif self.names:
            known = self.names(values)
        return [(item, str(known.get(item, item))) for item in values]

    def show(self, value: Value) -> str:
        return get_text_list([label for _value, label in self.labels(value)], _("or"))


@dataclass(frozen=True)
class NamedValue:
    """The name of something the shop keeps in its own words, and its value: “plan”, “gold”.

    The value is a text unless `value_kind` is given.
    """

    suggest: Suggest | None = None
    value_kind: Number | Date | None = None
    name: str = "pair"

    def read(self, raw: object) -> Value:
        if not isinstance(raw, list | tuple) or len(raw) != 2:
            raise ValueError(_("enter a name and a value"))
        return self._word(raw[0]), self._value(raw[1])

    def _word(self, raw: object) -> str:
        try:
            (word,) = _ANY.read(raw)  # type: ignore[misc]
        except ValueError:
            raise ValueError(_("enter a name and a value")) from None
        return str(word)

    def _value(self, raw: object) -> str:
        kind = self.value_kind
        return self._word(raw) if kind is None else str(kind.dump(kind.read(raw)))

    def dump(self, value: Value) -> object:
        return list(value) if isinstance(value, tuple) else []

    def show(self, value: Value) -> str:
        """The value alone: the name stands elsewhere in a sentence."""
        if not isinstance(value, tuple):
            return ""
        return self.value_kind.show(self.value_kind.read(value[1])) if self.value_kind else value[1]


_ANY = Texts()
ValueKind = NoValue | Number | Date | Texts | NamedValue


def _is_utf8(text: str) -> bool:
    """A lone surrogate, legal in JSON, is refused by the database's driver."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
