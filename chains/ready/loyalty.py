"""Chains that go with points and tiers: what is about to be lost, and what was reached."""

from __future__ import annotations

from chains.ready.blocks import OWN_PAGE, button, words
from chains.ready.steps import ReadyChain, ReadyLetter, offer

SHORT = ("telegram", "sms")

# What reminds of an order is advertising, however kindly it is meant: it asks for consent.
POINTS_EXPIRING = ReadyChain(
    key="points_expiring",
    rules={
        "trigger": "event",
        "trigger_event": "points.expiring",
        "re_entry": "after_days",
        "re_entry_days": 7,
        "goal": "ordered",
        "priority": 4,
    },
    steps=(
        offer(
            "ending",
            words("hello"),
            words("what"),
            button("see", OWN_PAGE),
            tags=("points",),
            late_after_hours=4 * 24,
            short=SHORT,
        ),
    ),
)
TIER_REACHED = ReadyChain(
    key="tier_reached",
    rules={
        "trigger": "event",
        "trigger_event": "tier.up",
        "re_entry": "after_days",
        "re_entry_days": 1,
        "priority": 3,
    },
    steps=(ReadyLetter("welcome", (words("hello"), words("what"), button("see", OWN_PAGE)), tags=("tier",)),),
)
TIER_ENDING = ReadyChain(
    key="tier_ending",
    rules={
        "trigger": "event",
        "trigger_event": "tier.ending",
        "re_entry": "after_days",
        "re_entry_days": 30,
        "priority": 3,
    },
    steps=(
        ReadyLetter(
            "notice", (words("hello"), words("what"), button("see", OWN_PAGE)), tags=("tier",), late_after_hours=7 * 24
        ),
    ),
)
