"""One call as a client made it, and what its fields mean. A field that is not as described is named in a ValueError."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from crm.placeholders import is_no_id

TYPES = ("identify", "track", "page", "screen", "group", "alias")
YEARS = range(1970, 2200)
NAMES = ("userId", "user_id", "anonymousId", "anonymous_id")


@dataclass(frozen=True)
class Call:
    """Reading its topic and subject never fails, so that whatever came can be kept."""

    told: dict[str, Any]

    @property
    def type(self) -> str:
        return text_of(self.told.get("type")) or text_of(self.told.get("action"))

    @property
    def message_id(self) -> str:
        return text_of(self.told.get("messageId")) or text_of(self.told.get("message_id"))

    @property
    def user_id(self) -> str:
        return self._name("userId", "user_id")

    @property
    def anonymous_id(self) -> str:
        return self._name("anonymousId", "anonymous_id")

    @property
    def previous_id(self) -> str:
        return self._name("previousId", "previous_id")

    @property
    def placeholders(self) -> list[str]:
        """What stands for nobody where an id should be."""
        told = (text_of(self.told.get(name)) for name in NAMES)
        return [name for name in told if name and is_no_id(name)]

    @property
    def event(self) -> str:
        return text_of(self.told.get("event"))

    @property
    def topic(self) -> str:
        return f"{self.type} {self.event}".strip()

    @property
    def order_id(self) -> str:
        return text_of(self.properties.get("order_id")) if self.type == "track" else ""

    @property
    def subject(self) -> str:
        """What is told of one order, person or device is applied in the order in which it came."""
        names = {"order": self.order_id, "customer": self.user_id, "visitor": self.anonymous_id}
        return next((f"{kind} {name}" for kind, name in names.items() if name), "")

    @property
    def properties(self) -> dict[str, Any]:
        return self.group("properties")

    @property
    def traits(self) -> dict[str, Any]:
        """The person's: in the call itself of an identify, beside it of the others."""
        own = self.group("traits") if self.type == "identify" else {}
        return {**self.group("traits", self.context), **own}

    @property
    def context(self) -> dict[str, Any]:
        return self.group("context")

    def _name(self, *fields: str) -> str:
        """A browser that knows nobody writes undefined or null, and all such are not one person."""
        told = (text_of(self.told.get(field)) for field in fields)
        return next((name for name in told if name and not is_no_id(name)), "")

    def group(self, name: str, within: dict[str, Any] | None = None) -> dict[str, Any]:
        found = (self.told if within is None else within).get(name)
        return found if isinstance(found, dict) else {}

    def at(self, received_at: dt.datetime) -> dt.datetime:
        """When it happened, freed of what the client's clock is wrong by; never later than it came."""
        told = self.told.get("originalTimestamp") or self.told.get("timestamp")
        if not told:
            return received_at
        happened_at = _moment(told, "timestamp")
        if self.told.get("sentAt"):
            try:
                happened_at = received_at - (_moment(self.told["sentAt"], "sentAt") - happened_at)
            except OverflowError as wrong:
                raise ValueError(_("%(field)s: cannot be right.") % {"field": "sentAt"}) from wrong
        if happened_at.year not in YEARS:
            raise ValueError(_("The year %(year)d cannot be right.") % {"year": happened_at.year})
        return min(happened_at, received_at)


def text_of(value: Any) -> str:
    """Ids are texts or numbers."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _moment(value: Any, field: str) -> dt.datetime:
    """Without a zone it is UTC, as clients say it."""
    try:
        moment = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError) as wrong:
        raise ValueError(_("%(field)s: is not a moment in ISO 8601.") % {"field": field}) from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
