"""The steps of a draft as a tree: read in a handful of queries, numbered as people speak of them (1, 2, 2a.1, 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from chains.definition.step_kinds import has_arms
from chains.experiments.variants import open_experiments
from chains.models import BranchArm, Chain, Step
from chains.program.step import ARM_LETTERS

# What people can still read on a page, and far less than what the engine could walk.
MOST_STEPS = 100
DEEPEST = 4
MOST_ARMS = 8


@dataclass
class ArmNode:
    arm: BranchArm
    letter: str
    nodes: list[Node] = field(default_factory=list)


@dataclass
class Node:
    step: Step
    number: str
    depth: int
    arms: list[ArmNode] = field(default_factory=list)


def tree_of(chain: Chain) -> list[Node]:
    """The nodes of the top level, each with its arms. Steps in the arms of a step that parts no more are not in it."""
    steps = chain.steps.select_related("template", "owner_group").prefetch_related("template__texts__blocks")
    experiments = open_experiments(chain)
    inside: dict[int | None, list[Step]] = defaultdict(list)
    for step in steps:
        step.open_experiment = experiments.get(step.key)
        inside[step.arm_id].append(step)
    arms: dict[int, list[BranchArm]] = defaultdict(list)
    for arm in BranchArm.objects.filter(step__chain=chain):
        arms[arm.step_id].append(arm)
    return _nodes(inside, arms, None, "", 0)


def _nodes(
    inside: dict[int | None, list[Step]], arms: dict[int, list[BranchArm]], arm: int | None, number: str, depth: int
) -> list[Node]:
    nodes = [Node(step, f"{number}{count}", depth) for count, step in enumerate(inside[arm], start=1)]
    for node in nodes:
        if has_arms(node.step):
            for letter, branch_arm in zip(ARM_LETTERS, arms[node.step.pk], strict=False):
                below = _nodes(inside, arms, branch_arm.pk, f"{node.number}{letter}.", depth + 1)
                node.arms.append(ArmNode(branch_arm, letter, below))
    return nodes


def all_nodes(nodes: list[Node]) -> Iterator[Node]:
    """Every node, each before those in its arms."""
    for node in nodes:
        yield node
        for arm in node.arms:
            yield from all_nodes(arm.nodes)
