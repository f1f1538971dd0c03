"""All that staff edit of a chain as one JSON document, which undo, versions, comparing and the clipboard share.

{"settings": {field: value}, "steps": [{"key", "fields": {field: value}, "arms": [{"key", "fields", "steps": [...]}]}]}
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, ForeignKey, Model

from chains.definition.tree import ArmNode, Node, tree_of
from chains.models import BranchArm, Chain, Step
from chains.program.step import ARM_LETTERS

Content: TypeAlias = Mapping[str, Any]
# Where a step stands is said by the tree, and its arms' places by their order.
PLACE = {"chain", "arm", "step", "position"}


def edited_fields(model: type[Model]) -> tuple[Field[Any, Any], ...]:
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in PLACE
    )


CHAIN_FIELDS, STEP_FIELDS, ARM_FIELDS = edited_fields(Chain), edited_fields(Step), edited_fields(BranchArm)


def content_of(chain: Chain) -> dict[str, Any]:
    """The draft as it stands in the database; what the object itself holds may be older."""
    chain = Chain.objects.get(pk=chain.pk)
    return {"settings": _values(chain, CHAIN_FIELDS), "steps": steps_content(tree_of(chain))}


def steps_content(nodes: Iterable[Node]) -> list[dict[str, Any]]:
    return [
        {
            "key": node.step.key,
            "fields": _values(node.step, STEP_FIELDS),
            "arms": [
                {"key": one.arm.key, "fields": _values(one.arm, ARM_FIELDS), "steps": steps_content(one.nodes)}
                for one in node.arms
            ],
        }
        for node in nodes
    ]


def _values(row: Model, fields: Sequence[Field[Any, Any]]) -> dict[str, Any]:
    return {field.name: _plain(getattr(row, field.attname)) for field in fields}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def flat(steps: Iterable[Content]) -> Iterator[Content]:
    """Every step of the document, each before those in its arms."""
    for step in steps:
        yield step
        for arm in step["arms"]:
            yield from flat(arm["steps"])


class Related:
    """What the documents refer to by number, read in one query a kind; what is gone by now is nobody's any more."""

    def __init__(self, model: type[Model], values: Iterable[Content]) -> None:
        asked: dict[ForeignKey[Any, Any], set[Any]] = defaultdict(set)
        for one in values:
            for field in _foreign_keys(model, one):
                asked[field].add(one[field.name])
        self.rows = {
            field.name: field.related_model._default_manager.in_bulk(sorted(pks - {None}))
            for field, pks in asked.items()
            if pks - {None}
        }

    def fill(self, row: Model, values: Content) -> None:
        """Write the values into the row; a field that this release does not know is left out."""
        for name, value in values.items():
            try:
                field = row._meta.get_field(name)
            except FieldDoesNotExist:
                continue
            if isinstance(field, ForeignKey):
                setattr(row, name, self.rows.get(name, {}).get(value))
            else:
                setattr(row, name, field.to_python(value))  # type: ignore[union-attr]


def _foreign_keys(model: type[Model], values: Content) -> Iterator[ForeignKey[Any, Any]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.name in values:
            yield field


def nodes_of(content: Content, chain: Chain) -> list[Node]:
    """The tree of a document as `tree_of` gives that of a draft, of rows that are in no table."""
    related = Related(Step, (one["fields"] for one in flat(content["steps"])))
    return _nodes(content["steps"], chain, related, "", 0)


def _nodes(steps: Iterable[Content], chain: Chain, related: Related, number: str, depth: int) -> list[Node]:
    nodes = []
    for count, one in enumerate(steps, start=1):
        step = Step(chain=chain, key=one["key"])
        related.fill(step, one["fields"])
        node = Node(step, f"{number}{count}", depth)
        for letter, arm in zip(ARM_LETTERS, one["arms"], strict=False):
            row = BranchArm(key=arm["key"], **arm["fields"])
            below = _nodes(arm["steps"], chain, related, f"{node.number}{letter}.", depth + 1)
            node.arms.append(ArmNode(row, letter, below))
        nodes.append(node)
    return nodes


def chain_of(content: Content, chain: Chain) -> Chain:
    """The chain as the document says it, to be asked for its program; it is not to be saved."""
    read = Chain(pk=chain.pk, status=chain.status, version_id=chain.version_id)
    Related(Chain, [content["settings"]]).fill(read, content["settings"])
    return read
