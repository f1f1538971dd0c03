"""Whether a chain about orders tells first-time buyers from those who came back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding
from chains.definition.tree import Node, all_nodes
from chains.messages.written import WrittenText, written_texts
from chains.models import Chain
from segments.models import Segment

TELLING = frozenset(
    {
        "orders_count", "order_first", "order_ordinal", "first_order", "came_back", "stage", "frequency_score", "vip",
        "order_silence", "interval",
    }
)  # fmt: skip


def buyers_alike(chain: Chain, nodes: list[Node]) -> Iterator[Finding]:
    """One query, and only where a segment is asked about."""
    is_about_order = chain.trigger == Chain.Trigger.EVENT and chain.event_kind.startswith("order.")
    if not is_about_order and chain.trigger not in Chain.ABOUT_ORDERS:
        return
    rules = list(_rules(chain, nodes))
    if not rules or not _tells(rules):
        yield Finding(
            Code.BUYERS_ALIKE,
            _("New and repeat buyers get the same words: no branch, block or condition tells them apart."),
        )


def _rules(chain: Chain, nodes: list[Node]) -> Iterator[Any]:
    yield chain.audience_rule
    for node in all_nodes(nodes):
        yield node.step.wait_rule
        yield from (arm.arm.rule for arm in node.arms)
        if node.step.template:
            yield from (rule for text in written_texts(node.step.template) for rule in _block_rules(text))


def _block_rules(text: WrittenText) -> list[Any]:
    return [block.rule for block in text.blocks if block.rule]


def _tells(rules: Iterable[Any]) -> bool:
    conditions = [one for rule in rules for one in conditions_of(rule)]
    if any(one.get("field") in TELLING for one in conditions):
        return True
    named = {pk for one in conditions if one.get("field") == "segment" for pk in ids_in(one)}
    segments = Segment.objects.filter(pk__in=named) if named else []
    return any(one.get("field") in TELLING for segment in segments for one in conditions_of(segment.rule))


def ids_in(condition: dict[str, Any]) -> set[int]:
    """The rows its value names."""
    value = condition.get("value")
    values = value if isinstance(value, list) else [value]
    return {int(str(one)) for one in values if str(one).isascii() and str(one).isdigit() and len(str(one)) < 19}


def conditions_of(raw: Any) -> Iterator[dict[str, Any]]:
    """Of a rule as it is kept; one that cannot be read has none."""
    if not isinstance(raw, dict):
        return
    if "field" in raw:
        yield raw
    for items in raw.values():
        if isinstance(items, list):
            for item in items:
                yield from conditions_of(item)
