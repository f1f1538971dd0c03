"""The coupon that a message would show, under a made-up code: none is issued."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from chains.definition.change_kinds import compiled_change
from chains.definition.tree import Node, tree_of
from chains.engine.advance.changes import coupon_draft
from chains.messages.rewards import coupon_words, rewards_named
from chains.messages.samples import SAMPLE_CODE
from chains.messages.written import WrittenText
from chains.models import Chain, MessageTemplate, Step
from chains.program.step import ProgramChange
from crm import loyalty
from crm.shop_currency import shop_currency


def made_up_coupon(change: ProgramChange, at: dt.datetime, language: str) -> dict[str, str]:
    """Its words, as if its message were sent at this moment."""
    coupon = coupon_draft(change, customer_id=0, key="", at=at, is_sent=True)
    return coupon_words(loyalty.coupon_of(coupon, owner=0, code=SAMPLE_CODE), language, shop_currency())


def coupon_before(template: MessageTemplate, texts: Iterable[WrittenText]) -> ProgramChange | None:
    """What the draft of a chain with this template gives before it; None where the texts show no coupon."""
    if not any("coupon" in rewards_named(text) for text in texts):
        return None
    for chain in Chain.objects.filter(steps__template=template).distinct().order_by("pk"):
        _is_found, issuing = _issuing(tree_of(chain), template.pk, None)
        if issuing:
            return ProgramChange(**compiled_change(issuing))
    return None


def _issuing(nodes: Sequence[Node], template_id: int, before: Step | None) -> tuple[bool, Step | None]:
    """Whether the template is there, and the nearest step that issues a coupon before it, or before the end."""
    for node in nodes:
        if template_id in {one.pk for one in node.step.templates}:
            return True, before
        after_arms = [_issuing(arm.nodes, template_id, before) for arm in node.arms]
        for is_found, issuing in after_arms:
            if is_found:
                return True, issuing
            before = issuing or before
        if node.step.kind == Step.Kind.CHANGE and node.step.change == Step.Change.ISSUE_COUPON:
            before = node.step
    return False, before
