"""How the words of a colleague leave. The channels stand above crm; at the start they say here what they can carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from crm.models import CaseMessage, Shop


class NotTaken(Exception):
    """The channel did not take the answer, in words; `contact_state` when the address is at fault."""

    def __init__(self, why: str, contact_state: str = "") -> None:
        super().__init__(why)
        self.contact_state = contact_state


@dataclass(frozen=True, slots=True)
class Handover:
    """`key` is how later reports and answers name the message; `doubt` says why it may not have left."""

    key: str | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Carrier:
    """`send` takes the answer, with its files, and the customer's message it answers, if there is one.

    It raises NotTaken when nothing of it has left.
    """

    channel: str
    is_set_up: Callable[[], bool]
    send: Callable[[CaseMessage, CaseMessage | None, Shop], Handover]
    takes_files: bool


_carriers: dict[str, Carrier] = {}


def register(carrier: Carrier) -> None:
    _carriers[carrier.channel] = carrier


def carriers() -> dict[str, Carrier]:
    """By channel, in the order in which they are offered."""
    return _carriers
