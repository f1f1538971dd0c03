"""Every step of the tree complete, and the tree of a size that people can read."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from chains.definition.checks.paths import at_step, path_problems
from chains.definition.step_kinds import STEP_KINDS
from chains.definition.tree import DEEPEST, MOST_STEPS, Node, all_nodes, tree_of
from chains.models import Chain


def step_problems(chain: Chain) -> Iterator[str]:
    nodes = tree_of(chain)
    yield from _size(chain, nodes)
    yield from path_problems(chain, nodes)
    now = timezone.now()
    for node in all_nodes(nodes):
        arms = [arm_node.arm for arm_node in node.arms]
        for problem in STEP_KINDS[node.step.kind].problems(node.step, arms, now):
            yield at_step(node, problem)


def _size(chain: Chain, nodes: list[Node]) -> Iterator[str]:
    found = list(all_nodes(nodes))
    if len(found) > MOST_STEPS:
        yield _("A chain may have at most %(most)d steps.") % {"most": MOST_STEPS}
    if any(node.depth > DEEPEST for node in found):
        yield _("Steps may lie in each other at most %(most)d levels deep.") % {"most": DEEPEST}
    reached = {node.step.pk for node in found}
    for step in chain.steps.exclude(pk__in=reached):
        yield _("The step “%(step)s” lies in an arm that no longer exists.") % {"step": step}
