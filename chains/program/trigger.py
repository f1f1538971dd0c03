"""What starts a chain, as publishing froze it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from chains.models import Chain


@dataclass(frozen=True, slots=True)
class Trigger:
    kind: str = Chain.Trigger.EVENT
    event: str = ""
    segment: int | None = None  # which one was entered or left
    attribute: str = ""  # the customer's, that holds a date
    is_yearly: bool = False
    days: int = 0
    on: dt.date | None = None
    every: str = Chain.Every.WEEK
    weekdays: frozenset[int] = frozenset()
    day: int = 1
    month: int = 1
    hour: int = 10
    clock: str = Chain.Clock.CUSTOMER

    @property
    def is_about_order(self) -> bool:
        """Whether the chain accompanies an order, so that service has to come first."""
        return self.kind == Chain.Trigger.EVENT and self.event.startswith("order.")

    @property
    def has_order(self) -> bool:
        """Whether an order belongs to what starts it; of an event the shop names itself that is not known."""
        return self.is_about_order or self.kind in Chain.ABOUT_ORDERS

    @property
    def is_by_calendar(self) -> bool:
        """Whether it starts for a whole crowd at one moment."""
        return self.kind in Chain.BY_CALENDAR


def compiled_trigger(chain: Chain) -> dict[str, Any]:
    """Only what the kind of trigger asks for, so that a field that plays no part makes no difference."""
    kind = Chain.Trigger(chain.trigger)
    if kind == Chain.Trigger.EVENT:
        named: dict[str, Any] = (
            {"segment": chain.trigger_segment_id} if chain.trigger_event in Chain.SEGMENT_EVENTS else {}
        )
        return {"kind": kind.value, "event": chain.event_kind, **named}
    if kind == Chain.Trigger.LAST_ORDER:
        return {"kind": kind.value, "days": chain.trigger_days}
    clock: dict[str, Any] = {"hour": chain.trigger_hour, "clock": chain.trigger_clock}
    if kind == Chain.Trigger.ATTRIBUTE:
        clock |= {"attribute": chain.trigger_attribute, "is_yearly": chain.is_yearly}
    if kind not in Chain.BY_CALENDAR:
        return {"kind": kind.value, "days": chain.trigger_days, **clock}
    if kind == Chain.Trigger.MOMENT:
        return {"kind": kind.value, "on": chain.trigger_on.isoformat() if chain.trigger_on else None, **clock}
    return {"kind": kind.value, **_season(chain), **clock}


def _season(chain: Chain) -> dict[str, Any]:
    parts: dict[str, dict[str, Any]] = {
        Chain.Every.DAY: {},
        Chain.Every.WEEK: {"weekdays": sorted(chain.trigger_weekdays)},
        Chain.Every.MONTH: {"day": chain.trigger_day},
        Chain.Every.YEAR: {"day": chain.trigger_day, "month": chain.trigger_month},
    }
    return {"every": chain.trigger_every, **parts[chain.trigger_every]}


def parse_trigger(source: dict[str, Any]) -> Trigger:
    parts = dict(source)
    if parts.get("on"):
        parts["on"] = dt.date.fromisoformat(parts["on"])
    if "weekdays" in parts:
        parts["weekdays"] = frozenset(parts["weekdays"])
    return Trigger(**parts)
