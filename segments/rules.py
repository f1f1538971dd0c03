"""A rule: a tree of all / any / none groups whose leaves are conditions of the vocabulary. Pure: no queries, no clock.

Absent, zero and unknown: what is counted is zero when there is nothing to count (a customer without orders has 0 orders
and revenue 0); what is not known (age without a birth date, margin without costs, the last rating of one who gave none)
holds no comparison at all; “is not”, “has not”, “did not buy” are the plain opposite of their twins and so hold then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from django.utils.translation import gettext as _

from segments.values import Value


class GroupKind(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"


@dataclass(frozen=True)
class Condition:
    field: str
    operator: str
    value: Value = None
    window: int | None = None
    where: tuple[Condition, ...] = ()
    is_negative: bool = False


@dataclass(frozen=True)
class Group:
    kind: GroupKind
    items: tuple[Rule, ...]


Rule: TypeAlias = Condition | Group
Place = tuple[int, ...]


class RuleError(ValueError):
    """What is wrong with a rule, in words; `place` is the path of item numbers (from 0) from the outermost group."""

    def __init__(self, message: str, place: Place = ()) -> None:
        self.message = message
        self.place = place
        super().__init__(message, place)

    def __str__(self) -> str:
        if not self.place:
            return self.message[:1].upper() + self.message[1:]
        return _("Condition %(number)s: %(problem)s") % {
            "number": ".".join(str(index + 1) for index in self.place),
            "problem": self.message,
        }


def conditions(rule: Rule) -> list[Condition]:
    return [condition for _place, condition in placed(rule)]


def placed(rule: Rule, place: Place = ()) -> Iterator[tuple[Place, Condition]]:
    """Every condition with its place."""
    if isinstance(rule, Condition):
        yield place, rule
        return
    for index, item in enumerate(rule.items):
        yield from placed(item, (*place, index))
