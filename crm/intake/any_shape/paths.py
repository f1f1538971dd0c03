"""Where something stands in a body, as an expression of JMESPath: what may be written, and what is found there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import jmespath
from django.utils.translation import gettext as _
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

LONGEST = 300
# What only picks. Left out are those that build something larger than what they are given, over and over.
ALLOWED = frozenset(
    {
        "and_expression", "comparator", "current", "field", "filter_projection", "function_expression", "identity",
        "index", "index_expression", "literal", "not_expression", "or_expression", "pipe", "projection", "slice",
        "subexpression", "value_projection",
    }
)  # fmt: skip
FUNCTIONS = frozenset({"contains", "ends_with", "length", "max", "min", "not_null", "starts_with", "sum", "to_number"})
PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
ITSELF = "@"


def find(expression: str, body: Any) -> Any:
    """None where nothing stands there. ValueError in words for an expression that is none."""
    try:
        return compiled(expression).search(body)
    except (JMESPathError, RecursionError) as wrong:
        raise ValueError(_("“%(path)s” cannot be followed here: %(why)s") % _about(expression, wrong)) from wrong


@lru_cache(maxsize=512)
def compiled(expression: str) -> ParsedResult:
    if len(expression) > LONGEST:
        raise ValueError(_("A path has at most %(most)s characters.") % {"most": LONGEST})
    try:
        parsed = jmespath.compile(expression)
        forbidden = {name for name in _names(parsed.parsed) if name}
    except (JMESPathError, RecursionError) as wrong:
        raise ValueError(_("“%(path)s” is no path: %(why)s") % _about(expression, wrong)) from wrong
    if forbidden:
        raise ValueError(_("A path only picks what is there: %(what)s is not taken.") % {"what": min(forbidden)})
    return parsed


def expression_of(parts: Sequence[str | int]) -> str:
    """The path to one place, by the names and numbers on the way."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            name = part if PLAIN_NAME.fullmatch(part) else json.dumps(part, ensure_ascii=False)
            path += f".{name}" if path else name
    return path or ITSELF


def words_of(parts: Sequence[str | int]) -> str:
    """The same for people, who count from one."""
    return " › ".join(str(part + 1) if isinstance(part, int) else part for part in parts) or _("the item itself")


def _names(node: Mapping[str, Any]) -> Iterator[str]:
    """Names of what is not allowed in a parsed expression."""
    if node["type"] not in ALLOWED:
        yield str(node["type"])
    if node["type"] == "function_expression" and node["value"] not in FUNCTIONS:
        yield str(node["value"])
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _names(child)


def _about(expression: str, wrong: Exception) -> dict[str, str]:
    why = _("it is nested too deeply") if isinstance(wrong, RecursionError) else str(wrong).splitlines()[0]
    return {"path": expression[:80], "why": why}
