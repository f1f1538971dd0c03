"""What may be picked from a body: every field that Encore keeps of an order, a customer or an event."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from crm.intake.any_shape import values
from crm.intake.any_shape.values import Told
from crm.models import EventKind

EVENT_NAME = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,99}")
MOST_PROPERTIES = 100


class About(StrEnum):
    ORDER = "order"
    CUSTOMER = "customer"
    EVENT = "event"


Parse = Callable[[Any, Told], Any]


@dataclass(frozen=True)
class Field:
    name: str
    label: StrPromise
    parse: Parse
    help: StrPromise | str = ""


def _text(most: int) -> Parse:
    return partial(_parse_text, most)


def _parse_text(most: int, value: Any, told: Told) -> str | None:
    return values.text(value, most)


def _amount(value: Any, told: Told) -> Any:
    return values.amount(value)


def _currency(value: Any, told: Told) -> str | None:
    plain = values.text(value, 20)
    code = CURRENCY_SIGNS.get((plain or "").rstrip(".").lower(), plain or "").upper()
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError(_("is not a currency: its three letters are needed, e.g. EUR"))
    return code or None


def _event_name(value: Any, told: Told) -> str | None:
    plain = values.text(value, 100)
    if plain is None:
        return None
    name = re.sub(r"\s+", "_", plain.lower())
    if not EVENT_NAME.fullmatch(name):
        raise ValueError(_("is not a name of an event: use latin letters, digits and underscores"))
    if name in EventKind.values:
        raise ValueError(_("is a name that Encore itself uses: choose another"))
    return name


def _properties(value: Any, told: Told) -> dict[str, Any] | None:
    if value is None or value == []:
        return None
    found = value if isinstance(value, dict) else {"value": value}
    if len(found) > MOST_PROPERTIES:
        raise ValueError(_("holds more than %(most)s fields") % {"most": MOST_PROPERTIES})
    return found


def _list(value: Any, told: Told) -> list[Any] | None:
    """A single line may come without the list around it."""
    if value is None or isinstance(value, list):
        return value or None
    if not isinstance(value, dict):
        raise ValueError(_("is not a list"))
    return [value]


def _tick(value: Any, told: Told) -> bool | None:
    return values.tick(value)


CURRENCY_SIGNS = {"₽": "RUB", "р": "RUB", "руб": "RUB", "rur": "RUB", "€": "EUR", "$": "USD", "£": "GBP", "₸": "KZT"}
AT = Field(
    "at",
    gettext_lazy("when it was placed or happened"),
    values.moment,
    gettext_lazy("Left out: when the message came. Times without a zone are the shop's."),
)
ORDER = (
    Field(
        "number",
        gettext_lazy("order number"),
        _text(80),
        gettext_lazy("Left out, each message is an order of its own, numbered by Encore: F-…"),
    ),
    AT,
    Field("total", gettext_lazy("total"), _amount, gettext_lazy("Left out: the sum of the lines less the discount.")),
    Field("currency", gettext_lazy("currency"), _currency, gettext_lazy("Left out: the shop's.")),
    Field("discount", gettext_lazy("discount"), _amount),
    Field("coupon", gettext_lazy("coupon"), _text(64)),
    Field(
        "status", gettext_lazy("status"), _text(100), gettext_lazy("Once it is picked: which of its words mean what.")
    ),
    Field("paid_at", gettext_lazy("paid at"), values.moment),
    Field("shipped_at", gettext_lazy("shipped at"), values.moment),
    Field("delivered_at", gettext_lazy("delivered or performed at"), values.moment),
    Field("cancelled_at", gettext_lazy("cancelled at"), values.moment),
    Field("lines", gettext_lazy("list of what was bought"), _list),
)
# Seen from one item of the list.
LINE = (
    Field("line_sku", gettext_lazy("SKU"), _text(100), gettext_lazy("Left out: the name.")),
    Field("line_name", gettext_lazy("product's name"), _text(300)),
    Field("line_price", gettext_lazy("price of one"), _amount),
    Field(
        "line_sum",
        gettext_lazy("price of the whole line"),
        _amount,
        gettext_lazy("Where the price of one is not told."),
    ),
    Field("line_quantity", gettext_lazy("quantity"), _amount, gettext_lazy("Left out: one.")),
    Field("line_category", gettext_lazy("category"), _text(500)),
)
CUSTOMER = (
    Field("email", gettext_lazy("email"), _text(320)),
    Field("phone", gettext_lazy("phone"), _text(40)),
    Field("customer_id", gettext_lazy("customer id in the shop"), _text(180)),
    Field("name", gettext_lazy("first and last name in one"), _text(300)),
    Field("first_name", gettext_lazy("first name"), _text(150)),
    Field("last_name", gettext_lazy("last name"), _text(150)),
    Field("city", gettext_lazy("city"), _text(150)),
    Field("address", gettext_lazy("street, house, flat"), _text(300)),
    Field("postal_code", gettext_lazy("postal code"), _text(20)),
    Field("company", gettext_lazy("company"), _text(200)),
    Field("born_on", gettext_lazy("birth date"), values.day),
    Field("comment", gettext_lazy("comment"), _text(2_000), gettext_lazy("Kept with the customer as “comment”.")),
    Field(
        "consent",
        gettext_lazy("checkbox of consent to marketing"),
        _tick,
        gettext_lazy("Only a ticked box counts, with the words that stand beside it on the form."),
    ),
)
EVENT = (
    Field("event_name", gettext_lazy("name of the event"), _event_name, gettext_lazy("E.g. quiz_taken.")),
    AT,
    Field("order_number", gettext_lazy("order number"), _text(80)),
    Field("properties", gettext_lazy("what else is told about it"), _properties),
)
FIELDS: dict[About, Sequence[Field]] = {
    About.ORDER: (*ORDER, *CUSTOMER),
    About.CUSTOMER: (AT, *CUSTOMER),
    About.EVENT: (*EVENT, *CUSTOMER),
}
ALL = {field.name: field for field in (*ORDER, *LINE, *CUSTOMER, *EVENT)}
# What a status may mean, in the order in which it happens.
MEANINGS = {
    "paid": gettext_lazy("paid"),
    "shipped": gettext_lazy("shipped"),
    "delivered": gettext_lazy("delivered or performed"),
    "cancelled": gettext_lazy("cancelled"),
}
