"""The fields of an HTML form as one body: `payment[products][0][name]` stands in it as it does in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

MOST_PARTS = 12
NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART = re.compile(r"\[([^\[\]]*)\]")


def nested(fields: Iterable[tuple[str, str]]) -> Any:
    """Of two values under one name both are kept, as a list. ValueError where names contradict one another."""
    root: dict[str, Any] = {}
    for name, value in fields:
        _put(root, _parts(name), _opened(value), name)
    return _with_lists(root)


def _parts(name: str) -> list[str]:
    """A name that is not written so is taken whole."""
    found = NAME.fullmatch(name)
    parts = [found[1], *PART.findall(found[2])] if found else [name]
    if len(parts) > MOST_PARTS:
        raise ValueError(_("The field “%(name)s” is nested too deeply.") % {"name": name[:60]})
    return parts


def _put(root: dict[str, Any], parts: list[str], value: Any, name: str) -> None:
    place = root
    for part in parts[:-1]:
        below = place.setdefault(part or str(len(place)), {})
        if not isinstance(below, dict):
            raise ValueError(_("The field “%(name)s” is both a value and a group.") % {"name": name[:60]})
        place = below
    last = parts[-1] or str(len(place))
    if last not in place:
        place[last] = value
    elif isinstance(place[last], list):
        place[last].append(value)
    else:
        place[last] = [place[last], value]


def _opened(value: str) -> Any:
    """Some builders put JSON into a field."""
    if value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            # It only looks like JSON: what a customer typed stays a text.
            return value
    return value


def _with_lists(place: Any) -> Any:
    """What is numbered from nought is a list."""
    if not isinstance(place, dict):
        return place
    below = {name: _with_lists(value) for name, value in place.items()}
    is_list = bool(below) and list(below) == [str(number) for number in range(len(below))]
    return list(below.values()) if is_list else below
