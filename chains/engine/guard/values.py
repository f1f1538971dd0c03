"""What guard's rules decide upon, and what they decide. Values only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from chains.engine.guard.quiet_hours import QuietTimes
from chains.models.chain import Chain
from chains.models.touch import Touch
from crm.models import Contact, Customer, Purpose


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for all customers: the shop's settings, and how its channels fare."""

    weekly_cap: int = 3
    less_cap: int = 1
    more_cap: int = 5
    rest_days: int = 0
    survey_days: int = 90
    quiet: QuietTimes = field(default_factory=QuietTimes)
    down_until: Mapping[str, dt.datetime] = field(default_factory=dict)  # by channel, when its provider is tried again
    spam_stopped: frozenset[str] = frozenset()  # channels on which too much marketing was reported as spam


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
    cap: int
    segment: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """The customer as they are now."""

    zone: ZoneInfo
    customer_id: int = 0
    counted_at: tuple[dt.datetime, ...] = ()  # the touches that fill their week
    addresses: Mapping[str, tuple[RecipientAddress, ...]] = field(default_factory=dict)
    preferred_channels: tuple[str, ...] = ()  # the customer's own order, then that of their segments
    frequency: str = Customer.Frequency.USUAL
    segment_caps: tuple[SegmentCap, ...] = ()
    unread_letters: int = 0  # the last ones, if none was opened, clicked or answered; 0 with too few to tell
    complaint: str = ""  # the subject of an open one
    asked_at: dt.datetime | None = None  # when the last question to them went out
    cooldown_until: dt.datetime | None = None  # after a complaint that is resolved
    has_bad_mood: bool = False
    muted_topics: frozenset[str] = frozenset()
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class DueTouch:
    """A due touch with what is known about its chain and order."""

    touch_id: int
    purpose: str
    channels: tuple[str, ...]  # in the step's order of preference
    due_at: dt.datetime
    useful_until: dt.datetime
    topic: str = ""
    priority: int = 5
    chain_status: str = Chain.Status.LIVE
    exit_reason: str = ""  # why the customer left the chain or must leave it
    goods_reason: str = ""  # why the goods it is about give no reason to write any more
    goal: Mapping[str, Any] | None = None  # the facts of how it was reached; None: it was not
    order_number: str = ""
    needs_service_first: bool = False
    delivered_at: dt.datetime | None = None
    order_service: str = Touch.Status.SENT  # or scheduled (a service message may still come), or skipped (none will)
    has_own_hour: bool = False  # the step names the hour of day
    waited_for: str = ""  # the reason it was put off for until now
    is_fresh_reply: bool = False  # service answering what the customer did minutes ago
    is_control: bool = False  # the customer is in the chain's control group
    asks: str = Touch.Asks.NOTHING

    @property
    def is_marketing(self) -> bool:
        return self.purpose == Purpose.MARKETING

    @property
    def rank(self) -> tuple[bool, int, dt.datetime, int]:
        return (self.is_marketing, self.priority, self.due_at, self.touch_id)


@dataclass(frozen=True, slots=True)
class GuardInput:
    """All that a rule may look at. `week` is when the touches went that already fill the customer's week."""

    recipient: Recipient
    touch: DueTouch
    limits: Limits
    week: tuple[dt.datetime, ...]
    now: dt.datetime


class Refusal(NamedTuple):
    """Why the message may not go now, and when to look again; `until` None: never."""

    reason: str
    facts: Mapping[str, Any] = {}
    until: dt.datetime | None = None


class Route(NamedTuple):
    channel: str
    contact_id: int | None = None  # a staff task needs no address


class Wakeup(NamedTuple):
    """After events of these kinds, guard looks again at what waits for these reasons, if it is about the same."""

    reasons: frozenset[str]
    kinds: frozenset[str]
    same: Literal["customer_id", "order_id"] = "customer_id"


@dataclass(frozen=True, slots=True)
class Decision:
    touch_id: int
    status: str
    reason: str = Touch.Reason.NONE
    facts: Mapping[str, Any] = field(default_factory=dict)
    until: dt.datetime | None = None
    channel: str | None = None
    contact_id: int | None = None
    asks: str | None = None  # where the question is left out
