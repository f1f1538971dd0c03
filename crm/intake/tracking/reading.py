"""What a kept call tells, in Encore's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.customers.recognition import nobody
from crm.intake.facts import CustomerFact, EventFact, Fact, NothingToRecord, VisitFact, VisitorFact
from crm.intake.tracking.call import Call, text_of
from crm.intake.tracking.event_names import kind_of
from crm.intake.tracking.keys import RIGHTS, Right
from crm.intake.tracking.orders import is_about_order, order_of
from crm.intake.tracking.person import customer_of
from crm.models import Delivery, EventKind

LONGEST_ID = 180
GROUP_JOINED = "group_joined"


@dataclass(frozen=True)
class Told:
    """A call with its moment, its key, and whom it is about."""

    call: Call
    at: dt.datetime
    key: str
    customer: CustomerFact

    @property
    def devices(self) -> tuple[str, ...]:
        return (self.call.anonymous_id,) if self.call.anonymous_id else ()


def read(delivery: Delivery) -> list[Fact]:
    """ValueError names the field that is not as described; NothingToRecord says why there is nothing in it."""
    call = Call(delivery.payload)
    if call.type not in READERS:
        raise ValueError(_("type: “%(type)s” is none of the calls.") % {"type": call.type[:50]})
    if _needed(call) not in RIGHTS[delivery.source.kind]:
        raise NothingToRecord(_("This key may not tell who somebody is or what they ordered."))
    if max(len(call.user_id), len(call.anonymous_id)) > LONGEST_ID:
        raise ValueError(_("userId or anonymousId: is longer than %(most)d characters.") % {"most": LONGEST_ID})
    at = call.at(delivery.received_at)
    told = Told(call, at, delivery.key, customer_of(call, at))
    if not told.customer.is_somebody and not told.devices:
        refused = [*call.placeholders, *told.customer.placeholders]
        raise ValueError(nobody(refused) if refused else _("It has neither a userId nor an anonymousId."))
    return READERS[call.type](told)


def _needed(call: Call) -> Right:
    if is_about_order(call):
        return Right.ORDERS
    is_visit = call.type in {"track", "page", "screen"} and not call.user_id and not call.traits
    return Right.VISITS if is_visit else Right.PEOPLE


def _identify(told: Told) -> list[Fact]:
    if not told.customer.is_somebody:
        raise NothingToRecord(_("Traits of a visitor of whom neither an id nor an address is known."))
    return _known(told)


def _track(told: Told) -> list[Fact]:
    if not told.call.event:
        raise ValueError(_("%(field)s: is missing.") % {"field": "event"})
    if is_about_order(told.call):
        return _order(told)
    properties = told.call.properties | {"event_name": told.call.event}
    return _happened(told, kind_of(told.call.event), properties)


def _view(told: Told) -> list[Fact]:
    return _happened(told, EventKind.PAGE_VIEWED, page_of(told.call))


def page_of(call: Call) -> dict[str, Any]:
    """A page of the site or a screen of the app; it is told by what it has of its own, else by where it was called."""
    own, page = call.properties, call.group("page", call.context)
    name = text_of(call.told.get("name"))
    seen = {
        "url": text_of(own.get("url")) or text_of(page.get("url")),
        "title": text_of(own.get("title")) or name or text_of(page.get("title")),
    }
    return own | seen


def _group(told: Told) -> list[Fact]:
    """The company somebody is of: its name stands with the customer, the rest in the event."""
    group = text_of(told.call.told.get("groupId")) or text_of(told.call.told.get("group_id"))
    if not group:
        raise ValueError(_("%(field)s: is missing.") % {"field": "groupId"})
    traits = told.call.group("traits")
    known = {"company": text_of(traits.get("name")) or group, "company_id": group}
    customer = customer_of(told.call, told.at, told.call.traits | known)
    return _happened(Told(told.call, told.at, told.key, customer), GROUP_JOINED, traits | {"group_id": group})


def _alias(told: Told) -> list[Fact]:
    """The device they were known by is theirs from now on."""
    before = told.call.previous_id
    if not before or not told.call.user_id:
        raise ValueError(_("previousId and userId: an alias needs both."))
    traits = {"email": before} | told.call.traits if "@" in before else told.call.traits
    customer = customer_of(told.call, told.at, traits)
    return [VisitorFact(tuple(dict.fromkeys((before, *told.devices))), customer, told.at)]


def _order(told: Told) -> list[Fact]:
    """Whoever buys leaves an address with the order, if nowhere else; else it waits until the visitor is known."""
    customer = told.customer
    if not customer.is_somebody:
        properties = told.call.properties
        customer = customer_of(told.call, told.at, {name: properties.get(name) for name in ("email", "phone")})
    order = order_of(told.call, customer, told.at, told.key)
    joined: list[Fact] = [VisitorFact(told.devices, customer, told.at)] if told.devices and customer.is_somebody else []
    return [*joined, order]


def _known(told: Told) -> list[Fact]:
    return [VisitorFact(told.devices, told.customer, told.at) if told.devices else told.customer]


def _happened(told: Told, kind: str, properties: dict[str, Any]) -> list[Fact]:
    if not told.customer.is_somebody:
        return [VisitFact(told.call.anonymous_id, kind, told.at, told.key, properties)]
    event = EventFact(kind, told.customer, told.at, told.key, told.call.order_id, properties)
    return [*(_known(told) if told.devices else ()), event]


READERS: dict[str, Callable[[Told], list[Fact]]] = {
    "identify": _identify,
    "track": _track,
    "page": _view,
    "screen": _view,
    "group": _group,
    "alias": _alias,
}
