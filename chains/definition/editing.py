"""Changing the tree of a draft. Each verb locks the chain, so that two marketers cannot number the same steps."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from chains.definition.step_kinds import STEP_KINDS, arm_names, has_arms
from chains.definition.tree import DEEPEST, MOST_STEPS, Node, all_nodes, tree_of
from chains.models import BranchArm, Chain, Step


@transaction.atomic
def add(step: Step, after: Step | None = None) -> None:
    """Save a new step behind another of its arm, or at the arm's end; ValueError in words when there is no room."""
    _lock(step.chain_id)
    if step.chain.steps.count() >= MOST_STEPS:
        raise ValueError(_("A chain may have at most %(most)d steps.") % {"most": MOST_STEPS})
    siblings = _siblings(step.chain_id, step.arm_id)
    index = siblings.index(after) + 1 if after in siblings else len(siblings)
    step.save()
    _number([*siblings[:index], step, *siblings[index:]])


@transaction.atomic
def move(step: Step, by: int) -> None:
    """Up (-1) or down (1) among the steps of its arm; at the edge it stays."""
    _lock(step.chain_id)
    siblings = _siblings(step.chain_id, step.arm_id)
    index = siblings.index(step)
    siblings.insert(max(index + by, 0), siblings.pop(index))
    _number(siblings)


@transaction.atomic
def put(step: Step, arm: BranchArm | None) -> None:
    """Take a step, with all that lies in it, to the end of another arm; ValueError where it does not fit."""
    _lock(step.chain_id)
    if step.arm_id == (arm.pk if arm else None):
        return
    if arm and arm.pk not in {pk for pk, _label in places_for(step)}:
        raise ValueError(_("It does not fit in there."))
    step.arm = arm
    step.save(update_fields=["arm"])
    _number([*(one for one in _siblings(step.chain_id, step.arm_id) if one != step), step])


def places_for(step: Step) -> list[tuple[int, str]]:
    """The arms that the step may be put into, by number and name: none of its own, and none too deep for it."""
    nodes = tree_of(step.chain)
    own = [node for node in all_nodes(nodes) if node.step == step]
    height = max((node.depth for node in all_nodes(own)), default=0) - (own[0].depth if own else 0)
    inside = {arm_node.arm.pk for node in all_nodes(own) for arm_node in node.arms}
    return [
        (arm_node.arm.pk, f"{node.number}{arm_node.letter}. {arm_node.arm}")
        for node in all_nodes(nodes)
        for arm_node in node.arms
        if arm_node.arm.pk not in inside and node.depth + 1 + height <= DEEPEST
    ]


def depth_of(arm: BranchArm | None) -> int:
    """How many steps an arm lies in."""
    depth = 0
    while arm is not None:
        depth, arm = depth + 1, arm.step.arm
    return depth


@transaction.atomic
def complete_arms(step: Step) -> None:
    """Give the step the arms its kind asks for beside those a marketer wrote, and take away those it has no more."""
    _lock(step.chain_id)
    arms = list(step.arms.all())
    if STEP_KINDS[step.kind].arms_by == "rule":
        rest = next((arm for arm in arms if arm.rule is None), None) or BranchArm(step=step, name=_("everybody else"))
        rest.position = len(arms) + 1
        rest.save()
    elif names := arm_names(step):
        BranchArm.objects.bulk_create(
            BranchArm(step=step, position=index, name=str(names[index])) for index in range(len(arms), len(names))
        )
    elif not has_arms(step):
        step.arms.all().delete()


def _lock(chain_id: int) -> None:
    Chain.objects.select_for_update(of=("self",)).get(pk=chain_id)


def _siblings(chain_id: int, arm_id: int | None) -> list[Step]:
    return list(Step.objects.filter(chain=chain_id, arm=arm_id))


def _number(steps: list[Step]) -> None:
    for position, step in enumerate(steps, start=1):
        step.position = position
    Step.objects.bulk_update(steps, ["position"])


def steps_inside(step: Step) -> list[Node]:
    """Everything that lies in the arms of a step."""
    own = [node for node in all_nodes(tree_of(step.chain)) if node.step == step]
    return [node for node in all_nodes(own) if node.step != step]
