"""Numbers as people write them, read only where they can mean one thing.

`1,299` and `1.299` can mean two. What they mean, other values of their column tell: beside `12.50` the point stands
before decimals. Where no value tells, whoever imports is asked.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from crm.intake.files.cells import Parser

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
TWO_MEANINGS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
THOUSANDS = re.compile(r"-?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})+")
OTHER = {".": ",", ",": "."}
SPACES = str.maketrans("", "", " \u00a0\u202f'")
CONTRADICTORY = ""


class DecimalMark:
    """What stands before the decimals of one column: told beforehand, or learnt from values that mean one thing."""

    def __init__(self, told: str | None = None, teachers: frozenset[str] = frozenset(OTHER)) -> None:
        self._told = told
        self._teachers = teachers
        self._seen: set[str] = set()
        self._was_asked_early = False
        self._was_relied_on = False

    def learn(self, mark: str) -> None:
        self._seen.update(self._teachers & {mark})

    def answer(self) -> str:
        """ValueError where it is not known."""
        if self._told is None and len(self._seen) == 1:
            self._was_relied_on = True
            return next(iter(self._seen))
        if not self._told:
            self._was_asked_early = True
            raise ValueError(_("can be read in two ways: say whether decimals follow a point or a comma"))
        return self._told

    def after_whole_file(self) -> str | None:
        """What the file is to be read again with; None where the first reading holds."""
        if self._told is not None:
            return None
        if self._was_relied_on and len(self._seen) == 2:
            return CONTRADICTORY
        return next(iter(self._seen)) if self._was_asked_early and len(self._seen) == 1 else None


class DecimalMarks(dict[str, DecimalMark]):
    """Those of a file, by column; `told` holds for all."""

    def __init__(self, told: str | None = None, by_column: dict[str, str] | None = None) -> None:
        super().__init__({name: DecimalMark(at) for name, at in (by_column or {}).items()})
        self.told = told
        self.teachers = frozenset(OTHER)

    def __missing__(self, name: str) -> DecimalMark:
        self[name] = mark = DecimalMark(self.told, self.teachers)
        return mark

    def are_of_sheet(self) -> None:
        """Its numbers are written with a point by Encore itself, which says nothing about how its texts are written."""
        self.teachers = frozenset(",")

    def to_read_again(self) -> dict[str, str]:
        """By column, what the whole file taught too late; empty where one reading was enough."""
        marks = {name: mark.after_whole_file() for name, mark in self.items()}
        return {name: mark for name, mark in marks.items() if mark is not None}


def number(
    mark: DecimalMark, *, digits: int, places: int, least: Decimal = Decimal(0), is_least_allowed: bool = True
) -> Parser:
    return partial(_number, mark, digits, places, least, is_least_allowed)


def _number(mark: DecimalMark, digits: int, places: int, least: Decimal, is_least_allowed: bool, text: str) -> str:
    plain = _plain_number(mark, text)
    whole, _point, fraction = plain.lstrip("-").partition(".")
    if len(whole.lstrip("0")) > digits:
        raise ValueError(_("is too large"))
    if len(fraction.rstrip("0")) > places:
        raise ValueError(_("has more than %(places)s digits after the point") % {"places": places})
    value = Decimal(plain)
    if value < least or (value == least and not is_least_allowed):
        raise ValueError(
            (_("must not be less than %(least)s") if is_least_allowed else _("must be more than %(least)s"))
            % {"least": least}
        )
    return plain


def _plain_number(mark: DecimalMark, text: str) -> str:
    """With a point for the decimals and nothing between thousands."""
    plain = text[:64].translate(SPACES)
    decimals = _mark_in(plain, mark)
    if decimals:
        plain = plain.replace(OTHER[decimals], "").replace(decimals, ".")
    if len(text) > 64 or not NUMBER.fullmatch(plain) or not plain.isascii():
        raise ValueError(_("is not a number"))
    return plain


def _mark_in(plain: str, mark: DecimalMark) -> str:
    """What stands before the decimals of this number; empty where neither a point nor a comma is in it."""
    marks = [letter for letter in plain if letter in OTHER]
    if not marks:
        return ""
    if TWO_MEANINGS.fullmatch(plain):
        return mark.answer()
    thousands = THOUSANDS.fullmatch(plain)
    found = OTHER[thousands[1]] if thousands else marks[-1]
    if NUMBER.fullmatch(plain.replace(OTHER[found], "").replace(found, ".")):
        mark.learn(found)
    return found


def whole(least: int, most: int) -> Parser:
    return partial(_whole, least, most)


def _whole(least: int, most: int, text: str) -> str:
    value = text.removesuffix(".0")
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
        raise ValueError(
            _("must be a whole number from %(least)s to %(most)s") % {"least": least, "most": most},
        )
    return str(int(value))
