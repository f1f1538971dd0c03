"""What one answer of a shop holds: objects to keep, and where the next page is."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from crm.intake.arrival import Arrival
from crm.models import FetchRun

MOST_DIGITS = 12
# One of each resource, as topics and subjects of webhooks name it.
NOUNS = {
    FetchRun.Resource.CUSTOMERS: "customer",
    FetchRun.Resource.PRODUCTS: "product",
    FetchRun.Resource.ORDERS: "order",
}


@dataclass(frozen=True)
class Fetched:
    """One object of the shop, with when it came to be and when it last changed, where the shop says so."""

    arrival: Arrival
    created_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None


@dataclass(frozen=True)
class Page:
    """`cursor` is where the next page is, None after the last; `total` is None where it is as it was.

    `listed` is how many of the resource the shop listed; `pause` is how long it wants to be left alone.
    """

    objects: Sequence[Fetched] = ()
    cursor: Mapping[str, Any] | None = None
    listed: int = 0
    total: int | None = None
    pause: dt.timedelta = field(default=dt.timedelta())


def fetched(noun: str, topic: str, body: Mapping[str, Any], created: str, changed: str, subject: str = "") -> Fetched:
    """`created` and `changed` are moments as the shop writes them. Fetched again unchanged it has the same key."""
    version = changed or created or hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    arrival = Arrival(f"history:{noun}:{body['id']}:{version}", topic, body, subject or f"{noun} {body['id']}")
    return Fetched(arrival, moment(created), moment(changed or created))


def objects_of(listed: Any) -> list[dict[str, Any]]:
    """The shop's objects, each with its id. ValueError where this is no list of such."""
    if not isinstance(listed, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), int | str) for one in listed
    ):
        raise ValueError(_("The shop's answer is no list of customers, products or orders."))
    return listed


def text(body: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that is a text with something in it."""
    return next((body[name] for name in names if isinstance(body.get(name), str) and body[name]), "")


def moment(written: str) -> dt.datetime | None:
    """In UTC where it has no zone of its own; None where it cannot be read."""
    try:
        read = parse_datetime(written)
    except ValueError:
        return None
    return read.replace(tzinfo=dt.UTC) if read and not read.tzinfo else read


def count_in(header: str) -> int | None:
    return int(header) if header.isdecimal() and len(header) < MOST_DIGITS else None
