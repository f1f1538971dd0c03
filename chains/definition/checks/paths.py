"""What holds along every way through a chain: service first, marketing after the delivery, no step out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from chains.definition.checks.offers import storewide_discount
from chains.definition.step_kinds import STEP_KINDS
from chains.definition.tree import Node, walked
from chains.messages.rewards import shown
from chains.models import Chain, Step
from crm.models import EventKind, Purpose

BEFORE_DELIVERY = frozenset({EventKind.ORDER_PLACED, EventKind.ORDER_PAID, EventKind.ORDER_SHIPPED})
# Their dates are known only once the goods have arrived.
AFTER_DELIVERY = (Step.Anchor.DELIVERED, Step.Anchor.WARRANTY_END, Step.Anchor.REPURCHASE)


class Been(NamedTuple):
    """What somebody has met on one way to a step."""

    served: bool
    delivered: bool
    offered: bool = False
    has_coupon: bool = False


Ways = frozenset[Been]


def path_problems(chain: Chain, nodes: list[Node]) -> Iterator[str]:
    if not any(STEP_KINDS[node.step.kind].acts for node in walked(nodes)):
        yield _("The chain has nothing to send or to do.")
        return
    yield from _Paths(chain).found(nodes)


class _Paths:
    """Follows all ways at once: a step is met by a set of them, and an empty set means that nobody meets it."""

    def __init__(self, chain: Chain) -> None:
        is_event = chain.trigger == Chain.Trigger.EVENT
        self.is_about_order = is_event and chain.event_kind.startswith("order.")
        self.starts_delivered = not (is_event and chain.event_kind in BEFORE_DELIVERY)
        self.problems: list[str] = []

    def found(self, nodes: list[Node]) -> list[str]:
        self._along(nodes, frozenset({Been(served=not self.is_about_order, delivered=self.starts_delivered)}))
        return self.problems

    def _along(self, nodes: list[Node], ways: Ways) -> Ways:
        for node in nodes:
            if not ways:
                self._say(node, _("nobody ever gets here: every way ends before it."))
                return ways
            ways = self._past(node, ways)
        return ways

    def _past(self, node: Node, ways: Ways) -> Ways:
        step = node.step
        if step.kind == Step.Kind.LEAVE:
            return frozenset()
        if step.is_touch:
            return self._past_touch(node, self._past_reward(node, ways))
        if node.arms:
            after = [self._along(arm.nodes, self._into(step, place, ways)) for place, arm in enumerate(node.arms)]
            return frozenset().union(*after)
        if step.is_storewide_discount and not all(been.offered for been in ways):
            self._say(node, _("a discount on everything must not be the first offer."))
        if step.kind == Step.Kind.CHANGE and step.change == Step.Change.ISSUE_COUPON:
            return frozenset(been._replace(has_coupon=True) for been in ways)
        if _ensures_delivery(step):
            return frozenset(been._replace(delivered=True) for been in ways)
        return ways

    def _into(self, step: Step, place: int, ways: Ways) -> Ways:
        """The ways into an arm: that the order was delivered is known in the arm that waited for it."""
        waited = step.kind == Step.Kind.WAIT and step.event_kind == EventKind.ORDER_DELIVERED and step.wait_this_order
        return frozenset(been._replace(delivered=True) for been in ways) if waited and place == 0 else ways

    def _past_reward(self, node: Node, ways: Ways) -> Ways:
        """What a message shows of a coupon has to have been issued, whichever way somebody came."""
        template = node.step.template
        if template is None or all(been.has_coupon for been in ways):
            return ways
        if not any("coupon" in shown(text) for text in template.texts.all()):
            return ways
        self._say(node, _("it shows a coupon, but not everybody who gets here has one: issue it before, on every way."))
        return frozenset(been._replace(has_coupon=True) for been in ways)

    def _past_touch(self, node: Node, ways: Ways) -> Ways:
        if node.step.purpose == Purpose.SERVICE:
            return frozenset(been._replace(served=True) for been in ways)
        if not all(been.served for been in ways):
            self._say(node, _("a service message must come first: what was bought and what happens next."))
        if not all(been.delivered for been in ways):
            self._say(
                node,
                _("marketing must not come before the delivery: put a wait counted from the delivery before it."),
            )
        template = node.step.template
        if template and not all(been.offered for been in ways) and (words := storewide_discount(template)):
            self._say(node, _("a discount on everything must not be the first offer: “%(words)s”") % {"words": words})
        # One mistake is told once, not again at every step that follows.
        return frozenset(been._replace(served=True, delivered=True, offered=True) for been in ways)

    def _say(self, node: Node, problem: str) -> None:
        self.problems.append(at_step(node, problem))


def at_step(node: Node, problem: str) -> str:
    return _("Step %(number)s (%(step)s): %(problem)s") % {
        "number": node.number,
        "step": node.step,
        "problem": problem,
    }


def _ensures_delivery(step: Step) -> bool:
    return (
        step.kind == Step.Kind.WAIT
        and step.wait == Step.Wait.OFFSET
        and step.wait_from in AFTER_DELIVERY
        and (step.wait_amount >= 0 or step.wait_from != Step.Anchor.DELIVERED)
        and step.if_unknown != Step.IfUnknown.GO_ON
    )
