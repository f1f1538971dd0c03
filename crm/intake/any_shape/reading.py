"""From a body, and what staff said of its fields, to facts. Pure, but that `read` takes what a source was told."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.customers.recognition import nobody
from crm.intake.any_shape.fields import MEANINGS, About
from crm.intake.any_shape.mapping import ShapeMapping, from_stored
from crm.intake.any_shape.picking import is_meant, pick
from crm.intake.any_shape.values import Told, name_parts
from crm.intake.facts import AwaitsStaff, ConsentFact, CustomerFact, EventFact, Fact, NothingToRecord, OrderFact
from crm.models import Channel, Delivery, Purpose
from crm.orders.catalogue import LineData
from crm.placeholders import is_no_email, is_no_id, is_no_phone
from crm.timezones import shop_zone

MOST_MESSAGES = 500
NUMBER_PREFIX = "F-"
PRICE_STEP = Decimal("0.0001")
ONE = Decimal(1)
SAME_NAMES = ("first_name", "last_name", "city", "address", "postal_code", "company", "born_on")


@dataclass(frozen=True)
class Message:
    """What a body is read with beside itself; `key` tells it from all others."""

    key: str
    received_at: dt.datetime


def read(delivery: Delivery) -> list[Fact]:
    mapping = from_stored(delivery.source.mapping)
    if not mapping.is_on:
        raise AwaitsStaff(_("Nobody has said yet what its fields mean."))
    return facts_of(delivery.payload, mapping, Message(delivery.key, delivery.received_at))


def facts_of(payload: Any, mapping: ShapeMapping, message: Message) -> list[Fact]:
    """A list of objects is as many messages. NothingToRecord where none of them is meant."""
    bodies = payload if isinstance(payload, list) else [payload]
    if len(bodies) > MOST_MESSAGES:
        raise ValueError(_("It holds more than %(most)s messages.") % {"most": MOST_MESSAGES})
    meant = [(place, body) for place, body in enumerate(bodies, start=1) if is_meant(body, mapping)]
    if not meant:
        raise NothingToRecord(
            _("“%(path)s” is not “%(value)s”.") % {"path": mapping.only_path, "value": mapping.only_is}
        )
    if not isinstance(payload, list):
        return [_fact(payload, mapping, message)]
    return [_fact_of_many(place, body, mapping, message) for place, body in meant]


def number_for(message: Message) -> str:
    """For an order that comes without a number: the same whenever the message is read."""
    return NUMBER_PREFIX + hashlib.sha256(message.key.encode()).hexdigest()[:12].upper()


def _fact_of_many(place: int, body: Any, mapping: ShapeMapping, message: Message) -> Fact:
    try:
        return _fact(body, mapping, Message(f"{message.key} {place}", message.received_at))
    except ValueError as wrong:
        raise ValueError(_("message %(place)s: %(why)s") % {"place": place, "why": wrong}) from wrong


def _fact(body: Any, mapping: ShapeMapping, message: Message) -> Fact:
    found = pick(body, mapping, Told(message.received_at, shop_zone()))
    customer = _customer(found, mapping, message)
    if mapping.about == About.ORDER:
        return _order(found, customer, mapping, message)
    return _event(found, customer, message) if mapping.about == About.EVENT else customer


def _order(found: dict[str, Any], customer: CustomerFact, mapping: ShapeMapping, message: Message) -> OrderFact:
    lines = found.get("lines")
    if customer.placeholders and not customer.is_somebody:
        raise ValueError(nobody(customer.placeholders))
    if "number" not in found and not customer.is_somebody:
        raise ValueError(_("It names neither an order nor a customer."))
    return OrderFact(
        number=found.get("number") or number_for(message),
        told_at=message.received_at,
        customer=customer if customer.is_somebody else None,
        placed_at=found.get("at", message.received_at),
        currency=found.get("currency", ""),
        total=found.get("total"),
        discount=found.get("discount"),
        lines=None if lines is None else tuple(_line(line) for line in lines),
        moments=_moments(found, mapping, message),
        details={"coupon_code": found["coupon"]} if "coupon" in found else {},
    )


def _line(found: dict[str, Any]) -> LineData:
    quantity = found.get("line_quantity", ONE)
    price = found.get("line_price")
    if price is None:
        price = (found["line_sum"] / quantity).quantize(PRICE_STEP, ROUND_HALF_UP)
    name = found.get("line_name", "")
    sku = found.get("line_sku", "")
    return LineData(
        sku=name[:100] if is_no_id(sku) else sku,
        quantity=quantity,
        price=price,
        name=name,
        category=found.get("line_category", ""),
    )


def _moments(found: dict[str, Any], mapping: ShapeMapping, message: Message) -> dict[str, dt.datetime | None]:
    """Those that are told, and those that the status tells of: they came to be no later than the message."""
    told = {f"{name}_at": found[f"{name}_at"] for name in MEANINGS if f"{name}_at" in found}
    status = str(found.get("status", "")).casefold()
    meant = [name for name, words in mapping.meanings.items() if status and status in words]
    return {f"{name}_at": message.received_at for name in meant} | told


def _customer(found: dict[str, Any], mapping: ShapeMapping, message: Message) -> CustomerFact:
    first_name, last_name = name_parts(found.get("name", ""))
    profile: dict[str, Any] = {"first_name": first_name, "last_name": last_name}
    profile |= {name: found[name] for name in SAME_NAMES if name in found}
    if "comment" in found:
        profile["attributes"] = {"comment": found["comment"]}
    return CustomerFact(
        external_id=found.get("customer_id", ""),
        email=found.get("email", ""),
        phone=found.get("phone", ""),
        profile={name: value for name, value in profile.items() if value},
        consents=_consents(found, mapping, message) if found.get("consent") else (),
        told_at=message.received_at,
    )


def _consents(found: dict[str, Any], mapping: ShapeMapping, message: Message) -> tuple[ConsentFact, ...]:
    """For each address of theirs that the words are about."""
    addresses = {
        Channel.EMAIL.value: not is_no_email(found.get("email", "")),
        Channel.SMS.value: not is_no_phone(found.get("phone", "")),
    }
    return tuple(
        ConsentFact(
            channel=channel,
            purpose=Purpose.MARKETING,
            is_granted=True,
            at=found.get("at", message.received_at),
            wording=mapping.consent_wording,
            evidence={"message": message.key, "field": mapping.fields["consent"].path},
        )
        for channel in mapping.consent_channels
        if addresses.get(channel)
    )


def _event(found: dict[str, Any], customer: CustomerFact, message: Message) -> EventFact:
    return EventFact(
        kind=found.get("event_name", ""),
        customer=customer,
        at=found.get("at", message.received_at),
        key=message.key,
        order_number=found.get("order_number", ""),
        properties=found.get("properties", {}),
    )
