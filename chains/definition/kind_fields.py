"""The fields that a kind of wait or of change asks for: when a form shows each, and what is wrong in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from crm.admin.conditional import Case


class FieldProblem(NamedTuple):
    field: str
    words: str

    @property
    def as_part(self) -> str:
        """For the end of a sentence that began with the name of the step."""
        return self.words[:1].lower() + self.words[1:]


class AsksFields(Protocol):
    @property
    def fields(self) -> Sequence[str]: ...

    @property
    def fields_when(self) -> Mapping[str, Case]:
        """Fields asked for only beside certain values of others."""


def shown_when(choice: str, kinds: Mapping[str, AsksFields]) -> dict[str, list[Case]]:
    """By field the cases in which a form shows it; `choice` is the field in which the kind is chosen."""
    cases: dict[str, list[Case]] = defaultdict(list)
    for value, kind in kinds.items():
        for name in kind.fields:
            cases[name].append({choice: [value]})
        for name, case in kind.fields_when.items():
            cases[name].append({choice: [value], **case})
    return dict(cases)
