"""A database session of its own that sees the replica and cannot write to the shop's tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from chains.simulate.rehearsal.replica import temp_tables
from chains.simulate.rehearsal.replica.query_cache import QueryCache

READ_ONLY = "SET default_transaction_read_only = on"
# Such small tables are worth neither plans compiled to machine code nor large samples.
FOR_SMALL_TABLES = "SET jit = off; SET default_statistics_target = 10"
TEMP_MEMORY = "SET temp_buffers = '64MB'"
# The same few dozen statements come thousands of times. With their values sent apart, each is planned only once.
PREPARED_STATEMENTS = {"server_side_binding": True, "prepare_threshold": 2}


class LiveSession:
    """The way back into the shop's own session for a moment, to report how far the rehearsal is."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @contextmanager
    def active(self) -> Iterator[None]:
        with _as_default_connection(self._connection):
            yield


@contextmanager
def replica_session() -> Iterator[LiveSession]:
    """Everything the ORM does within goes through a session of its own, with empty temporary tables in it."""
    live, own = connections[DEFAULT_DB_ALIAS], _own_connection()
    try:
        with _as_default_connection(own):
            _set(own, TEMP_MEMORY)
            temp_tables.make()
            _set(own, FOR_SMALL_TABLES)
            _set(own, READ_ONLY)
            yield LiveSession(live)
    finally:
        own.close()


def _own_connection() -> Any:
    connection, cache = connections[DEFAULT_DB_ALIAS].copy(), QueryCache()
    # A pooled session would go back to the pool with its temporary tables; this one has to end.
    connection.settings_dict["OPTIONS"].pop("pool", None)
    connection.settings_dict["CONN_MAX_AGE"] = 0
    connection.settings_dict["OPTIONS"] |= PREPARED_STATEMENTS
    # The verbs never go on after a failed statement, so savepoints would only cost time.
    connection.features.uses_savepoints = False
    connection.make_cursor = lambda cursor: cache.cursor(cursor, connection)  # type: ignore[method-assign]
    # No worker is called to what only seems to happen.
    connection.on_commit = lambda func, robust=False: None  # type: ignore[method-assign]
    return connection


@contextmanager
def _as_default_connection(connection: Any) -> Iterator[None]:
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connection
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before


def _set(connection: Any, settings: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(settings)
