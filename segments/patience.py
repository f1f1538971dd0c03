"""A limit on how long the database may think while a person waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

SCREEN = dt.timedelta(seconds=5)


class TookTooLong(Exception):
    """The database was stopped before it had an answer."""


@contextmanager
def impatient(limit: dt.timedelta | None) -> Iterator[None]:
    """Raises TookTooLong when a statement inside runs longer; no limit when None."""
    if limit is None:
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true)", [f"{limit // dt.timedelta(milliseconds=1)}ms"]
            )
            yield
            cursor.execute("SET LOCAL statement_timeout = 0")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise
