"""What the rules decide upon, and what they decide. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chains.engine.local_time import Quiet
from chains.models.chain import Chain
from chains.models.touch import Touch
from crm.models import Contact, Customer, Purpose


@dataclass(frozen=True, slots=True)
class Limits:
    """What the shop decided. `closed`: channels whose provider is down, and when to try again.

    `stopped`: channels that carry no marketing, as too much of it was reported as spam.
    """

    weekly_cap: int = 3
    less_cap: int = 1
    more_cap: int = 5
    rest_days: int = 0
    quiet: Quiet = field(default_factory=Quiet)
    quiet_of: Mapping[str, Quiet] = field(default_factory=dict)
    closed: Mapping[str, dt.datetime] = field(default_factory=dict)
    stopped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RecipientAddress:
    contact_id: int
    state: str = Contact.State.ACTIVE
    marketing_consent: str = Contact.Consent.GRANTED
    service_consent: str = Contact.Consent.UNKNOWN

    def consent(self, purpose: str) -> str:
        return self.marketing_consent if purpose == Purpose.MARKETING else self.service_consent

    def is_willing(self, purpose: str) -> bool:
        """Marketing needs a yes, service only the absence of a no."""
        consent = self.consent(purpose)
        if purpose == Purpose.MARKETING:
            return consent == Contact.Consent.GRANTED
        return consent != Contact.Consent.WITHDRAWN


class SegmentCap(NamedTuple):
    """Of a segment the customer is in."""

    cap: int
    segment: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer as they are now. `counted`: the moments of what already fills their week."""

    zone: ZoneInfo
    customer_id: int = 0
    counted: tuple[dt.datetime, ...] = ()
    addresses: Mapping[str, tuple[RecipientAddress, ...]] = field(default_factory=dict)
    preferred: tuple[str, ...] = ()  # channels: the customer's own order, then that of their segments
    frequency: str = Customer.Frequency.USUAL
    segment_caps: tuple[SegmentCap, ...] = ()
    unread: int = 0  # so many letters in a row were neither opened nor clicked; 0 when one was, or there were too few
    complaint: str = ""
    cooldown_until: dt.datetime | None = None  # after a complaint that is resolved
    has_bad_mood: bool = False
    muted_topics: frozenset[str] = frozenset()
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class DueTouch:
    """A due touch with what is known about its chain and order. `channels`: the ways its step may go, best first."""

    touch_id: int
    purpose: str
    channels: tuple[str, ...]
    due_at: dt.datetime
    useful_until: dt.datetime
    topic: str = ""
    priority: int = 5
    chain_status: str = Chain.Status.LIVE
    left: str = ""  # the Reason for which the customer left the chain or must leave it
    goal: Mapping[str, Any] | None = None  # when it is reached: how
    order: str = ""  # number of the order it is about, for words
    needs_service_first: bool = False
    arrived_at: dt.datetime | None = None
    service: str = Touch.Status.SENT  # of the order: sent, scheduled (still to come) or skipped (none will come)
    names_hour: bool = False
    waited_for: str = ""  # the Reason it was put off for until now
    is_fresh_reply: bool = False  # service answering what the customer did minutes ago
    is_control: bool = False  # the customer is in the chain's control group

    @property
    def is_marketing(self) -> bool:
        return self.purpose == Purpose.MARKETING

    @property
    def rank(self) -> tuple[bool, int, dt.datetime, int]:
        return (self.is_marketing, self.priority, self.due_at, self.touch_id)


@dataclass(frozen=True, slots=True)
class GuardInput:
    """May this message go to this person now? `week`: the moments of what already fills their week."""

    person: Recipient
    candidate: DueTouch
    limits: Limits
    week: tuple[dt.datetime, ...]
    now: dt.datetime


class Refusal(NamedTuple):
    """Why not, the facts that rests on, and when it is worth looking again; None: never."""

    reason: str
    facts: Mapping[str, Any] = {}
    until: dt.datetime | None = None


class Route(NamedTuple):
    """How the message goes; a staff task needs no address."""

    channel: str
    contact_id: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    touch_id: int
    status: str
    reason: str = Touch.Reason.NONE
    facts: Mapping[str, Any] = field(default_factory=dict)
    until: dt.datetime | None = None
    channel: str | None = None
    contact_id: int | None = None
