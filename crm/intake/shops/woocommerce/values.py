"""Values as PHP writes them, which is lenient: a missing text may be null or false, a number a text, a list an object.

`Utc` is a moment without a zone that is UTC all the same, `Local` one that is the shop's own time.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from html import unescape
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from crm.timezones import shop_zone

# As MySQL and PHP write a moment that never was.
NEVER = ("0000", "-0001")
Item = TypeVar("Item")


def _plain(value: Any) -> Any:
    if value is None or value is False:
        return ""
    if isinstance(value, int | float):
        return str(value)
    return unescape(value).strip() if isinstance(value, str) else value


def _number(value: Any) -> Any:
    """Nought is a number, and no text or False is none."""
    return None if value == "" or value is False else value


def _listed(value: Any) -> Any:
    return list(value.values()) if isinstance(value, dict) else value or []


def as_object(value: Any) -> Any:
    return value or {}


def _moment(value: Any, *, is_utc: bool) -> Any:
    if not value or (isinstance(value, str) and value.startswith(NEVER)):
        return None
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if isinstance(moment, dt.datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=dt.UTC if is_utc else shop_zone())
    return moment


def cut(longest: int) -> AfterValidator:
    """What is only shown is cut to what its column holds: an order must not be refused for a long name."""
    return AfterValidator(lambda text: text[:longest])


Text = Annotated[str, BeforeValidator(_plain)]
Name = Annotated[Text, cut(150)]
Title = Annotated[Text, cut(300)]
Number = Annotated[Annotated[Decimal, Field(gt=-(10**12), lt=10**12)] | None, BeforeValidator(_number)]
Quantity = Annotated[Decimal, Field(gt=-(10**9), lt=10**9), AfterValidator(lambda quantity: round(quantity, 3))]
Utc = Annotated[AwareDatetime | None, BeforeValidator(partial(_moment, is_utc=True))]
Local = Annotated[AwareDatetime | None, BeforeValidator(partial(_moment, is_utc=False))]
Id = Annotated[int, BeforeValidator(lambda value: value or 0), Field(ge=0)]
Listed = Annotated[list[Item], BeforeValidator(_listed)]
