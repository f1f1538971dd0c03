"""From the steps of a draft to those of a program; see chains.program.step for the shape."""

from __future__ import annotations

from typing import Any

from chains.definition.step_kinds import STEP_KINDS
from chains.definition.tree import Node, tree_of
from chains.models import Chain
from crm.models import Shop


def compiled_steps(chain: Chain, shop: Shop) -> list[dict[str, Any]]:
    return [_compiled(node, shop) for node in tree_of(chain)]


def _compiled(node: Node, shop: Shop) -> dict[str, Any]:
    step = node.step
    source = {"key": step.key, "kind": step.kind, "name": step.name} | STEP_KINDS[step.kind].program(step, shop)
    if node.arms:
        source["arms"] = [
            {
                "key": one.arm.key,
                "name": one.arm.name,
                "rule": one.arm.rule,
                "weight": one.arm.weight,
                "steps": [_compiled(below, shop) for below in one.nodes],
            }
            for one in node.arms
        ]
    return source
