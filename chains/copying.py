"""A chain made from another."""

from __future__ import annotations

from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from chains.models import Chain, Step, StepArm
from chains.models.step import new_step_key
from chains.tree import Node, tree_of

# Of the 200 letters of a name, so that a copy has room to say that it is one.
NAME_KEPT = 170


@transaction.atomic
def duplicate(chain: Chain) -> Chain:
    """A draft with the same trigger, rules and tree of steps."""
    nodes = tree_of(chain)
    name = _name_of_copy(chain.name)
    chain = Chain.objects.get(pk=chain.pk)
    chain.pk, chain._state.adding = None, True
    chain.name = name
    chain.status, chain.version, chain.watermark_at = Chain.Status.DRAFT, None, None
    chain.surged_at, chain.calm_since = None, None
    chain.save(force_insert=True)
    _copy_steps(nodes, chain, None)
    return chain


def _copy_steps(nodes: list[Node], chain: Chain, arm: StepArm | None) -> None:
    """With keys of their own: a copy's splits draw anew."""
    for node in nodes:
        step = node.step
        step.pk, step._state.adding, step.chain, step.arm, step.key = None, True, chain, arm, new_step_key()
    Step.objects.bulk_create(node.step for node in nodes)
    for node in nodes:
        for branching in node.arms:
            one = branching.arm
            one.pk, one._state.adding, one.step, one.key = None, True, node.step, new_step_key()
        StepArm.objects.bulk_create(branching.arm for branching in node.arms)
        for branching in node.arms:
            _copy_steps(branching.nodes, chain, branching.arm)


def _name_of_copy(name: str) -> str:
    """A name that nothing has yet, short enough for its column."""
    first = _("%(name)s (copy)") % {"name": name[:NAME_KEPT]}
    taken = set(Chain.objects.filter(name__startswith=first).values_list("name", flat=True))
    return first if first not in taken else next(new for n in count(2) if (new := f"{first} {n}") not in taken)
