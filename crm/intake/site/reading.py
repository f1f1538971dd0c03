"""What a page of the site tells: visits and events of a device, and nothing that only the shop itself can know.

Its key is public. So whoever holds it may say what a device did, but neither whose device it is nor what they ordered:
that needs a token out of a letter, or the shop's own signature under the id of the customer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from crm.customers.recognition import nobody
from crm.intake.facts import CustomerFact, Fact, NothingToRecord, ReaderFact, VisitFact, VisitorFact
from crm.intake.site.readers import reader_in
from crm.intake.tracking.call import Call, text_of
from crm.intake.tracking.event_names import kind_of
from crm.intake.tracking.reading import GROUP_JOINED, LONGEST_ID, page_of
from crm.models import Delivery, EventKind, Source


def read(delivery: Delivery) -> list[Fact]:
    """ValueError names the field that is not as described; NothingToRecord says why there is nothing in it."""
    call = Call(delivery.payload)
    if not call.anonymous_id:
        missing = _("%(field)s: is missing.") % {"field": "anonymousId"}
        raise ValueError(nobody(call.placeholders) if call.placeholders else missing)
    if max(len(call.user_id), len(call.anonymous_id)) > LONGEST_ID:
        raise ValueError(_("userId or anonymousId: is longer than %(most)d characters.") % {"most": LONGEST_ID})
    at = call.at(delivery.received_at)
    facts = [*_owners(call, at, delivery), *_done(call, at, delivery.key)]
    if not facts:
        raise NothingToRecord(_("A page may not say who somebody is, but by a letter or the shop's signature."))
    return facts


def signature_of(user_id: str, secret: str) -> str:
    """What the shop's server puts beside the id of a customer who is logged in."""
    return hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def _owners(call: Call, at: dt.datetime, delivery: Delivery) -> list[Fact]:
    """Whose device it is, as far as it is proved; the stronger word comes first."""
    told = call.group("encore", call.context)
    if call.user_id and _is_signed(call.user_id, text_of(told.get("userHash")), delivery.source, delivery.received_at):
        return [VisitorFact((call.anonymous_id,), CustomerFact(external_id=call.user_id, told_at=at), at)]
    reader = reader_in(text_of(told.get("token")), delivery.received_at)
    return [ReaderFact(call.anonymous_id, reader, at)] if reader else []


def _is_signed(user_id: str, signature: str, source: Source, now: dt.datetime) -> bool:
    right = (signature_of(user_id, secret) for secret in source.secrets_at(now))
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in right)


def _done(call: Call, at: dt.datetime, key: str) -> list[Fact]:
    if call.type in SILENT:
        return []
    if call.type not in DEEDS:
        raise ValueError(_("type: “%(type)s” is none of the calls.") % {"type": call.type[:50]})
    kind, properties = DEEDS[call.type](call)
    return [VisitFact(call.anonymous_id, kind, at, key, properties)]


def _event(call: Call) -> tuple[str, dict[str, Any]]:
    """An order among them is an event like any other: only the shop's server tells orders."""
    if not call.event:
        raise ValueError(_("%(field)s: is missing.") % {"field": "event"})
    return kind_of(call.event), call.properties | {"event_name": call.event}


def _view(call: Call) -> tuple[str, dict[str, Any]]:
    return EventKind.PAGE_VIEWED, page_of(call)


def _group(call: Call) -> tuple[str, dict[str, Any]]:
    group = text_of(call.told.get("groupId"))
    if not group:
        raise ValueError(_("%(field)s: is missing.") % {"field": "groupId"})
    return GROUP_JOINED, call.group("traits") | {"group_id": group}


# Calls that only say who somebody is.
SILENT = frozenset({"identify", "alias"})
DEEDS: dict[str, Callable[[Call], tuple[str, dict[str, Any]]]] = {
    "track": _event,
    "page": _view,
    "screen": _view,
    "group": _group,
}
