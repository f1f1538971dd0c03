"""Chains that mend what went wrong, and ask for a recommendation when it is easy to give one."""

from __future__ import annotations

from typing import Any

from chains.ready.blocks import (
    KIT,
    bought_main,
    button,
    first_or_again,
    reasons,
    referral_kit,
    reply_button,
    review,
    words,
)
from chains.ready.rules import AS_RECOMMENDER, COMPLAINT, DELIGHTED, REPEAT, SERVICES, VIP
from chains.ready.steps import (
    Answered,
    ReadyArm,
    ReadyBranch,
    ReadyChain,
    ReadyLetter,
    ReadyTask,
    ReadyUntil,
    ReadyWait,
    offer,
)

CARE_AFTER_COMPLAINT = ReadyChain(
    key="care_after_complaint",
    rules={"trigger": "event", "trigger_event": "case.resolved", "re_entry_days": 30, "re_entry": "after_days",
           "audience_rule": COMPLAINT, "priority": 1},
    steps=(
        ReadyWait(2),
        ReadyLetter("all_right", (words("hello"), reasons("ask", anyway=True)), tags=("care",)),
        ReadyUntil(
            "feedback.left",
            days=7,
            happened=(
                ReadyBranch(
                    (
                        ReadyArm("not_yet", Answered("all_right", "ask", 1), (ReadyTask("call_today", due_days=1),)),
                        ReadyArm("all_well"),
                    )
                ),
            ),
            about_this_order=False,
        ),
    ),
)  # fmt: skip


def _asked_after(event: str, audience: dict[str, Any] | None) -> dict[str, Any]:
    """Nobody is asked more than once a year at one moment."""
    return {
        "trigger": "event",
        "trigger_event": event,
        "re_entry": "after_days",
        "re_entry_days": 365,
        "audience_rule": audience,
        "priority": 7,
    }


ASK = offer("ask", words("hello"), referral_kit("kit"), tags=("referral",))

REFERRAL_PRAISE = ReadyChain(
    key="referral_praise", rules=_asked_after("feedback.left", DELIGHTED), steps=(ReadyWait(1), ASK)
)
REFERRAL_REPEAT = ReadyChain(
    key="referral_repeat",
    rules=_asked_after("order.delivered", REPEAT),
    steps=(
        ReadyWait(2, since="delivered"),
        ReadyLetter(
            "welcome_back", (words("hello"), bought_main(), words("help"), reply_button("tell")), tags=("start",)
        ),
        ReadyWait(10),
        ReadyBranch(
            (
                ReadyArm("vip", VIP, (ReadyTask("ask_for_recommendation", "marketing"),)),
                ReadyArm(
                    "others",
                    steps=(
                        offer(
                            "ask",
                            words("hello"),
                            review("said"),
                            words("forward"),
                            referral_kit("kit"),
                            tags=("referral",),
                        ),
                    ),
                ),
            )
        ),
    ),
)
REFERRAL_RESULT = ReadyChain(
    key="referral_result",
    rules=_asked_after("order.delivered", SERVICES),
    steps=(
        ReadyWait(1, since="delivered"),
        ReadyLetter("result", (*first_or_again(), bought_main(), words("help"), reply_button("tell")), tags=("care",)),
        ReadyWait(9),
        ASK,
    ),
)
REFERRAL_COMPLAINT = ReadyChain(
    key="referral_complaint", rules=_asked_after("case.confirmed", COMPLAINT), steps=(ReadyWait(14), ASK)
)
# A colleague pressed it on the page of a customer who agreed.
REFERRAL_KIT = ReadyChain(
    key="referral_kit",
    rules={"trigger": "event", "trigger_event": "referral.asked", "re_entry": "per_order", "priority": 2},
    steps=(offer("kit", words("hello"), referral_kit("kit", pause_days=0), tags=("referral",)),),
)
REFERRAL_REWARD = ReadyChain(
    key="referral_reward",
    rules={
        "trigger": "event",
        "trigger_event": "referral.rewarded",
        "re_entry": "per_order",
        "audience_rule": AS_RECOMMENDER,
        "priority": 2,
    },
    steps=(ReadyLetter("thanks", (words("hello"), button("see", KIT)), tags=("thanks",)),),
)
