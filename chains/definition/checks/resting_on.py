"""What a finding about the order of steps rests on: the way to the step, and what the step says.

What comes behind it may change without a decision about it being asked again.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from chains.definition.tree import Node, all_nodes
from chains.definition.wait_kinds import compiled_wait
from chains.messages.written import written_texts
from chains.models import Chain, Step
from chains.program.trigger import compiled_trigger


def resting_on(chain: Chain, nodes: list[Node], node: Node) -> str:
    before = [_step(one) for one in _until(nodes, node)]
    seen = {"trigger": compiled_trigger(chain), "steps": before, "texts": _texts(node.step)}
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()


def _until(nodes: list[Node], node: Node) -> list[Node]:
    every = list(all_nodes(nodes))
    return every[: every.index(node) + 1]


def _step(node: Node) -> list[Any]:
    step = node.step
    wait = compiled_wait(step) if step.kind == Step.Kind.WAIT else None
    rules = [[arm.arm.key, arm.arm.rule] for arm in node.arms]
    coupon = [step.coupon_kind, step.coupon_value, step.coupon_category_id, step.coupon_product_id]
    return [step.key, step.kind, step.purpose, step.template_id, wait, rules, step.change, coupon]


def _texts(step: Step) -> list[Any]:
    if step.template is None:
        return []
    return [
        [text.channel, text.language, text.subject, *([block.kind, block.content, block.rule] for block in text.blocks)]
        for text in written_texts(step.template)
    ]
