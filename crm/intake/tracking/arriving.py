"""From a request to what is kept of it: one delivery for each call, whole enough to be read by itself later."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.arrival import Arrival
from crm.intake.tracking import body
from crm.intake.tracking.call import TYPES, Call

# Segment's own bound; a longer one is told apart by its hash.
LONGEST_ID = 100
# analytics.js names its calls by their first letters.
BY_FIRST_LETTER = {name[0]: name for name in TYPES} | {"b": "batch"}
BATCHES = frozenset({"batch", "import"})
# What stands once for a whole batch, and holds for each of its calls that does not say otherwise.
SHARED = ("context", "integrations", "sentAt")
# The key is the source's secret, and no part of what is told.
SECRET = "writeKey"  # noqa: S105


def arrivals(address: str, told: dict[str, Any]) -> list[Arrival]:
    """`address` is the last part of the request's path. ValueError says in words what cannot be taken."""
    name = BY_FIRST_LETTER.get(address, address)
    if name not in BATCHES:
        # A webhook of Segment or RudderStack posts calls of all types to one address, and each says its own.
        own = told.get("type")
        return [_arrival({**told, "type": own if own in TYPES else name}, _("The call"))]
    calls = told.get("batch")
    if not isinstance(calls, list):
        raise ValueError(_("batch: is not a list of calls."))
    shared = {name: told[name] for name in SHARED if told.get(name)}
    return [_arrival(_joined(shared, one, place), f"batch.{place}") for place, one in enumerate(calls)]


def _joined(shared: dict[str, Any], one: Any, place: int) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise ValueError(_("%(place)s: is not a JSON object.") % {"place": f"batch.{place}"})
    for name in ("context", "integrations"):
        outer, own = shared.get(name), one.get(name)
        if isinstance(outer, dict) and isinstance(own, dict):
            one = {**one, name: {**outer, **own}}
    return {**shared, **one}


def _arrival(told: dict[str, Any], place: str) -> Arrival:
    kept = {name: value for name, value in told.items() if name != SECRET}
    if body.size(kept) > body.MOST_BYTES_A_CALL:
        raise ValueError(
            _("%(place)s: is larger than %(most)s bytes.") % {"place": place, "most": body.MOST_BYTES_A_CALL}
        )
    call = Call(kept)
    return Arrival(key=_key(call, kept), topic=call.topic, payload=kept, subject=call.subject)


def _key(call: Call, kept: dict[str, Any]) -> str:
    """Its own id, else what it says: the same words sent again are the same call."""
    if call.message_id and len(call.message_id) <= LONGEST_ID:
        return call.message_id
    said = call.message_id or json.dumps(
        {name: value for name, value in kept.items() if name != "sentAt"}, sort_keys=True
    )
    return hashlib.sha256(said.encode()).hexdigest()
