"""A limit on how long the database may think while a person waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

SCREEN_LIMIT = dt.timedelta(seconds=5)


class QueryTookTooLong(Exception):
    """The database was stopped before it had an answer."""


CANCEL_EARLIER = """
    SELECT pg_cancel_backend(pid) FROM pg_stat_activity
    WHERE application_name = %s AND state = 'active' AND pid <> pg_backend_pid() AND usename = current_user
"""


def cancel_earlier(name: str) -> None:
    """Cancel what else works under this name, and work under it until the transaction ends.

    One that ends between being seen and being cancelled gets the signal while idle, where it does nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(CANCEL_EARLIER, [name])
        cursor.execute("SELECT set_config('application_name', %s, true)", [name])


@contextmanager
def time_limit(limit: dt.timedelta | None) -> Iterator[None]:
    """Raises QueryTookTooLong when a statement inside runs longer; there is no limit when it is None."""
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
            raise QueryTookTooLong from error
        raise
