"""Every step of the tree complete, and the tree of a size that people can read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chains.definition.checks.message import message_problems
from chains.definition.checks.paths import at_step, path_problems
from chains.definition.tree import DEEPEST, MOST_STEPS, Node, tree_of, walked
from chains.engine.advance.waits import OF_THE_GOODS, OF_THE_ORDER
from chains.models import Chain, Step
from segments.compile import check
from segments.rule_json import parse
from segments.rules import RuleError
from segments.vocabulary.field import Context

# Chains that start with these never have an order.
WITHOUT_ORDER = frozenset({Chain.Trigger.BIRTHDAY, Chain.Trigger.ATTRIBUTE, Chain.Trigger.MOMENT, Chain.Trigger.SEASON})


def step_problems(chain: Chain) -> Iterator[str]:
    nodes = tree_of(chain)
    yield from _size(chain, nodes)
    yield from path_problems(chain, nodes)
    now = timezone.now()
    for node in walked(nodes):
        for problem in _step(chain, node, now):
            yield at_step(node, problem)


def _size(chain: Chain, nodes: list[Node]) -> Iterator[str]:
    found = list(walked(nodes))
    if len(found) > MOST_STEPS:
        yield _("A chain may have at most %(most)d steps.") % {"most": MOST_STEPS}
    if any(node.depth > DEEPEST for node in found):
        yield _("Steps may lie in each other at most %(most)d levels deep.") % {"most": DEEPEST}
    reached = {node.step.pk for node in found}
    for step in chain.steps.exclude(pk__in=reached):
        yield _("The step “%(step)s” lies in an arm that no longer exists.") % {"step": step}


def _step(chain: Chain, node: Node, now: dt.datetime) -> Iterator[str]:
    step = node.step
    if step.kind == Step.Kind.WAIT:
        yield from _wait(chain, step, now)
        if step.parts and len(node.arms) != 2:
            yield _("it has lost its two ways out: save it again.")
    elif step.kind in Step.PARTING:
        yield from _arms(node, now)
    elif step.kind == Step.Kind.CHANGE:
        if step.lacks_change:
            yield _("say what to change.")
    elif step.kind == Step.Kind.STAFF_TASK:
        if not step.name:
            yield _("say what the colleague has to do.")
    elif step.kind == Step.Kind.MESSAGE:
        yield from message_problems(step)


def _wait(chain: Chain, step: Step, now: dt.datetime) -> Iterator[str]:
    if step.wait == Step.Wait.TIME and step.wait_amount < 0:
        yield _("nobody can wait for less than no time.")
    if step.wait == Step.Wait.DATE and step.wait_on is None:
        yield _("say until which date.")
    if step.wait == Step.Wait.EVENT:
        if not step.event_kind:
            yield _("say until what happens.")
        if step.wait_amount < 1:
            yield _("say how long at most.")
        yield from _rule(step.wait_rule, now)
    if step.wait == Step.Wait.OFFSET:
        if step.wait_from == Step.Anchor.ATTRIBUTE and not step.wait_attribute:
            yield _("say which attribute holds the date.")
        if chain.trigger in WITHOUT_ORDER and step.wait_from in OF_THE_ORDER | OF_THE_GOODS:
            yield _("this chain has no order to count from.")


def _arms(node: Node, now: dt.datetime) -> Iterator[str]:
    arms = [branching.arm for branching in node.arms]
    if len(arms) < 2:
        yield _("it needs at least two arms.")
    if node.step.kind == Step.Kind.SPLIT:
        return
    asked: set[str] = set()
    for arm in arms[:-1]:
        spelled = json.dumps(arm.rule, sort_keys=True)
        if arm.rule is None:
            yield _("the arm “%(arm)s” asks nothing, so nobody takes those behind it.") % {"arm": arm}
        elif spelled in asked:
            yield _("nobody takes the arm “%(arm)s”: one before it asks the same.") % {"arm": arm}
        asked.add(spelled)
        for problem in _rule(arm.rule, now):
            yield _("arm “%(arm)s”: %(problem)s") % {"arm": arm, "problem": problem}
    if arms and arms[-1].rule is not None:
        yield _("it needs a last arm for everybody else.")


def _rule(rule: Any, now: dt.datetime) -> Iterator[str]:
    if rule is None:
        return
    try:
        check(parse(rule, tuple(Context)), now)
    except RuleError as error:
        yield str(error)
