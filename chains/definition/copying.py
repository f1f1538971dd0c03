"""A chain made from another."""

from __future__ import annotations

from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from chains.definition.tree import Node, tree_of
from chains.models import BranchArm, Chain, MessageTemplate, Step
from chains.models.branch_arm import new_step_key

# Of the 200 letters of a name, so that a copy has room to say that it is one.
NAME_KEPT = 170


@transaction.atomic
def duplicate(chain: Chain) -> Chain:
    """A draft with the same trigger, rules and tree of steps."""
    nodes = tree_of(chain)
    name = free_name(Chain, _("%(name)s (copy)") % {"name": chain.name[:NAME_KEPT]})
    chain = Chain.objects.get(pk=chain.pk)
    chain.pk, chain._state.adding = None, True
    chain.name = name
    chain.status, chain.version, chain.watermark_at = Chain.Status.DRAFT, None, None
    chain.surged_at, chain.calm_since = None, None
    chain.save(force_insert=True)
    _copy_steps(nodes, chain, None)
    return chain


def _copy_steps(nodes: list[Node], chain: Chain, arm: BranchArm | None) -> None:
    """With keys of their own: a copy's splits draw anew."""
    for node in nodes:
        step = node.step
        step.pk, step._state.adding, step.chain, step.arm, step.key = None, True, chain, arm, new_step_key()
    Step.objects.bulk_create(node.step for node in nodes)
    for node in nodes:
        for arm_node in node.arms:
            one = arm_node.arm
            one.pk, one._state.adding, one.step, one.key = None, True, node.step, new_step_key()
        BranchArm.objects.bulk_create(arm_node.arm for arm_node in node.arms)
        for arm_node in node.arms:
            _copy_steps(arm_node.nodes, chain, arm_node.arm)


def free_name(model: type[Chain | MessageTemplate], wanted: str) -> str:
    """The name, or the name with a number behind it when something has it already."""
    taken = set(model._default_manager.filter(name__startswith=wanted).values_list("name", flat=True))
    return wanted if wanted not in taken else next(new for n in count(2) if (new := f"{wanted} {n}") not in taken)
