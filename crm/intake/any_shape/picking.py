"""Picking the fields out of a body: each found where staff said, and read as what it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.any_shape.fields import ALL
from crm.intake.any_shape.mapping import ShapeMapping
from crm.intake.any_shape.paths import find
from crm.intake.any_shape.values import Told

MOST_LINES = 1_000
PROBLEMS_TOLD = 5


class Unreadable(ValueError):
    """What is wrong, in words, by the name of the field it is in."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = problems
        told = list(problems.items())[:PROBLEMS_TOLD]
        words = [f"{ALL[name].label}: {why}" for name, why in told]
        if len(problems) > len(told):
            words.append(_("%(shown)d of %(count)d are shown") % {"shown": len(told), "count": len(problems)})
        super().__init__("; ".join(words))


def is_meant(body: Any, mapping: ShapeMapping) -> bool:
    if not mapping.only_path:
        return True
    said = find(mapping.only_path, body)
    return said is not None and str(said).strip().casefold() == mapping.only_is.strip().casefold()


def pick(body: Any, mapping: ShapeMapping, told: Told) -> dict[str, Any]:
    """What was found, by the field's name; `lines` are such finds themselves. Unreadable names every field at fault."""
    found, problems = pick_what_can_be(body, mapping, told)
    if problems:
        raise Unreadable(problems)
    return found


def pick_what_can_be(body: Any, mapping: ShapeMapping, told: Told) -> tuple[dict[str, Any], dict[str, str]]:
    """What was found and what is wrong, each by the field's name."""
    found, problems = _pick(body, mapping, mapping.names, told)
    if "lines" in found:
        try:
            found["lines"] = _lines(found["lines"], mapping, told)
        except ValueError as wrong:
            problems["lines"] = str(wrong)
    return found, problems


def _pick(body: Any, mapping: ShapeMapping, names: Iterable[str], told: Told) -> tuple[dict[str, Any], dict[str, str]]:
    found, problems = {}, {}
    for name in names:
        try:
            value = ALL[name].parse(mapping.fields[name].of(body), told)
        except ValueError as wrong:
            problems[name] = str(wrong)
        else:
            if value is not None:
                found[name] = value
    return found, problems


def _lines(items: list[Any], mapping: ShapeMapping, told: Told) -> list[dict[str, Any]]:
    if len(items) > MOST_LINES:
        raise ValueError(_("holds more than %(most)s lines") % {"most": MOST_LINES})
    return [_line(place, item, mapping, told) for place, item in enumerate(items, start=1)]


def _line(place: int, item: Any, mapping: ShapeMapping, told: Told) -> dict[str, Any]:
    found, problems = _pick(item, mapping, mapping.line_names, told)
    if not problems:
        problems = _missing(found)
    if problems:
        why = "; ".join(f"{ALL[name].label}: {words}" for name, words in problems.items())
        raise ValueError(_("line %(place)s, %(why)s") % {"place": place, "why": why})
    return found


def _missing(found: Mapping[str, Any]) -> dict[str, str]:
    problems = {}
    if not found.keys() & {"line_sku", "line_name"}:
        problems["line_sku"] = _("is missing, and so is the name")
    if not found.keys() & {"line_price", "line_sum"}:
        problems["line_price"] = _("is missing")
    if found.get("line_quantity") == 0:
        problems["line_quantity"] = _("is nought")
    return problems
