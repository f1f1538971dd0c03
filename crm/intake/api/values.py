"""Values that bodies of the API are made of: texts, moments, sums and JSON that the database can keep."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

MOST_LINES = 1_000
MOST_ITEMS = 500
DEEPEST = 20
MOST_DIGITS = 100


def _printable(text: str) -> str:
    if "\0" in text or not text.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(_("It holds an unprintable character."))
    return text


def _storable(value: Any, depth: int = 0) -> Any:
    """JSON that PostgreSQL can keep, at any depth that a person could mean."""
    if depth > DEEPEST:
        raise ValueError(_("It is nested too deeply."))
    if isinstance(value, str):
        return _printable(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(_("It holds a number that is not finite."))
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        raise ValueError(_("It holds a number of more than %(most)s digits.") % {"most": MOST_DIGITS})
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _storable(part, depth + 1)
    for name in value if isinstance(value, dict) else ():
        _printable(name)
    return value


def _likely(moment: dt.datetime) -> dt.datetime:
    if not 1970 <= moment.year < 2200:
        raise ValueError(_("The year %(year)d cannot be right.") % {"year": moment.year})
    return moment


def text(longest: int, shortest: int = 0) -> Any:
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest),
        AfterValidator(_printable),
    ]


Moment = Annotated[AwareDatetime, AfterValidator(_likely)]
Money = Annotated[Decimal, Field(ge=0, lt=10**12, allow_inf_nan=False)]
Price = Annotated[Decimal, Field(ge=0, lt=10**10, allow_inf_nan=False)]
Rate = Annotated[Decimal, Field(gt=0, lt=10**9, max_digits=18, decimal_places=9, allow_inf_nan=False)]
Quantity = Annotated[Decimal, Field(gt=0, lt=10**9, allow_inf_nan=False)]
JsonValue = Annotated[Any, AfterValidator(_storable)]
Points = Annotated[int, Field(ge=1, le=10_000_000)]
Number = text(80, 1)
Sku = text(100, 1)
