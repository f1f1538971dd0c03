"""Chains that bring somebody back: what runs out, what ends, and who has been silent."""

from __future__ import annotations

from typing import Any

from chains.ready.blocks import (
    OWN_PAGE,
    PRODUCT_PAGE,
    TOPICS,
    bought_main,
    button,
    coupon,
    first_or_again,
    reasons,
    recommended,
    reply_button,
    words,
)
from chains.ready.rules import VIP
from chains.ready.steps import (
    Answered,
    ReadyArm,
    ReadyBranch,
    ReadyChain,
    ReadyLetter,
    ReadyTask,
    ReadyUntil,
    ReadyWait,
    free_delivery,
    offer,
)

WON_BACK = ("win-back",)


def _after_silence(days: int, priority: int) -> dict[str, Any]:
    return {
        "trigger": "last_order",
        "trigger_days": days,
        "trigger_hour": 11,
        "re_entry": "after_days",
        "re_entry_days": days,
        "goal": "ordered",
        "priority": priority,
    }


REPLENISHMENT = ReadyChain(
    key="replenishment",
    rules={
        "trigger": "repurchase",
        "trigger_days": -5,
        "trigger_hour": 10,
        "re_entry": "per_order",
        "goal": "ordered",
        "priority": 4,
    },
    steps=(
        offer(
            "due",
            *first_or_again(),
            bought_main(),
            button("open", PRODUCT_PAGE),
            tags=("repeat",),
            short=("telegram", "sms"),
        ),
        ReadyWait(7),
        ReadyBranch((ReadyArm("vip", VIP, (ReadyTask("repeat_reminder", "marketing"),)), ReadyArm("others"))),
    ),
)
SUBSCRIPTION = ReadyChain(
    key="subscription",
    rules={
        "trigger": "event",
        "trigger_event": "subscription.upcoming",
        "re_entry": "after_days",
        "re_entry_days": 1,
        "priority": 3,
    },
    steps=(
        ReadyLetter(
            "coming",
            (words("hello"), words("what"), button("open", OWN_PAGE)),
            tags=("subscription",),
            late_after_hours=48,
            short=("telegram", "sms"),
        ),
    ),
)
OWN_PACE = ReadyChain(
    key="own_pace",
    segment="at-risk",
    rules={
        "trigger": "event",
        "trigger_event": "segment.entered",
        "re_entry": "after_days",
        "re_entry_days": 60,
        "goal": "ordered",
        "priority": 5,
    },
    steps=(
        offer("past_due", words("hello"), bought_main(), words("help"), button("open", PRODUCT_PAGE), tags=("repeat",)),
    ),
)
WARRANTY = ReadyChain(
    key="warranty",
    rules={
        "trigger": "warranty_end",
        "trigger_days": -30,
        "trigger_hour": 11,
        "re_entry": "per_order",
        "priority": 3,
    },
    steps=(
        ReadyLetter(
            "ending",
            (*first_or_again(), bought_main(), words("check"), reply_button("tell")),
            tags=("service",),
            late_after_hours=14 * 24,
        ),
    ),
)
WIN_BACK_6 = ReadyChain(
    key="win_back_6",
    rules=_after_silence(180, priority=6),
    steps=(
        offer(
            "still_good",
            *first_or_again(),
            bought_main(),
            words("help"),
            reply_button("ask"),
            tags=WON_BACK,
        ),
        ReadyWait(14),
        offer("what_was_missing", words("hello"), reasons("ask"), topic="", tags=WON_BACK),
        ReadyUntil(
            "feedback.left",
            days=14,
            happened=(
                ReadyBranch(
                    (
                        ReadyArm(
                            "choice",
                            Answered("what_was_missing", "ask", 0),
                            (offer("new_here", words("hello"), recommended("new", or_no_letter=True), tags=WON_BACK),),
                        ),
                        ReadyArm(
                            "delivery",
                            Answered("what_was_missing", "ask", 1),
                            (
                                free_delivery(days=14),
                                offer("delivery_on_us", words("hello"), coupon("gift"), words("how"), tags=WON_BACK),
                            ),
                        ),
                        ReadyArm("treatment", Answered("what_was_missing", "ask", 2), (ReadyTask("put_right"),)),
                        ReadyArm("no_need"),
                    )
                ),
            ),
            about_this_order=False,
        ),
    ),
)
WIN_BACK_12 = ReadyChain(
    key="win_back_12",
    rules=_after_silence(365, priority=7),
    steps=(
        offer("a_year", *first_or_again(), recommended("new"), tags=WON_BACK),
        ReadyWait(21),
        offer("stay_or_go", words("hello"), button("choose", TOPICS), topic="", tags=WON_BACK),
    ),
)
