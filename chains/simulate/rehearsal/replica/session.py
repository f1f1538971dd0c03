"""A database session of its own that cannot write: what happens in it stays in it, and ends with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from chains.simulate.rehearsal.replica.query_cache import QueryCache

# Temporary tables are the only ones a read-only session may write. Without a plan compiled to machine code, which
# costs more than such small tables are worth.
SETTINGS = "SET default_transaction_read_only = on; SET jit = off"
ROOM = "SET temp_buffers = '64MB'"
# The same few dozen statements come thousands of times: their values travel apart, so that each is planned once.
PLANS = {"server_side_binding": True, "prepare_threshold": 2}


class Outside:
    """The way back into the shop's own session for a moment, to tell how far it is."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @contextmanager
    def again(self) -> Iterator[None]:
        inside = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = self._connection
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = inside


@contextmanager
def apart(prepare: Callable[[], None]) -> Iterator[Outside]:
    """Everything the ORM does within goes through a session of its own; read-only once `prepare` made its tables."""
    outside = connections[DEFAULT_DB_ALIAS]
    inside, memory = outside.copy(), QueryCache()
    # A pooled session would go back to the pool with its temporary tables; this one has to end.
    inside.settings_dict["OPTIONS"].pop("pool", None)
    inside.settings_dict["CONN_MAX_AGE"] = 0
    inside.settings_dict["OPTIONS"] |= PLANS
    # Nothing is tried here that might fail and be gone on after.
    inside.features.uses_savepoints = False
    inside.make_cursor = lambda cursor: memory.cursor(cursor, inside)  # type: ignore[method-assign]
    # No bell is rung and nothing else is told of what only seems to happen.
    inside.on_commit = lambda func, robust=False: None  # type: ignore[method-assign]
    connections[DEFAULT_DB_ALIAS] = inside
    try:
        with inside.cursor() as cursor:
            cursor.execute(ROOM)
        prepare()
        with inside.cursor() as cursor:
            cursor.execute(SETTINGS)
        yield Outside(outside)
    finally:
        connections[DEFAULT_DB_ALIAS] = outside
        inside.close()
