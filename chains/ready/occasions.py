"""Chains for days of the calendar."""

from __future__ import annotations

from chains.ready.blocks import INSTRUCTIONS, bought_main, button, first_or_again, recommended, words
from chains.ready.rules import BUYERS
from chains.ready.steps import WEEK_HOURS, ReadyChain, offer, points

YEARLY = {"re_entry": "after_days", "re_entry_days": 300}

BIRTHDAY = ReadyChain(
    key="birthday",
    rules=YEARLY | {"trigger": "birthday", "trigger_hour": 10, "audience_rule": BUYERS, "priority": 5},
    steps=(
        points(300),
        offer(
            "gift",
            words("hello"),
            recommended("ideas"),
            tags=("birthday",),
            late_after_hours=24,
            short=("telegram", "sms"),
        ),
    ),
)
ANNIVERSARY = ReadyChain(
    key="anniversary",
    rules=YEARLY | {"trigger": "anniversary", "trigger_hour": 11, "priority": 6},
    steps=(
        offer(
            "thanks",
            *first_or_again(),
            bought_main(),
            recommended("next"),
            words("help"),
            tags=("anniversary",),
        ),
    ),
)
SEASON = ReadyChain(
    key="season",
    rules=YEARLY
    | {
        "trigger": "season",
        "trigger_every": "year",
        "trigger_month": 10,
        "trigger_day": 1,
        "trigger_hour": 11,
        "audience_rule": BUYERS,
        "priority": 7,
    },
    steps=(
        offer(
            "get_ready",
            words("hello"),
            bought_main(),
            words("tips"),
            button("open", INSTRUCTIONS),
            topic="tips",
            tags=("care",),
            late_after_hours=2 * WEEK_HOURS,
        ),
    ),
)
