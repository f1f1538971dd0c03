"""Chains that go with an order from its confirmation on."""

from __future__ import annotations

from typing import Any

from chains.ready.blocks import (
    INSTRUCTIONS,
    ORDER_PAGE,
    PRODUCT_PAGE,
    RECEIPT,
    TOPICS,
    bought,
    bought_main,
    button,
    coupon,
    first_or_again,
    rating,
    recommended,
    reply_button,
    words,
)
from chains.ready.rules import (
    APPOINTED,
    GOODS,
    NOT_APPOINTED,
    NOT_PROMISED,
    PROMISED,
    SERVICES,
)
from chains.ready.steps import WEEK_HOURS, ReadyChain, ReadyLetter, ReadyUntil, ReadyWait, free_delivery, offer

ON_ORDER: dict[str, Any] = {
    "trigger": "event",
    "trigger_event": "order.placed",
    "re_entry": "per_order",
    "goal": "ordered",
}
SHORT = ("telegram", "sms")
CONFIRMED = ReadyLetter(
    "order_confirmed",
    (
        *first_or_again(),
        bought(),
        words("total"),
        words("promised", PROMISED),
        words("not_promised", NOT_PROMISED),
        button("open", RECEIPT),
    ),
    tags=("order",),
    late_after_hours=24,
)

SMALL_APPLIANCE = ReadyChain(
    key="small_appliance",
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 3},
    steps=(
        CONFIRMED,
        ReadyWait(0, since="delivered"),
        ReadyLetter(
            "first_start",
            (words("hello"), button("open", INSTRUCTIONS)),
            tags=("start",),
        ),
        ReadyWait(3, since="delivered"),
        ReadyLetter(
            "care",
            (words("hello"), button("open", INSTRUCTIONS)),
            topic="tips",
            tags=("care", "recipes"),
        ),
        ReadyWait(10, since="delivered"),
        free_delivery(days=7),
        offer(
            "accessories",
            words("hello"),
            recommended("fits", or_no_letter=True),
            coupon("gift"),
            words("help"),
            tags=("accessories",),
        ),
        ReadyWait(30, since="placed"),
        offer("topics", words("hello"), button("choose", TOPICS), topic="recipes", tags=("recipes", "care")),
        ReadyWait(90, since="placed"),
        offer(
            "related",
            words("hello"),
            recommended("next", or_no_letter=True),
            words("help"),
            tags=("related",),
            late_after_hours=2 * WEEK_HOURS,
        ),
    ),
)
LARGE_APPLIANCE = ReadyChain(
    key="large_appliance",
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 2},
    steps=(
        CONFIRMED,
        ReadyWait(0, since="delivered"),
        ReadyLetter(
            "installation",
            (words("hello"), button("open", INSTRUCTIONS)),
            tags=("start",),
        ),
        ReadyWait(14, since="delivered"),
        ReadyLetter(
            "energy",
            (words("hello"), button("open", INSTRUCTIONS)),
            topic="tips",
            tags=("care",),
            late_after_hours=WEEK_HOURS,
        ),
        ReadyWait(335, since="placed"),
        ReadyLetter(
            "check_up",
            (words("hello"), bought_main(), words("check"), reply_button("tell")),
            topic="tips",
            tags=("service",),
            late_after_hours=2 * WEEK_HOURS,
        ),
        ReadyWait(540, since="placed"),
        offer(
            "accessories",
            words("hello"),
            recommended("fits", or_no_letter=True),
            words("help"),
            tags=("accessories",),
            late_after_hours=2 * WEEK_HOURS,
        ),
    ),
)
ANY_GOODS = ReadyChain(
    key="any_goods",
    rules=ON_ORDER | {"audience_rule": GOODS, "priority": 4},
    steps=(
        CONFIRMED,
        ReadyUntil(
            "order.delivered",
            days=3,
            ran_out=(
                ReadyLetter(
                    "on_its_way",
                    (words("hello"), words("promised", PROMISED), words("help"), button("open", ORDER_PAGE)),
                    tags=("order",),
                    late_after_hours=24,
                ),
            ),
        ),
        ReadyWait(1, since="delivered"),
        ReadyLetter(
            "arrived", (words("hello"), bought(), words("help"), button("open", INSTRUCTIONS)), tags=("start",)
        ),
        ReadyWait(-5, since="repurchase", if_unknown="leave"),
        offer("again", words("hello"), bought_main(), button("open", PRODUCT_PAGE), tags=("repeat",)),
    ),
)
SERVICE = ReadyChain(
    key="service",
    rules=ON_ORDER | {"audience_rule": SERVICES, "priority": 2},
    steps=(
        ReadyLetter(
            "booking_confirmed",
            (
                *first_or_again(),
                bought(),
                words("appointed", APPOINTED),
                words("not_appointed", NOT_APPOINTED),
                button("open", RECEIPT),
            ),
            tags=("order",),
            late_after_hours=24,
        ),
        ReadyWait(-1, since="appointment"),
        ReadyLetter(
            "reminder", (words("hello"), reply_button("move")), tags=("order",), late_after_hours=12, short=SHORT
        ),
        ReadyWait(0, since="delivered"),
        ReadyWait(3, "hours"),
        ReadyLetter("after_visit", (words("hello"), rating("ask")), tags=("rating",), late_after_hours=48),
        ReadyWait(3, since="delivered"),
        ReadyLetter(
            "what_next", (words("hello"), bought(), words("advice"), reply_button("ask")), topic="tips", tags=("care",)
        ),
        ReadyWait(26, "weeks", since="delivered"),
        offer(
            "repeat",
            words("hello"),
            bought_main(),
            words("help"),
            button("open", PRODUCT_PAGE),
            tags=("repeat",),
            late_after_hours=2 * WEEK_HOURS,
        ),
    ),
)
TRIP = ReadyChain(
    key="trip",
    rules={
        "trigger": "appointment",
        "trigger_days": -3,
        "trigger_hour": 11,
        "re_entry": "per_order",
        "audience_rule": SERVICES,
        "priority": 2,
    },
    steps=(
        ReadyLetter(
            "packing",
            (*first_or_again(), words("list"), button("open", RECEIPT)),
            tags=("order",),
            late_after_hours=24,
        ),
        ReadyWait(-6, "hours", since="appointment"),
        ReadyLetter(
            "the_day", (words("hello"), button("open", RECEIPT)), tags=("order",), late_after_hours=6, short=SHORT
        ),
    ),
)
