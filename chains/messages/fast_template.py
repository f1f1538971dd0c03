"""Most of a letter is plain words with a name or an address put in: that much of Liquid, done in a tenth of the time.

A template of nothing but words, `{{ path }}` and `{% if path != '' %}` is read once into pieces. Whatever else it
holds, and whatever value is not a plain string or is missing, is left to Liquid, which knows all the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.expressions.logical import BooleanExpression, NeExpression
from liquid.builtin.expressions.primitive import StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.expression import Expression

Way = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    way: Way


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands where the value is not empty, and where it is."""

    way: Way
    then: tuple[Piece, ...]
    otherwise: tuple[Piece, ...]


Piece = str | Value | Filled


class NotPlainError(Exception):
    """Something that only Liquid knows how to handle."""


def pieces(template: BoundTemplate) -> tuple[Piece, ...] | None:
    """The template in pieces; None when it holds more than that."""
    try:
        return _pieces(template.nodes)
    except NotPlainError:
        return None


def joined(parts: Sequence[Piece], context: Mapping[str, Any], shown: Callable[[str], str]) -> str:
    """The text, every value passed through `shown`; raises NotPlainError for a value that is no plain string."""
    out: list[str] = []
    _join(parts, context, shown, out)
    return "".join(out)


def _join(parts: Sequence[Piece], context: Mapping[str, Any], shown: Callable[[str], str], out: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Value):
            out.append(shown(_value(context, part.way)))
        else:
            _join(part.then if _value(context, part.way) else part.otherwise, context, shown, out)


def _value(context: Mapping[str, Any], way: Way) -> str:
    value: Any = context
    for name in way:
        is_fit = isinstance(value, dict) if isinstance(name, str) else isinstance(value, list)
        if not is_fit:
            raise NotPlainError
        try:
            value = value[name]
        except (LookupError, TypeError):
            raise NotPlainError from None
    if type(value) is not str:
        raise NotPlainError
    return value


def _pieces(nodes: Iterable[Node]) -> tuple[Piece, ...]:
    return tuple(_piece(node) for node in nodes)


def _piece(node: Node) -> Piece:
    match node:
        case ContentNode():
            return node.text
        case OutputNode(expression=FilteredExpression(filters=None | [], left=left)):
            return Value(_way(left))
        case IfNode(alternatives=[], condition=BooleanExpression(expression=condition), blank=False):
            otherwise = _pieces(node.default.nodes) if node.default else ()
            return Filled(_way_of_filled(condition), _pieces(node.consequence.nodes), otherwise)
    raise NotPlainError


def _way_of_filled(condition: Expression) -> Way:
    match condition:
        case NeExpression(left=left, right=StringLiteral(value="")):
            return _way(left)
    raise NotPlainError


def _way(expression: Expression) -> Way:
    if not isinstance(expression, Path):
        raise NotPlainError
    way = tuple(name for name in expression.path if isinstance(name, str | int))
    if len(way) < len(expression.path):
        raise NotPlainError
    return way
