"""Query results that hold for a whole rehearsal are read once instead of at every hour.

An engine pass asks a dozen times for the shop's settings, the chain and other rows that stay the same while customers
move. In the shop one pass serves hundreds of customers and that is nothing; a rehearsal makes thousands of passes for
a few customers each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from chains.simulate.rehearsal.replica.past_tables import AS_TODAY

# Beside the tables taken as they are today: those written at the beginning of a rehearsal, and seldom if at all later.
SELDOM_WRITTEN = AS_TODAY | {
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
    """Rows by statement and values, of statements that read only seldom written tables; until one is written."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Rows] = {}

    def cursor(self, cursor: Any, connection: Any) -> CursorWrapper:
        """In place of the cursors that a connection makes."""
        return _CachingCursor(cursor, connection, self)

    def get(self, sql: str, params: Any) -> Rows | None:
        return self._rows.get((sql, str(params)))

    def put(self, sql: str, params: Any, rows: Rows) -> None:
        self._rows[sql, str(params)] = rows

    def clear(self) -> None:
        self._rows.clear()


class _CachingCursor(CursorWrapper):
    def __init__(self, cursor: Any, connection: Any, cache: QueryCache) -> None:
        super().__init__(cursor, connection)
        self._cache = cache
        self._cached: Iterator[tuple[Any, ...]] | None = None

    def execute(self, sql: Any, params: Any = None) -> Any:
        self._cached = None
        statement = _classified(sql) if isinstance(sql, str) else UNKNOWN
        if statement.is_cacheable:
            return self._execute_cached(sql, params)
        if statement.may_write:
            self._cache.clear()
        return super().execute(sql, params)

    def executemany(self, sql: Any, param_list: Any) -> Any:
        self._cache.clear()
        return super().executemany(sql, param_list)

    def _execute_cached(self, sql: str, params: Any) -> None:
        rows = self._cache.get(sql, params)
        if rows is None:
            super().execute(sql, params)
            rows = self.cursor.fetchall()
            self._cache.put(sql, params, rows)
        self._cached = iter(rows)

    def fetchone(self) -> Any:
        return self.cursor.fetchone() if self._cached is None else next(self._cached, None)

    def fetchmany(self, size: int = 1) -> Sequence[Any]:
        if self._cached is None:
            return self.cursor.fetchmany(size)  # type: ignore[no-any-return]
        return [row for _index, row in zip(range(size), self._cached, strict=False)]

    def fetchall(self) -> Sequence[Any]:
        return self.cursor.fetchall() if self._cached is None else list(self._cached)

    def __iter__(self) -> Iterator[Any]:
        return super().__iter__() if self._cached is None else self._cached


class _Statement(NamedTuple):
    is_cacheable: bool
    may_write: bool
    """Whether it may write one of the tables whose rows are cached."""


UNKNOWN = _Statement(is_cacheable=False, may_write=True)


@lru_cache(maxsize=4096)
def _classified(sql: str) -> _Statement:
    tables = set(TABLE.findall(sql))
    if sql.lstrip().startswith("SELECT"):
        return _Statement(is_cacheable=bool(tables) and tables <= SELDOM_WRITTEN, may_write=False)
    return _Statement(is_cacheable=False, may_write=not tables.isdisjoint(SELDOM_WRITTEN))
