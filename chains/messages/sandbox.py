"""Liquid as staff may use it: placeholders, conditions, short loops; nothing reaches outside or grows without end."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext as _
from liquid import BoundTemplate, Environment, RenderContext
from liquid.exceptions import (
    BlockNestingError,
    ContextDepthError,
    LiquidError,
    LiquidInterrupt,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    ResourceLimitError,
    UndefinedError,
    UnknownFilterError,
)
from liquid.token import TOKEN_CONTENT, TOKEN_ILLEGAL, TOKEN_OUTPUT
from liquid.undefined import StrictUndefined
from markupsafe import escape

from chains.messages.fast_template import NotPlainError, Piece, join_pieces, split_into_pieces

SOURCE_LIMIT = 20_000
OUTPUT_LIMIT = 100_000  # Gmail cuts a letter off at 102 KB.
UTF8_BYTES = 4  # of a character, at most
LOOP_LIMIT = 1_000
# Steps for one customer: a value read is one, a filter some, and one for each letter it is given.
MOST_WORK = 1_000_000
FILTER_WORK = 20
LOOP_WORK = 50
MOST_UNCLOSED = 20
TAGS = {"if", "unless", "case", "for", "break", "continue", "assign", "comment"} | {
    TOKEN_CONTENT, TOKEN_ILLEGAL, TOKEN_OUTPUT,
}  # fmt: skip
# Only filters whose result stays about as long as what they are given.
FILTERS = {
    "abs", "append", "at_least", "at_most", "capitalize", "ceil", "default", "divided_by", "downcase", "escape",
    "floor", "minus", "modulo", "plus", "prepend", "remove", "round", "size", "strip", "times", "truncate",
    "truncatewords", "upcase",
}  # fmt: skip
_UNCLOSED = re.compile(r"expected tag (\w+), found end of")


class TemplateError(Exception):
    """What is wrong with a text, in words for the one who wrote it."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(_("Line %(line)s: %(message)s") % {"line": line, "message": message} if line else message)
        self.line = line


class WorkLimitError(ResourceLimitError):
    """The text asks for more steps than any letter needs."""


class _CountedContext(RenderContext):
    """Counts what is done for one customer: values read, filters applied with what they are given, and loops."""

    __slots__ = ("work_left",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.work_left = MOST_WORK

    def spend(self, work: int) -> None:
        self.work_left -= work
        if self.work_left < 0:
            raise WorkLimitError("too much work", token=None)

    def get(self, path: Any, **options: Any) -> object:
        self.spend(1)
        return super().get(path, **options)

    def filter(self, name: str, token: Any = None) -> Callable[..., object]:
        apply = super().filter(name, token)

        def counted(value: object, *given: object, **options: object) -> object:
            self.spend(FILTER_WORK + _size(value))
            result = apply(value, *given, **options)
            if _size(result) > OUTPUT_LIMIT:
                raise OutputStreamLimitError("output stream limit reached", token=None)
            return result

        return counted

    def raise_for_loop_limit(self, length: int = 1) -> None:
        super().raise_for_loop_limit(length)
        self.spend(LOOP_WORK * length)


def _size(value: object) -> int:
    return len(value) if isinstance(value, str) else 0


class _CountedTemplate(BoundTemplate):
    context_class = _CountedContext


class Sandbox(Environment):
    template_class = _CountedTemplate
    block_nesting_limit = 10
    context_depth_limit = 20
    loop_iteration_limit = LOOP_LIMIT
    local_namespace_limit = 20_000
    output_stream_limit = OUTPUT_LIMIT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=False)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: function for name, function in self.filters.items() if name in FILTERS}
        self.add_filter("in_link", _in_link)


def _in_link(value: Any) -> str:
    return quote("" if value is None else str(value), safe="")


_html = Sandbox(undefined=StrictUndefined, autoescape=True)
_plain = Sandbox(undefined=StrictUndefined, autoescape=False)


@lru_cache(maxsize=2048)
def parse(source: str, *, is_html: bool = False) -> BoundTemplate:
    """A parsed template, kept by its source: a published version parses once in a process."""
    if source.rpartition("}}")[2].count("{{") > MOST_UNCLOSED:
        # Liquid looks for the end of each, to the end of the text.
        raise TemplateError(_("Something is opened and never closed: %(mark)s is missing.") % {"mark": "}}"})
    try:
        return (_html if is_html else _plain).from_string(source)
    except LiquidError as error:
        raise in_words(error) from error


def fill(source: str, context: Mapping[str, Any], *, is_html: bool = False) -> str:
    """The source with its placeholders replaced."""
    if "{{" not in source and "{%" not in source:
        return source
    pieces = _pieces(source, is_html=is_html)
    if pieces is not None:
        try:
            text = join_pieces(pieces, context, escape if is_html else str)
        except NotPlainError:
            pass  # Liquid handles it, and says what is wrong.
        else:
            if len(text) * UTF8_BYTES <= OUTPUT_LIMIT:
                return text
    return _by_liquid(source, context, is_html=is_html)


@lru_cache(maxsize=2048)
def _pieces(source: str, *, is_html: bool) -> tuple[Piece, ...] | None:
    return split_into_pieces(parse(source, is_html=is_html))


def _by_liquid(source: str, context: Mapping[str, Any], *, is_html: bool) -> str:
    try:
        return parse(source, is_html=is_html).render(context)
    except LiquidError as error:
        raise in_words(error) from error
    except (LiquidInterrupt, ArithmeticError, ValueError, TypeError) as error:
        raise TemplateError(_("This cannot be worked out: %(detail)s.") % {"detail": error}) from error


def in_words(error: LiquidError) -> TemplateError:
    place = error.context() if error.token else None
    return TemplateError(_explain(error), place[0] if place else None)


def _explain(error: LiquidError) -> str:
    match error:
        case LoopIterationLimitError():
            return _("A loop repeats more than %(limit)s times.") % {"limit": LOOP_LIMIT}
        case WorkLimitError():
            return _("The text asks for too much work: fewer loops and filters, please.")
        case OutputStreamLimitError() | LocalNamespaceLimitError():
            return _("The letter grows beyond %(limit)s KB.") % {"limit": OUTPUT_LIMIT // 1000}
        case BlockNestingError() | ContextDepthError():
            return _("Conditions and loops are nested too deeply.")
        case UnknownFilterError():
            return _("%(detail)s. These can be used: %(known)s.") % {
                "detail": str(error.message).capitalize(),
                "known": ", ".join(sorted(FILTERS)),
            }
        case UndefinedError():
            return _("There is no such placeholder: %(detail)s.") % {"detail": error.message}
    if unclosed := _UNCLOSED.match(str(error.message)):
        return _("Something is opened and never closed: {%% %(tag)s %%} is missing.") % {"tag": unclosed[1]}
    return _("This cannot be read: %(detail)s.") % {"detail": error.message}
