"""The blocks that ready letters are made of. What one says stands in a section of the file of each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chains.messages.blocks.bought import ALL, MAIN
from chains.messages.blocks.question import NPS, RATING, REASONS
from chains.messages.blocks.recommendations import SKIP_MESSAGE
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.written import Block
from chains.models import Touch
from chains.ready.rules import FIRST_TIME, REPEAT, Rule

RECEIPT = "{{ order.receipt_url }}"
INSTRUCTIONS = "{{ product.instructions_url }}"
PRODUCT_PAGE = "{{ product.url }}"
REVIEW_PAGE = "{{ review_url }}"
TOPICS = "{{ preferences_url }}"
OWN_PAGE = "{{ my_page_url }}"
ORDER_PAGE = "{{ order_page_url }}"
REPLY = "{{ reply_url }}"
KIT = "{{ kit_url }}"


@dataclass(frozen=True)
class ReadyBlock:
    """`fills` is the field of its content that the words of `section` go into."""

    kind: str
    section: str = ""
    fills: str = ""
    shown_to: Rule | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


def words(section: str, shown_to: Rule | None = None) -> ReadyBlock:
    return ReadyBlock("words", section, "source", shown_to)


def first_or_again() -> tuple[ReadyBlock, ...]:
    """The greeting, then words of their own for who buys for the first time and for who came back."""
    return words("hello"), words("first_time", FIRST_TIME), words("back_again", REPEAT)


def button(section: str, leads_to: str) -> ReadyBlock:
    return ReadyBlock("button", section, "label", content={"link": leads_to})


def reply_button(section: str) -> ReadyBlock:
    """For a letter that asks to be answered."""
    return button(section, REPLY)


def bought() -> ReadyBlock:
    return ReadyBlock("bought", content={"shows": ALL})


def bought_main() -> ReadyBlock:
    return ReadyBlock("bought", content={"shows": MAIN})


def recommended(section: str, *, or_no_letter: bool = False) -> ReadyBlock:
    """`or_no_letter`: for a letter that says nothing without them."""
    return ReadyBlock("recommendations", section, "title", content={"if_none": SKIP_MESSAGE} if or_no_letter else {})


def coupon(section: str) -> ReadyBlock:
    return ReadyBlock("coupon", section, "title")


def referral_kit(section: str, *, pause_days: int = 180) -> ReadyBlock:
    """Who was asked lately, by whatever, gets no such letter."""
    return ReadyBlock("referral_kit", section, "title", content={"pause_days": pause_days, "if_none": SKIP_MESSAGE})


def review(section: str) -> ReadyBlock:
    return ReadyBlock("review", section, "title")


def rating(section: str) -> ReadyBlock:
    """Below the question stand what the lowest and what the highest means, each behind a dash."""
    return ReadyBlock("question", section, "words", content={"asks": RATING})


def recommendation(section: str) -> ReadyBlock:
    """From 0 to 10; what the ends mean stands below the question as below a rating."""
    return ReadyBlock("question", section, "words", content={"asks": NPS})


def reasons(section: str, *, anyway: bool = False) -> ReadyBlock:
    """Below the question stand the answers, each behind a dash. `anyway`: however lately they were asked."""
    content = {"asks": REASONS} | ({"if_asked": Touch.Asks.ANYWAY.value} if anyway else {})
    return ReadyBlock("question", section, "words", content=content)


def block_with(ready: ReadyBlock, sections: Mapping[str, str]) -> Block:
    """The block with its words."""
    content = {one.name: one.empty for one in BLOCK_KINDS[ready.kind].fields} | dict(ready.content)
    if ready.kind == "question":
        question, *answers = listed(sections[ready.section])
        ends = dict(zip(("low_words", "high_words"), answers, strict=False))
        content |= {"words": question} | ({"answers": answers} if content["asks"] == REASONS else ends)
    elif ready.section:
        content[ready.fills] = sections[ready.section]
    return Block(ready.kind, content, ready.shown_to)


def listed(said: str) -> list[str]:
    """A question, and what stands behind the dashes below it."""
    return [line.removeprefix("- ").strip() for line in said.splitlines() if line.strip()]
