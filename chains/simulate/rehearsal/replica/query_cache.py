"""Answers that hold for a whole rehearsal, asked of the database once instead of at every hour.

A pass asks a dozen times for the shop's settings, the chain and what else stands still while customers move. In the
shop a pass serves hundreds and that is nothing; a rehearsal makes thousands of passes for a few people each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from django.db.backends.utils import CursorWrapper

from chains.simulate.rehearsal.replica.past_tables import AS_TODAY

# Beside what looks as it does today all the time: written at the beginning, and seldom if at all later.
STILL = AS_TODAY | {
    "chains_backlog",
    "chains_chain",
    "chains_chainversion",
    "chains_channelstate",
    "chains_entrant",
    "chains_pause",
    "segments_segment",
}
TABLE = re.compile(r"\b(?:chains|crm|segments)_\w+")
Rows = list[tuple[Any, ...]]


class QueryCache:
    """Rows by statement and values, of statements that read only tables that stand still; until one is written."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Rows] = {}

    def cursor(self, cursor: Any, connection: Any) -> CursorWrapper:
        """In place of the cursors that a connection makes."""
        return _Cursor(cursor, connection, self)

    def recall(self, sql: str, params: Any) -> Rows | None:
        return self._known.get((sql, str(params)))

    def keep(self, sql: str, params: Any, rows: Rows) -> None:
        self._known[sql, str(params)] = rows

    def forget(self) -> None:
        self._known.clear()


class _Cursor(CursorWrapper):
    def __init__(self, cursor: Any, connection: Any, memory: QueryCache) -> None:
        super().__init__(cursor, connection)
        self._memory = memory
        self._told: Iterator[tuple[Any, ...]] | None = None

    def execute(self, sql: Any, params: Any = None) -> Any:
        self._told = None
        is_question, is_still = _read(sql) if isinstance(sql, str) else (False, True)
        if is_question and is_still:
            return self._ask(sql, params)
        if is_still:
            self._memory.forget()
        return super().execute(sql, params)

    def _ask(self, sql: str, params: Any) -> None:
        rows = self._memory.recall(sql, params)
        if rows is None:
            super().execute(sql, params)
            rows = self.cursor.fetchall()
            self._memory.keep(sql, params, rows)
        self._told = iter(rows)

    def fetchone(self) -> Any:
        return self.cursor.fetchone() if self._told is None else next(self._told, None)

    def fetchmany(self, size: int = 1) -> Sequence[Any]:
        if self._told is None:
            return self.cursor.fetchmany(size)  # type: ignore[no-any-return]
        return [row for _place, row in zip(range(size), self._told, strict=False)]

    def fetchall(self) -> Sequence[Any]:
        return self.cursor.fetchall() if self._told is None else list(self._told)


@lru_cache(maxsize=4096)
def _read(sql: str) -> tuple[bool, bool]:
    """Whether a statement only asks; and whether all it asks, or any table it may write, stands still."""
    is_question = sql.lstrip().startswith("SELECT")
    tables = set(TABLE.findall(sql))
    if is_question:
        return True, bool(tables) and tables <= STILL
    return False, not tables.isdisjoint(STILL)
