"""Numbers as people write them, read only where they can mean one thing."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext as _

from crm.intake.files.cells import Parser

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def number(*, digits: int, places: int, least: Decimal = Decimal(0), is_least_allowed: bool = True) -> Parser:
    return partial(_number, digits, places, least, is_least_allowed)


def _number(digits: int, places: int, least: Decimal, is_least_allowed: bool, text: str) -> str:
    plain = _plain_number(text)
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


def _plain_number(text: str) -> str:
    """With a point for the decimals. Spaces part thousands; a comma is read only where it cannot mean two things."""
    plain = text[:64].replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace("'", "")
    if "," in plain and "." in plain:
        thousands = "," if plain.rindex(".") > plain.rindex(",") else "."
        plain = plain.replace(thousands, "").replace(",", ".")
    elif plain.count(",") == 1:
        if re.fullmatch(r"-?[1-9]\d{0,2},\d{3}", plain):
            raise ValueError(_("can be read in two ways: write it with a point for the decimals and without thousands"))
        plain = plain.replace(",", ".")
    if len(text) > 64 or not NUMBER.fullmatch(plain) or not plain.isascii():
        raise ValueError(_("is not a number"))
    return plain


def whole(least: int, most: int) -> Parser:
    return partial(_whole, least, most)


def _whole(least: int, most: int, text: str) -> str:
    value = text.removesuffix(".0")
    if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not least <= int(value) <= most:
        raise ValueError(
            _("must be a whole number from %(least)s to %(most)s") % {"least": least, "most": most},
        )
    return str(int(value))
