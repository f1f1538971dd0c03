"""What an import did or would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm.intake.files.problems import Problem


@dataclass(frozen=True)
class ImportCount:
    new: int
    changed: int
    unchanged: int


@dataclass(frozen=True)
class ImportReport:
    """`problems` are the first of `problems_count`; `counts` are empty when the file was refused as a whole."""

    rows: int
    counts: Mapping[str, ImportCount]
    problems: Sequence[Problem]
    problems_count: int
    rejected_rows: int
    ignored_columns: Sequence[str]
    is_applied: bool

    @property
    def is_refused(self) -> bool:
        return not self.counts
