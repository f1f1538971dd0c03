"""Every step of the tree complete, and the tree of a size that people can read."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, place_of
from chains.definition.checks.paths import path_problems
from chains.definition.step_kinds import STEP_KINDS
from chains.definition.tree import DEEPEST, MOST_STEPS, Node, all_nodes
from chains.models import Chain


def step_problems(chain: Chain, nodes: list[Node]) -> Iterator[Finding]:
    yield from _size(chain, nodes)
    yield from path_problems(chain, nodes)
    now = timezone.now()
    for node in all_nodes(nodes):
        arms = [arm_node.arm for arm_node in node.arms]
        for problem in STEP_KINDS[node.step.kind].problems(node.step, arms, now):
            yield Finding(Code.INCOMPLETE, problem, place_of(node))


def _size(chain: Chain, nodes: list[Node]) -> Iterator[Finding]:
    found = list(all_nodes(nodes))
    if len(found) > MOST_STEPS:
        yield Finding(Code.SIZE, _("A chain may have at most %(most)d steps.") % {"most": MOST_STEPS})
    if any(node.depth > DEEPEST for node in found):
        yield Finding(Code.SIZE, _("Steps may lie in each other at most %(most)d levels deep.") % {"most": DEEPEST})
    reached = {node.step.pk for node in found}
    for step in chain.steps.exclude(pk__in=reached):
        yield Finding(Code.SIZE, _("The step “%(step)s” lies in an arm that no longer exists.") % {"step": step})
