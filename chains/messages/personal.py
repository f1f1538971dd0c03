"""What a compiled text says of single blocks: those that some customers see and others do not, and questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chains.messages.blocks.registry import BLOCK_KINDS, LEAVE_OUT, kind_of
from chains.messages.written import WrittenText


def personal_parts(text: WrittenText) -> dict[str, Any]:
    """`rules`, `reads` and `questions` by block; nothing for a text that has none, so that it costs no more."""
    rules = {block.key: dict(block.rule) for block in text.blocks if block.rule is not None}
    reads = {
        block.key: {"kind": block.kind, "content": dict(block.content)}
        for block in text.blocks
        if kind_of(block).read is not None
    }
    questions = {block.key: dict(block.content) for block in text.blocks if kind_of(block).is_question}
    parts = {"rules": rules, "reads": reads, "questions": questions}
    return {name: part for name, part in parts.items() if part}


def made_up_blocks(compiled: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The part of a context for a made-up customer, who sees all blocks."""
    shown = {}
    for key, one in compiled.get("reads", {}).items():
        if sample := BLOCK_KINDS[one["kind"]].sample:
            shown[key] = sample(one["content"], compiled["language"])
    keys = {**compiled.get("rules", {}), **compiled.get("reads", {}), **left_out_questions(compiled)}
    return {"blocks": dict.fromkeys(keys, "1"), "shown": shown}


def left_out_questions(compiled: Mapping[str, Any]) -> dict[str, Any]:
    """Those that a message may go without, by the keys of their blocks."""
    questions = compiled.get("questions", {})
    return {key: content for key, content in questions.items() if content.get("if_asked") == LEAVE_OUT}
