"""Most of a letter is plain words with names and addresses put in: that much of Liquid is done here ten times as fast.

A template of nothing but words, `{{ path }}` and `{% if path != '' %}` is read once into pieces. A template that holds
anything else, and a value that is missing or no plain string, is left to Liquid, which knows all the rules.
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

ValuePath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ValuePiece:
    path: ValuePath


@dataclass(frozen=True, slots=True)
class ConditionPiece:
    path: ValuePath
    if_filled: tuple[Piece, ...]
    if_empty: tuple[Piece, ...]


Piece = str | ValuePiece | ConditionPiece


class NotPlainError(Exception):
    """Something that only Liquid knows how to handle."""


def split_into_pieces(template: BoundTemplate) -> tuple[Piece, ...] | None:
    """The template in pieces; None when it holds something that only Liquid can fill in."""
    try:
        return _pieces(template.nodes)
    except NotPlainError:
        return None


def join_pieces(pieces: Sequence[Piece], context: Mapping[str, Any], shown: Callable[[str], str]) -> str:
    """The text, every value passed through `shown`; raises NotPlainError for a value that is no plain string."""
    out: list[str] = []
    _join(pieces, context, shown, out)
    return "".join(out)


def _join(pieces: Sequence[Piece], context: Mapping[str, Any], shown: Callable[[str], str], out: list[str]) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, ValuePiece):
            out.append(shown(_value(context, piece.path)))
        else:
            _join(piece.if_filled if _value(context, piece.path) else piece.if_empty, context, shown, out)


def _value(context: Mapping[str, Any], path: ValuePath) -> str:
    value: Any = context
    for name in path:
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
            return ValuePiece(_path(left))
        case IfNode(alternatives=[], condition=BooleanExpression(expression=condition), blank=False):
            if_empty = _pieces(node.default.nodes) if node.default else ()
            return ConditionPiece(_tested_path(condition), _pieces(node.consequence.nodes), if_empty)
    raise NotPlainError


def _tested_path(condition: Expression) -> ValuePath:
    match condition:
        case NeExpression(left=left, right=StringLiteral(value="")):
            return _path(left)
    raise NotPlainError


def _path(expression: Expression) -> ValuePath:
    if not isinstance(expression, Path):
        raise NotPlainError
    path = tuple(name for name in expression.path if isinstance(name, str | int))
    if len(path) < len(expression.path):
        raise NotPlainError
    return path
