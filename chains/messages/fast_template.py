"""Most of a letter is plain words with names and addresses put in: that much of Liquid is done here ten times as fast.

A template of nothing but words, `{{ path }}` perhaps with a default and a greatest length, `{% if path != '' %}` and a
loop through a short list is read once into pieces. A template that holds anything else, and a value that is missing or
no plain string, is left to Liquid, which knows all the rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, LoopExpression, Path
from liquid.builtin.expressions.arguments import KeywordArgument, PositionalArgument
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.logical import BooleanExpression, NeExpression
from liquid.builtin.expressions.primitive import IntegerLiteral, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.for_tag import ForNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.expression import Expression

ValuePath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ValuePiece:
    """`default` stands where the value is empty: words of the template, which need no escaping.

    A value longer than `most`, where that is given, is cut and gets `ending`.
    """

    path: ValuePath
    default: str = ""
    most: int = 0
    ending: str = ""


@dataclass(frozen=True, slots=True)
class ConditionPiece:
    path: ValuePath
    if_filled: tuple[Piece, ...]
    if_empty: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LoopPiece:
    path: ValuePath
    name: str
    each: tuple[Piece, ...]


Piece = str | ValuePiece | ConditionPiece | LoopPiece

_NEEDS_NO_ESCAPING = re.compile(r"[\w .…]*")
LONGEST_LOOP = 100  # Liquid counts what longer ones cost


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
            value = _value(context, piece.path)
            if piece.most and len(value) > piece.most:
                value = value[: piece.most - len(piece.ending)] + piece.ending
            out.append(shown(value) if value else piece.default)
        elif isinstance(piece, LoopPiece):
            for item in _list(context, piece.path):
                _join(piece.each, {**context, piece.name: item}, shown, out)
        else:
            _join(piece.if_filled if _value(context, piece.path) else piece.if_empty, context, shown, out)


def _value(context: Mapping[str, Any], path: ValuePath) -> str:
    value = _found(context, path)
    if type(value) is not str:
        raise NotPlainError
    return value


def _list(context: Mapping[str, Any], path: ValuePath) -> list[Any]:
    value = _found(context, path)
    if type(value) is not list or len(value) > LONGEST_LOOP:
        raise NotPlainError
    return value


def _found(context: Mapping[str, Any], path: ValuePath) -> Any:
    value: Any = context
    for name in path:
        is_fit = isinstance(value, dict) if isinstance(name, str) else isinstance(value, list)
        if not is_fit:
            raise NotPlainError
        try:
            value = value[name]
        except (LookupError, TypeError):
            raise NotPlainError from None
    return value


def _pieces(nodes: Iterable[Node]) -> tuple[Piece, ...]:
    return tuple(_piece(node) for node in nodes)


def _piece(node: Node) -> Piece:
    match node:
        case ContentNode():
            return node.text
        case OutputNode(expression=FilteredExpression(filters=None | [], left=left)):
            return ValuePiece(_path(left))
        case OutputNode(expression=FilteredExpression(filters=[Filter(name="default", args=[given])], left=left)):
            return ValuePiece(_path(left), _words(given))
        case OutputNode(
            expression=FilteredExpression(
                filters=[Filter(name="default", args=[given]), Filter(name="truncate", args=[most, ending])], left=left
            )
        ):
            return _cut(ValuePiece(_path(left), _words(given)), most, ending)
        case IfNode(alternatives=[], condition=BooleanExpression(expression=condition), blank=False):
            if_empty = _pieces(node.default.nodes) if node.default else ()
            return ConditionPiece(_tested_path(condition), _pieces(node.consequence.nodes), if_empty)
        case ForNode(default=None, blank=False, expression=LoopExpression() as loop, block=block):
            return _loop(loop, block.nodes)
    raise NotPlainError


def _words(given: PositionalArgument | KeywordArgument) -> str:
    match given:
        case PositionalArgument(value=StringLiteral(value=words)):
            return words
    raise NotPlainError


def _cut(
    piece: ValuePiece, most: PositionalArgument | KeywordArgument, ending: PositionalArgument | KeywordArgument
) -> ValuePiece:
    match most:
        case PositionalArgument(value=IntegerLiteral(value=length)):
            words = _words(ending)
            if len(piece.default) <= length and len(words) < length and _NEEDS_NO_ESCAPING.fullmatch(words):
                return replace(piece, most=length, ending=words)
    raise NotPlainError


def _loop(loop: LoopExpression, nodes: Iterable[Node]) -> LoopPiece:
    """Through a whole list, with no loop in it."""
    each = _pieces(nodes)
    if loop.limit or loop.offset or loop.reversed or loop.cols or _has_loop(each):
        raise NotPlainError
    return LoopPiece(_path(loop.iterable), loop.identifier, each)


def _has_loop(pieces: Iterable[Piece]) -> bool:
    return any(
        isinstance(piece, LoopPiece)
        or isinstance(piece, ConditionPiece)
        and (_has_loop(piece.if_filled) or _has_loop(piece.if_empty))
        for piece in pieces
    )


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
