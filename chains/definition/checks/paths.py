"""What holds along every path through a chain: service first, marketing after the delivery, no step out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from chains.definition.checks.codes import RULES, Code
from chains.definition.checks.finding import Finding, place_of
from chains.definition.checks.offers import storewide_discount
from chains.definition.checks.resting_on import resting_on
from chains.definition.step_kinds import STEP_KINDS
from chains.definition.tree import Node, all_nodes
from chains.messages.rewards import rewards_named
from chains.messages.written import written_texts
from chains.models import Chain, Step
from crm.models import EventKind, Purpose

BEFORE_DELIVERY = frozenset({EventKind.ORDER_PLACED, EventKind.ORDER_PAID, EventKind.ORDER_SHIPPED})
# Their dates are known only once the goods have arrived.
AFTER_DELIVERY = (Step.Anchor.DELIVERED, Step.Anchor.WARRANTY_END, Step.Anchor.REPURCHASE)


class Path(NamedTuple):
    """What somebody who came to a step on one path has met before it."""

    served: bool
    delivered: bool
    offered: bool = False
    has_coupon: bool = False


Paths = frozenset[Path]


def path_problems(chain: Chain, nodes: list[Node]) -> Iterator[Finding]:
    if not any(STEP_KINDS[node.step.kind].acts for node in all_nodes(nodes)):
        yield Finding(Code.NOTHING_TO_DO, _("The chain has nothing to send or to do."))
        return
    yield from _PathCheck(chain).found(nodes)


class _PathCheck:
    """Follows all paths at once: a step is met by a set of them, and an empty set means that nobody meets it."""

    def __init__(self, chain: Chain) -> None:
        is_event = chain.trigger == Chain.Trigger.EVENT
        self.is_about_order = is_event and chain.event_kind.startswith("order.")
        self.starts_delivered = not (is_event and chain.event_kind in BEFORE_DELIVERY)
        self.chain = chain
        self.nodes: list[Node] = []
        self.problems: list[Finding] = []

    def found(self, nodes: list[Node]) -> list[Finding]:
        self.nodes = nodes
        self._follow(nodes, frozenset({Path(served=not self.is_about_order, delivered=self.starts_delivered)}))
        return self.problems

    def _follow(self, nodes: list[Node], paths: Paths) -> Paths:
        for node in nodes:
            if not paths:
                self._report(Code.OUT_OF_REACH, node, _("nobody ever gets here: every way ends before it."))
                return paths
            paths = self._after(node, paths)
        return paths

    def _after(self, node: Node, paths: Paths) -> Paths:
        step = node.step
        if step.kind == Step.Kind.LEAVE:
            return frozenset()
        if step.is_touch:
            return self._after_touch(node, self._check_coupon(node, paths))
        if node.arms:
            after = [self._follow(arm.nodes, self._into_arm(step, index, paths)) for index, arm in enumerate(node.arms)]
            return frozenset().union(*after)
        if step.is_storewide_discount and not all(path.offered for path in paths):
            self._report(Code.STOREWIDE_DISCOUNT, node, _("a discount on everything must not be the first offer."))
        if step.kind == Step.Kind.CHANGE and step.change == Step.Change.ISSUE_COUPON:
            return frozenset(path._replace(has_coupon=True) for path in paths)
        if _ensures_delivery(step):
            return frozenset(path._replace(delivered=True) for path in paths)
        return paths

    def _into_arm(self, step: Step, index: int, paths: Paths) -> Paths:
        """The paths into an arm: that the order was delivered is known in the arm that waited for it."""
        waited = step.kind == Step.Kind.WAIT and step.event_kind == EventKind.ORDER_DELIVERED and step.wait_this_order
        return frozenset(path._replace(delivered=True) for path in paths) if waited and index == 0 else paths

    def _check_coupon(self, node: Node, paths: Paths) -> Paths:
        """What a message shows of a coupon has to have been issued, by whichever path somebody came."""
        if all(path.has_coupon for path in paths):
            return paths
        texts = [text for template in node.step.templates for text in written_texts(template)]
        if not any("coupon" in rewards_named(text) for text in texts):
            return paths
        self._report(
            Code.NO_COUPON,
            node,
            _("it shows a coupon, but not everybody who gets here has one: issue it before, on every way."),
        )
        return frozenset(path._replace(has_coupon=True) for path in paths)

    def _after_touch(self, node: Node, paths: Paths) -> Paths:
        if node.step.purpose == Purpose.SERVICE:
            return frozenset(path._replace(served=True) for path in paths)
        if not all(path.served for path in paths):
            self._report(
                Code.SERVICE_FIRST,
                node,
                _("a service message must come first: what was bought and what happens next."),
            )
        if not all(path.delivered for path in paths):
            self._report(
                Code.BEFORE_DELIVERY,
                node,
                _("marketing must not come before the delivery: put a wait counted from the delivery before it."),
            )
        promised = [words for template in node.step.templates if (words := storewide_discount(template))]
        if promised and not all(path.offered for path in paths):
            self._report(
                Code.STOREWIDE_DISCOUNT,
                node,
                _("a discount on everything must not be the first offer: “%(words)s”") % {"words": promised[0]},
            )
        # One mistake is reported once, not again at every step that follows.
        return frozenset(path._replace(served=True, delivered=True, offered=True) for path in paths)

    def _report(self, code: Code, node: Node, words: str) -> None:
        basis = resting_on(self.chain, self.nodes, node) if RULES[code].may_be_overridden else ""
        self.problems.append(Finding(code, words, place_of(node), basis))


def _ensures_delivery(step: Step) -> bool:
    return (
        step.kind == Step.Kind.WAIT
        and step.wait == Step.Wait.OFFSET
        and step.wait_from in AFTER_DELIVERY
        and (step.wait_amount >= 0 or step.wait_from != Step.Anchor.DELIVERED)
        and step.if_unknown != Step.IfUnknown.GO_ON
    )
