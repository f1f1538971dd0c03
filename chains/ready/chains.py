"""The chains Encore brings, ready to switch on. Their words lie with each language: chains.ready.words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SHOP = "{{ shop.site_url }}"
RECEIPT = "{{ order.receipt_url }}"
INSTRUCTIONS = "{{ product.instructions_url }}"
TOPICS = "{{ preferences_url }}"
RATING = "{{ rate_url }}"
PICTURE = "{{ product.picture_url }}"


@dataclass(frozen=True)
class ReadyLetter:
    """A message step; `key` names its file of words, `leads_to` its button."""

    key: str
    purpose: str = "service"
    topic: str = ""
    tags: tuple[str, ...] = ()
    leads_to: str = ""
    picture: str = ""
    late_after_hours: int = 72


@dataclass(frozen=True)
class ReadyWait:
    """Until `amount` units after (below zero: before) the order, the delivery or the appointment; or for that time."""

    amount: int
    unit: str = "days"
    since: str = ""


@dataclass(frozen=True)
class ReadyChain:
    """`key` finds its name and description in ready_chains.toml of a language. `rules`: fields of Chain."""

    key: str
    rules: dict[str, Any]
    steps: tuple[ReadyLetter | ReadyWait, ...]


WEEK_HOURS = 168
GOODS = {"all": [{"field": "order_kind", "operator": "is", "value": ["goods"]}]}
SERVICES = {"all": [{"field": "order_kind", "operator": "is", "value": ["service"]}]}
ON_ORDER: dict[str, Any] = {
    "trigger": "event",
    "trigger_event": "order.placed",
    "re_entry": "per_order",
    "goal": "ordered",
}

SMALL_APPLIANCE = ReadyChain(
    key="small_appliance",
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 3},
    steps=(
        ReadyLetter("order_confirmed", tags=("order",), leads_to=RECEIPT, picture=PICTURE, late_after_hours=24),
        ReadyWait(0, since="delivered"),
        ReadyLetter("first_start", tags=("start",), leads_to=INSTRUCTIONS),
        ReadyWait(3, since="delivered"),
        ReadyLetter("care", topic="tips", tags=("care", "recipes"), leads_to=SHOP),
        ReadyWait(10, since="delivered"),
        ReadyLetter("accessories", "marketing", "offers", ("accessories",), SHOP, PICTURE, WEEK_HOURS),
        ReadyWait(30, since="placed"),
        ReadyLetter("topics", "marketing", "recipes", ("recipes", "care"), TOPICS, late_after_hours=WEEK_HOURS),
        ReadyWait(90, since="placed"),
        ReadyLetter("related", "marketing", "offers", ("related",), SHOP, late_after_hours=2 * WEEK_HOURS),
    ),
)
LARGE_APPLIANCE = ReadyChain(
    key="large_appliance",
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 2},
    steps=(
        ReadyLetter("order_confirmed", tags=("order",), leads_to=RECEIPT, picture=PICTURE, late_after_hours=24),
        ReadyWait(0, since="delivered"),
        ReadyLetter("installation", tags=("start",), leads_to=INSTRUCTIONS),
        ReadyWait(14, since="delivered"),
        ReadyLetter("energy", topic="tips", tags=("care",), leads_to=INSTRUCTIONS, late_after_hours=WEEK_HOURS),
        ReadyWait(335, since="placed"),
        ReadyLetter("extended_service", "marketing", "offers", ("service",), SHOP, late_after_hours=2 * WEEK_HOURS),
        ReadyWait(540, since="placed"),
        ReadyLetter("accessories", "marketing", "offers", ("accessories",), SHOP, PICTURE, 2 * WEEK_HOURS),
    ),
)
SERVICE = ReadyChain(
    key="service",
    rules=ON_ORDER | {"audience_rule": SERVICES, "priority": 2},
    steps=(
        ReadyLetter("booking_confirmed", tags=("order",), leads_to=RECEIPT, late_after_hours=24),
        ReadyWait(-1, since="appointment"),
        ReadyLetter("reminder", tags=("order",), late_after_hours=12),
        ReadyWait(0, since="delivered"),
        ReadyWait(3, "hours"),
        ReadyLetter("after_visit", tags=("rating",), late_after_hours=48),
        ReadyWait(3, since="delivered"),
        ReadyLetter("what_next", topic="tips", tags=("care",)),
        ReadyWait(26, "weeks", since="delivered"),
        ReadyLetter("repeat", "marketing", "offers", ("repeat",), SHOP, late_after_hours=2 * WEEK_HOURS),
    ),
)
REVIEW_REQUEST = ReadyChain(
    key="review_request",
    rules={
        "trigger": "event",
        "trigger_event": "order.delivered",
        "re_entry": "per_order",
        "audience_rule": GOODS,
        "priority": 4,
    },
    steps=(
        ReadyWait(10, since="delivered"),
        ReadyLetter("rating", tags=("rating",), picture=PICTURE, late_after_hours=4 * 24),
    ),
)
WIN_BACK_6 = ReadyChain(
    key="win_back_6",
    rules={
        "trigger": "last_order",
        "trigger_days": 180,
        "trigger_hour": 11,
        "re_entry": "after_days",
        "re_entry_days": 180,
        "goal": "ordered",
        "priority": 6,
    },
    steps=(
        ReadyLetter("still_good", "marketing", "offers", ("win-back",), SHOP, late_after_hours=WEEK_HOURS),
        ReadyWait(14),
        ReadyLetter("what_was_missing", "marketing", "", ("win-back",), RATING, late_after_hours=WEEK_HOURS),
    ),
)
WIN_BACK_12 = ReadyChain(
    key="win_back_12",
    rules={
        "trigger": "last_order",
        "trigger_days": 365,
        "trigger_hour": 11,
        "re_entry": "after_days",
        "re_entry_days": 365,
        "goal": "ordered",
        "priority": 7,
    },
    steps=(
        ReadyLetter("a_year", "marketing", "offers", ("win-back",), SHOP, late_after_hours=WEEK_HOURS),
        ReadyWait(21),
        ReadyLetter("stay_or_go", "marketing", "", ("win-back",), TOPICS, late_after_hours=WEEK_HOURS),
    ),
)
READY_CHAINS = (SMALL_APPLIANCE, LARGE_APPLIANCE, SERVICE, REVIEW_REQUEST, WIN_BACK_6, WIN_BACK_12)
