"""Chains that begin with the delivery."""

from __future__ import annotations

from typing import Any

from chains.ready.blocks import (
    INSTRUCTIONS,
    REVIEW_PAGE,
    bought_main,
    button,
    first_or_again,
    recommendation,
    recommended,
    reply_button,
    review,
    words,
)
from chains.ready.rules import COMPLEX, DETRACTOR, FIRST_TIME, GOODS, TO_REVIEW, VIP, both
from chains.ready.steps import (
    ReadyArm,
    ReadyBranch,
    ReadyChain,
    ReadyLetter,
    ReadyTask,
    ReadyUntil,
    ReadyWait,
    offer,
)
from crm.models import StaffTask

ON_DELIVERY: dict[str, Any] = {"trigger": "event", "trigger_event": "order.delivered", "re_entry": "per_order"}

ONBOARDING = ReadyChain(
    key="onboarding",
    rules=ON_DELIVERY | {"audience_rule": both(GOODS, FIRST_TIME), "priority": 3},
    steps=(
        ReadyLetter(
            "first_step", (words("hello"), bought_main(), words("step"), button("open", INSTRUCTIONS)), tags=("start",)
        ),
        ReadyBranch(
            (
                ReadyArm(
                    "complex",
                    COMPLEX,
                    (
                        ReadyUntil(
                            "message.clicked",
                            days=3,
                            happened=(
                                ReadyWait(2),
                                ReadyLetter(
                                    "second_step",
                                    (words("hello"), button("open", INSTRUCTIONS)),
                                    tags=("start",),
                                ),
                            ),
                            ran_out=(
                                ReadyLetter("need_a_hand", (words("hello"), reply_button("reply")), tags=("start",)),
                                ReadyWait(4),
                                ReadyTask("stuck"),
                            ),
                            about_this_order=False,
                        ),
                    ),
                ),
                ReadyArm(
                    "simple",
                    steps=(
                        ReadyWait(5),
                        ReadyLetter(
                            "more_of_it", (words("hello"), button("open", INSTRUCTIONS)), topic="tips", tags=("care",)
                        ),
                    ),
                ),
            )
        ),
    ),
)
# Everybody is asked, whatever they think of it; what they write is rewarded by its page.
REVIEW_REQUEST = ReadyChain(
    key="review_request",
    rules=ON_DELIVERY | {"audience_rule": both(GOODS, TO_REVIEW), "priority": 4},
    steps=(
        ReadyWait(10, since="delivered"),
        ReadyLetter(
            "ask",
            (*first_or_again(), bought_main(), button("open", REVIEW_PAGE)),
            tags=("review",),
            late_after_hours=4 * 24,
        ),
    ),
)
RECOMMEND = ReadyChain(
    key="recommend",
    rules=ON_DELIVERY | {"priority": 5, "re_entry": "after_days", "re_entry_days": 90},
    steps=(
        ReadyWait(30, since="delivered"),
        ReadyLetter("would_you", (*first_or_again(), recommendation("ask")), tags=("rating",), late_after_hours=7 * 24),
        ReadyUntil(
            "feedback.left",
            days=3,
            happened=(
                ReadyBranch(
                    (
                        ReadyArm("detractor", DETRACTOR, (ReadyTask("understand", due_days=1),)),
                        ReadyArm("others"),
                    )
                ),
            ),
            about_this_order=False,
        ),
    ),
)
ACCESSORY_ADVICE = ReadyChain(
    key="accessory_advice",
    rules=ON_DELIVERY | {"audience_rule": GOODS, "goal": "ordered", "priority": 5},
    steps=(
        ReadyLetter("at_hand", (words("hello"), bought_main(), reply_button("ask")), tags=("start",)),
        ReadyWait(14, since="delivered"),
        ReadyBranch(
            (
                ReadyArm("vip", VIP, (ReadyTask("useful_upsell", "marketing"),)),
                ReadyArm(
                    "others",
                    steps=(
                        offer(
                            "advice",
                            *first_or_again(),
                            recommended("fits", or_no_letter=True),
                            review("said"),
                            tags=("accessories",),
                        ),
                    ),
                ),
            )
        ),
    ),
)
VIP_CARD = ReadyChain(
    key="vip_card",
    rules=ON_DELIVERY | {"audience_rule": VIP, "re_entry": "after_days", "re_entry_days": 180, "priority": 6},
    steps=(ReadyWait(7, since="delivered"), ReadyTask("card", kind=StaffTask.Kind.CARD, due_days=3)),
)
