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
ConditionPath = tuple[int, ...]


class RuleError(ValueError):
    """What is wrong with a rule, in words; `path` are the item numbers (from 0) from the outermost group inwards."""

    def __init__(self, message: str, path: ConditionPath = ()) -> None:
        self.message = message
        self.path = path
        super().__init__(message, path)

    def __str__(self) -> str:
        if not self.path:
            return self.message[:1].upper() + self.message[1:]
        return _("Condition %(number)s: %(problem)s") % {
            "number": ".".join(str(index + 1) for index in self.path),
            "problem": self.message,
        }


def conditions(rule: Rule) -> list[Condition]:
    return [condition for _path, condition in conditions_with_paths(rule)]


def conditions_with_paths(rule: Rule, path: ConditionPath = ()) -> Iterator[tuple[ConditionPath, Condition]]:
    if isinstance(rule, Condition):
        yield path, rule
        return
    for index, item in enumerate(rule.items):
        yield from conditions_with_paths(item, (*path, index))
