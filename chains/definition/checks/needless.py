"""What a chain could do without."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding, place_of
from chains.definition.checks.ways import Way
from chains.definition.tree import Node, all_nodes
from chains.models import Step


def needless_steps(nodes: list[Node], ways: Sequence[Way]) -> Iterator[Finding]:
    yield from _leads_nowhere(nodes)
    by_key = {node.step.key: node for node in all_nodes(nodes)}
    told: set[str] = set()
    for way in ways:
        for key, words in _again(way, by_key):
            if key not in told:
                told.add(key)
                yield Finding(Code.NOT_NEEDED, words, place_of(by_key[key]))


def _leads_nowhere(nodes: list[Node]) -> Iterator[Finding]:
    last = nodes[-1] if nodes else None
    if last and last.step.kind == Step.Kind.WAIT and not any(arm.nodes for arm in last.arms):
        yield Finding(Code.NOT_NEEDED, _("nothing comes after this wait: leave it out."), place_of(last))
    for node in all_nodes(nodes):
        parts = node.step.kind in (Step.Kind.BRANCH, Step.Kind.SPLIT)
        if parts and node.arms and not any(arm.nodes for arm in node.arms):
            yield Finding(
                Code.NOT_NEEDED, _("every arm is empty, so it makes no difference who takes which."), place_of(node)
            )


def _again(way: Way, by_key: dict[str, Node]) -> Iterator[tuple[str, str]]:
    """Letters that come a second time on one way, and those that leave together with another."""
    seen: dict[int, Node] = {}
    before: Node | None = None  # since the last wait
    for met in way.met:
        node = by_key[met.key]
        template = node.step.template_id if met.kind == Step.Kind.MESSAGE else None
        if met.kind == Step.Kind.WAIT:
            before = None
        if template is None:
            continue
        if template in seen:
            yield met.key, _("the same letter as in step %(number)s is sent again.") % {"number": seen[template].number}
        elif before and before.step.channels == node.step.channels:
            words = _("it leaves at the same moment as step %(number)s: one message can say both.")
            yield met.key, words % {"number": before.number}
        seen[template] = node
        before = node
