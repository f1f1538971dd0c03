"""Changing the tree of a draft. Each verb locks the chain, so that two marketers cannot number the same steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from chains.definition.step_kinds import STEP_KINDS, arm_names, has_arms
from chains.definition.tree import DEEPEST, MOST_STEPS, Node, all_nodes, tree_of
from chains.models import BranchArm, Chain, Step


@transaction.atomic
def add(step: Step, after: Step | None = None, *, is_first: bool = False) -> None:
    """Save a new step behind another of its arm, first in it, or at its end; ValueError when there is no room."""
    _lock(step.chain_id)
    if step.chain.steps.count() >= MOST_STEPS:
        raise ValueError(too_many())
    siblings = followers_at(step.chain, step.arm, None)
    index = 0 if is_first else siblings.index(after) + 1 if after in siblings else len(siblings)
    step.save()
    _number([*siblings[:index], step, *siblings[index:]])


@transaction.atomic
def move(step: Step, arm: BranchArm | None, after: Step | None) -> None:
    """Take a step, with all that lies in it, behind another or to the beginning of an arm; ValueError if it cannot."""
    _lock(step.chain_id)
    if not has_room(step, arm):
        raise ValueError(_("It does not fit in there."))
    step.arm = arm
    step.save(update_fields=["arm"])
    siblings = [one for one in followers_at(step.chain, arm, None) if one != step]
    index = siblings.index(after) + 1 if after in siblings else 0
    _number([*siblings[:index], step, *siblings[index:]])


@transaction.atomic
def remove(chain: Chain, steps: Iterable[Step]) -> None:
    """With all that lies in them."""
    _lock(chain.pk)
    chain.steps.filter(pk__in=[step.pk for step in steps]).delete()


def followers_at(chain: Chain, arm: BranchArm | None, after: Step | None) -> list[Step]:
    """The steps of an arm that come behind one of it; all of them behind none."""
    siblings = list(Step.objects.filter(chain=chain, arm=arm))
    return siblings[siblings.index(after) + 1 :] if after in siblings else siblings


@transaction.atomic
def take_in(step: Step, followers: Sequence[Step], arm: BranchArm) -> None:
    """What came behind a step that parts goes on in one of its arms."""
    _lock(step.chain_id)
    for one in followers:
        if not has_room(one, arm):
            raise ValueError(_("What follows does not fit in there: the chain would be too deep."))
        one.arm = arm
    Step.objects.bulk_update(followers, ["arm"])
    _number(list(Step.objects.filter(chain=step.chain_id, arm=arm)))


def has_room(step: Step, arm: BranchArm | None) -> bool:
    """Whether a step may be put there: not into itself, and not too deep with all that lies in it."""
    own = list(all_nodes(own_node(step)))
    inside = {arm_node.arm.pk for node in own for arm_node in node.arms}
    height = max(node.depth + bool(node.arms) for node in own) - own[0].depth if own else 0
    return (arm.pk if arm else None) not in inside and depth_of(arm) + height <= DEEPEST


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


def too_many() -> str:
    return _("A chain may have at most %(most)d steps.") % {"most": MOST_STEPS}


def own_node(step: Step) -> list[Node]:
    """The step with what lies in it, as the only node of a tree; none of a step that was deleted meanwhile."""
    return [node for node in all_nodes(tree_of(step.chain)) if node.step == step]


def steps_inside(step: Step) -> list[Node]:
    """Everything that lies in the arms of a step."""
    return [node for node in all_nodes(own_node(step)) if node.step != step]


def _lock(chain_id: int) -> None:
    Chain.objects.select_for_update(of=("self",), no_key=True).get(pk=chain_id)


def _number(steps: list[Step]) -> None:
    for position, step in enumerate(steps, start=1):
        step.position = position
    Step.objects.bulk_update(steps, ["position"])
