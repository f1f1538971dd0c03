"""Which field of a body is probably what, by the names that builders give them and by what stands there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crm.intake.any_shape.fields import CUSTOMER, FIELDS, LINE, About
from crm.intake.any_shape.known_names import NAMES, ORDERS, PEOPLE
from crm.intake.any_shape.leaves import Leaf, item_leaves, item_of, leaves, lists

# Worse than any rank among the known names.
UNLIKE = 1_000
DEPTH_COSTS, GROUP_IS_WORTH = 2, 12
CUSTOMERS = frozenset(field.name for field in CUSTOMER)
HOLDS: dict[str, Callable[[str], Any]] = {
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch,
    "phone": re.compile(r"\+?[\d\s()\-]{7,20}").fullmatch,
    "total": re.compile(r"\D{0,8}\d[\d\s.,']*\D{0,8}").fullmatch,
    "number": re.compile(r".*\d.*").fullmatch,
    "at": re.compile(r".*\d{4}.*").fullmatch,
}


def guess(payload: Any) -> tuple[About, dict[str, str]]:
    """What it is about, and the path of each field that is likely somewhere."""
    body = item_of(payload)
    found = _guess(("number", "at", "total", "currency", "discount", "coupon", "status", *_moments()), leaves(body))
    found |= _guess_customer(leaves(body))
    if lines := _lines_of(body):
        found["lines"] = lines.path
        found |= _without_sum(_guess([field.name for field in LINE], item_leaves(lines)))
    about = About.ORDER if found.keys() & {"lines", "total"} else About.CUSTOMER
    meant = {field.name for field in (*FIELDS[about], *LINE)}
    return about, {name: path for name, path in found.items() if name in meant}


def _moments() -> list[str]:
    return ["paid_at", "shipped_at", "delivered_at", "cancelled_at"]


def _guess_customer(all_leaves: Sequence[Leaf]) -> dict[str, str]:
    """Forms have “name” for all of it; where first and last stand apart, “name” is the first."""
    found = _guess([field.name for field in CUSTOMER], all_leaves)
    if "email" not in found:
        likely = [leaf.path for leaf in all_leaves if _holds("email", leaf) and not leaf.is_in_list]
        found |= dict(zip(["email"], likely, strict=False))
    if "last_name" in found and "name" in found:
        found.setdefault("first_name", found["name"])
    if "first_name" in found:
        found.pop("name", None)
    return found


def _without_sum(found: dict[str, str]) -> dict[str, str]:
    return {name: path for name, path in found.items() if name != "line_sum" or "line_price" not in found}


def _lines_of(body: Any) -> Leaf | None:
    groups = [one for one in lists(body) if isinstance(one.value[0], dict)]
    likely = [one for one in groups if _guess(["line_price", "line_sum"], item_leaves(one))]
    return min(likely, key=lambda one: _rank("lines", one), default=None)


def _guess(names: Iterable[str], all_leaves: Sequence[Leaf]) -> dict[str, str]:
    found = {}
    for name in names:
        ranked = [(rank, leaf.path) for leaf in all_leaves if (rank := _rank(name, leaf)) < UNLIKE]
        if ranked:
            found[name] = min(ranked)[1]
    return found


def _rank(name: str, leaf: Leaf) -> int:
    """How far it is from what the field is likely called; other things equal, what stands higher up is meant."""
    called = _plain(leaf.parts[-1]) if leaf.parts else ""
    is_empty = leaf.value in (None, "")
    if called not in NAMES.get(name, ()) or leaf.is_in_list or not (is_empty or _holds(name, leaf)):
        return UNLIKE
    groups = {_plain(part) for part in leaf.parts[:-1]}
    expected, other = (PEOPLE, ORDERS) if name in CUSTOMERS else (ORDERS, PEOPLE)
    rank = NAMES[name].index(called) + DEPTH_COSTS * len(leaf.parts) + (UNLIKE // 2 if is_empty else 0)
    return rank + (-GROUP_IS_WORTH if groups & expected else GROUP_IS_WORTH if groups & other else 0)


def _holds(name: str, leaf: Leaf) -> bool:
    return name not in HOLDS or bool(HOLDS[name](str(leaf.value).strip()))


def _plain(part: str | int) -> str:
    return re.sub(r"[\W_]", "", str(part).lower())
