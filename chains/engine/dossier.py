"""What the rules decide upon, and what they decide. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from chains.engine.clockwork import Quiet
from chains.models.chain import Chain
from chains.models.touch import Touch
from crm.models import Contact, Purpose


@dataclass(frozen=True, slots=True)
class Limits:
    """What the shop decided."""

    weekly_cap: int = 3
    quiet: Quiet = field(default_factory=Quiet)


@dataclass(frozen=True, slots=True)
class Address:
    contact_id: int
    state: str = Contact.State.ACTIVE
    marketing_consent: str = Contact.Consent.GRANTED
    service_consent: str = Contact.Consent.UNKNOWN

    def consent(self, purpose: str) -> str:
        return self.marketing_consent if purpose == Purpose.MARKETING else self.service_consent


@dataclass(frozen=True, slots=True)
class Person:
    """The customer as they are now. `counted`: the moments of what already fills their week."""

    zone: ZoneInfo
    counted: tuple[dt.datetime, ...] = ()
    addresses: Mapping[str, tuple[Address, ...]] = field(default_factory=dict)
    complaint: str = ""
    has_bad_mood: bool = False
    muted_topics: frozenset[str] = frozenset()
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due touch with what is known about its chain and order."""

    touch_id: int
    purpose: str
    channel: str
    due_at: dt.datetime
    useful_until: dt.datetime
    topic: str = ""
    priority: int = 5
    chain_status: str = Chain.Status.LIVE
    left: str = ""  # the Reason for which the customer left the chain or must leave it
    has_reached_goal: bool = False
    needs_service_first: bool = False
    has_arrived: bool = True
    service: str = Touch.Status.SENT  # of the order: sent, scheduled (still to come) or skipped (none will come)
    names_hour: bool = False
    waited_for: str = ""  # the Reason it was put off for until now
    is_fresh_reply: bool = False  # service answering what the customer did minutes ago
    is_held: bool = False  # the customer is in the chain's control group

    @property
    def is_marketing(self) -> bool:
        return self.purpose == Purpose.MARKETING

    @property
    def rank(self) -> tuple[bool, int, dt.datetime, int]:
        return (self.is_marketing, self.priority, self.due_at, self.touch_id)


@dataclass(frozen=True, slots=True)
class Decision:
    touch_id: int
    status: str
    reason: str = Touch.Reason.NONE
    facts: dict[str, Any] = field(default_factory=dict)
    until: dt.datetime | None = None
    contact_id: int | None = None
