"""What an import did or would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm.intake.files.problems import Problem


@dataclass(frozen=True)
class ImportCount:
    """`names` are those of the first new ones, where staff should look at them."""

    new: int
    changed: int
    unchanged: int
    names: Sequence[str] = field(default=(), compare=False)


@dataclass(frozen=True)
class ImportReport:
    """`problems` are the first of `problems_count`; `counts` are empty when the file was refused as a whole.

    `would_enter` says how many would enter which chain; only a dry run knows.
    """

    rows: int
    counts: Mapping[str, ImportCount]
    problems: Sequence[Problem]
    problems_count: int
    rejected_rows: int
    ignored_columns: Sequence[str]
    is_applied: bool
    would_enter: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        return not self.counts
