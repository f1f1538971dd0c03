"""The small interface behind which every way of reaching a customer works."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from crm.models import Shop


class Result(Enum):
    SENT = "sent"
    TEMPORARY = "temporary"  # not sent, may work later
    PERMANENT = "permanent"  # not sent, will never work
    UNKNOWN = "unknown"  # the connection broke after the message was handed over


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One rendered touch, ready to be handed over. `content` is what the channel's renderer made."""

    touch_id: int
    customer_id: int
    order_id: int | None
    address: str
    name: str
    purpose: str
    language: str
    token: str
    message_id: str
    content: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    touch_id: int
    result: Result
    detail: str = ""
    contact_state: str = ""  # a Contact.State to mark the address with, when a permanent failure is the address's fault
    is_providers_fault: bool = False  # it would have failed for any other recipient too
    pause: dt.timedelta | None = None  # how long the provider asks to be left alone
    provider_id: str = ""  # how the provider calls the message it took, for its receipts


class Sender(Protocol):
    """`is_idempotent`: handing over the same token twice reaches the customer once."""

    is_idempotent: bool

    def deliver(self, batch: Sequence[OutgoingMessage], shop: Shop) -> Iterator[Outcome]:
        """Hand over one by one, yielding an outcome as soon as it is known.

        Lazy: the caller may stop taking outcomes, and what was not yet yielded must then not have been attempted.
        """
        ...
