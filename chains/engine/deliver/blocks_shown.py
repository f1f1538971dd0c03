"""Which blocks of a batch of letters their customers see, and what these show: nothing is read where no text has any.

Each distinct rule is asked once for the whole batch, and each kind of block reads its facts once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from chains.engine import facts
from chains.messages.blocks.kind import AskedBlock, Shown
from chains.messages.blocks.registry import BLOCK_KINDS
from chains.messages.personal import left_out_questions
from chains.models import Touch
from segments.subjects import Subject

SKIP_MESSAGE = "skip_message"


class PersonalTouch(Protocol):
    """What of a leased touch decides its blocks."""

    @property
    def pk(self) -> int: ...
    @property
    def customer_id(self) -> int: ...
    @property
    def order_id(self) -> int | None: ...
    @property
    def enrolment__event_id(self) -> int | None: ...
    @property
    def asks(self) -> str: ...


class BlocksShown:
    """`texts` are the compiled texts of the touches, by touch."""

    def __init__(self, rows: Sequence[PersonalTouch], texts: Mapping[int, Mapping[str, Any]], now: dt.datetime) -> None:
        self._texts = texts
        self._without_question = {row.pk for row in rows if row.asks == Touch.Asks.LEFT_OUT}
        self._rules = _spelled_rules(rows, texts)
        self._holds = _holding(rows, self._rules, now)
        self._facts = _read([one for row in rows for one in self._asked(row)], now)

    def context(self, touch_id: int) -> dict[str, dict[str, Any]]:
        """What the letter's context needs beyond that of every letter."""
        text = self._texts[touch_id]
        rules, reads, questions = text.get("rules", {}), text.get("reads", {}), left_out_questions(text)
        if not rules and not reads and not questions:
            return {}
        shown = {key: self._facts[touch_id, key] for key in reads if (touch_id, key) in self._facts}
        seen = {
            key: "1" if self._holds_for(touch_id, key) and (key not in reads or key in shown) else ""
            for key in {**rules, **reads, **questions}
        }
        if touch_id in self._without_question:
            seen |= dict.fromkeys(questions, "")
        return {"blocks": seen, "shown": shown}

    def is_pointless(self, touch_id: int) -> bool:
        """Whether a block without which the message is not worth sending has nothing to show."""
        reads = self._texts[touch_id].get("reads", {})
        return any(
            read["content"].get("if_none") == SKIP_MESSAGE
            and self._holds_for(touch_id, key)
            and (touch_id, key) not in self._facts
            for key, read in reads.items()
        )

    def _holds_for(self, touch_id: int, key: str) -> bool:
        rule = self._rules[touch_id].get(key) if touch_id in self._rules else None
        return rule is None or touch_id in self._holds[rule]

    def _asked(self, row: PersonalTouch) -> list[tuple[str, AskedBlock]]:
        """The blocks that have to read facts for a touch, each with its kind."""
        text = self._texts[row.pk]
        return [
            (
                read["kind"],
                AskedBlock(row.pk, row.customer_id, row.order_id, text["language"], key, read["content"]),
            )
            for key, read in text.get("reads", {}).items()
            if self._holds_for(row.pk, key)
        ]


def _spelled_rules(rows: Sequence[PersonalTouch], texts: Mapping[int, Mapping[str, Any]]) -> dict[int, dict[str, str]]:
    """By touch and block, for touches whose text has any. Equal rules are spelled alike, and asked once."""
    spelled: dict[int, dict[str, str]] = {}  # by text, as a batch has few
    found = {}
    for row in rows:
        text = texts[row.pk]
        if rules := text.get("rules"):
            if id(text) not in spelled:
                spelled[id(text)] = {key: json.dumps(rule, sort_keys=True) for key, rule in rules.items()}
            found[row.pk] = spelled[id(text)]
    return found


def _holding(
    rows: Sequence[PersonalTouch], rules: Mapping[int, Mapping[str, str]], now: dt.datetime
) -> dict[str, set[int]]:
    """Touches for which each rule holds."""
    asked: dict[str, list[Subject]] = defaultdict(list)
    for row in rows:
        if row.pk in rules:
            subject = Subject(row.pk, row.customer_id, row.order_id, row.enrolment__event_id)
            for rule in set(rules[row.pk].values()):
                asked[rule].append(subject)
    return {rule: facts.holding_now(json.loads(rule), subjects, now) for rule, subjects in asked.items()}


def _read(asked: Sequence[tuple[str, AskedBlock]], now: dt.datetime) -> dict[tuple[int, str], Shown]:
    by_kind: dict[str, list[AskedBlock]] = defaultdict(list)
    for kind, one in asked:
        by_kind[kind].append(one)
    found: dict[tuple[int, str], Shown] = {}
    for kind, blocks in by_kind.items():
        if read := BLOCK_KINDS[kind].read:
            found |= read(blocks, now)
    return found
