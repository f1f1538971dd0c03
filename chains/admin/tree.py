"""The tree of steps as the chain's page draws it: sentences, what became of each step, and what may be done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from chains.definition.step_kinds import STEP_KINDS, step_sentence
from chains.definition.tree import DEEPEST, ArmNode, Node, tree_of
from chains.models import BranchArm, Chain, Step
from chains.stats.steps import StepStats
from segments.describe import sentence_of


@dataclass(frozen=True)
class Addition:
    """A link to a new step of one kind at one place."""

    label: str
    icon: str
    url: str


@dataclass
class DrawnArm:
    arm: BranchArm
    letter: str
    whom: str
    steps: list[DrawnStep]
    additions: list[Addition]


@dataclass
class DrawnStep:
    step: Step
    number: str
    icon: str
    sentence: str
    tally: StepStats | None
    is_first: bool
    is_last: bool
    additions: list[Addition]
    arms: list[DrawnArm] = field(default_factory=list)


def drawn(chain: Chain, tallies: Mapping[str, StepStats]) -> dict[str, Any]:
    """For the template: the steps of the top level with all that lies in them, and what may be added at their end."""
    return {"steps": _steps(chain, tree_of(chain), tallies, None), "additions": _additions(chain, None, None, 0)}


def _steps(chain: Chain, nodes: list[Node], tallies: Mapping[str, StepStats], arm: BranchArm | None) -> list[DrawnStep]:
    return [
        DrawnStep(
            step=node.step,
            number=node.number,
            icon=STEP_KINDS[node.step.kind].icon,
            sentence=step_sentence(node.step),
            tally=tallies.get(node.step.key),
            is_first=index == 0,
            is_last=index == len(nodes) - 1,
            additions=_additions(chain, arm, node.step, node.depth),
            arms=[_arm(chain, node, arm_node, tallies) for arm_node in node.arms],
        )
        for index, node in enumerate(nodes)
    ]


def _arm(chain: Chain, node: Node, arm_node: ArmNode, tallies: Mapping[str, StepStats]) -> DrawnArm:
    arm = arm_node.arm
    return DrawnArm(
        arm=arm,
        letter=f"{node.number}{arm_node.letter}",
        whom=_whom(node, arm),
        steps=_steps(chain, arm_node.nodes, tallies, arm),
        additions=_additions(chain, arm, None, node.depth + 1),
    )


def _whom(node: Node, arm: BranchArm) -> str:
    if STEP_KINDS[node.step.kind].arms_by == "weight":
        return f"{100 * arm.weight / sum(one.arm.weight for one in node.arms):.0f} %"
    return sentence_of(arm.rule) if arm.rule else ""


def _additions(chain: Chain, arm: BranchArm | None, after: Step | None, depth: int) -> list[Addition]:
    if depth > DEEPEST:
        return []
    position = {"chain": chain.pk} | ({"arm": arm.pk} if arm else {}) | ({"after": after.pk} if after else {})
    return [
        Addition(
            str(kind.label),
            STEP_KINDS[kind].icon,
            f"{reverse('admin:chains_step_add')}?{urlencode(position | {'kind': kind.value})}",
        )
        for kind in Step.Kind
        if depth < DEEPEST or not STEP_KINDS[kind].arms_by
    ]
