"""Everything that stands in a body, one line each: where, in words and as a path, and what it says there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from crm.intake.any_shape.paths import LONGEST, expression_of, words_of

MOST_LEAVES = 400
# Of a list the first item shows what the others have.
ITEMS_SHOWN = 1
SHOWN = 60

Parts: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True)
class Leaf:
    parts: Parts
    value: Any

    @property
    def path(self) -> str:
        return expression_of(self.parts)

    @property
    def words(self) -> str:
        return words_of(self.parts)

    @property
    def shown(self) -> str:
        text = str(self.value)
        return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"

    @property
    def is_in_list(self) -> bool:
        return any(isinstance(part, int) for part in self.parts)


def item_of(body: Any) -> Any:
    """A list of objects is as many messages: the first of them shows their shape."""
    return body[0] if isinstance(body, list) and body else body


def leaves(body: Any) -> list[Leaf]:
    return [leaf for leaf in islice(_walk(body, ()), MOST_LEAVES) if len(leaf.path) <= LONGEST]


def lists(body: Any) -> list[Leaf]:
    """Lists that stand in it, which may be the lines of an order."""
    found = islice(_lists(body, ()), MOST_LEAVES)
    return [leaf for leaf in found if leaf.value and len(leaf.path) <= LONGEST]


def item_leaves(list_leaf: Leaf) -> list[Leaf]:
    """What the first item of a list has, seen from the item."""
    return leaves(list_leaf.value[0])


def _walk(value: Any, parts: Parts) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _walk(below, (*parts, name))
    elif isinstance(value, list):
        for number, below in enumerate(value[:ITEMS_SHOWN]):
            yield from _walk(below, (*parts, number))
    else:
        yield Leaf(parts, value)


def _lists(value: Any, parts: Parts) -> Iterator[Leaf]:
    if isinstance(value, list):
        yield Leaf(parts, value)
    elif isinstance(value, dict):
        for name, below in value.items():
            yield from _lists(below, (*parts, name))
