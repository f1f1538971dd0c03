"""What ends a program at its start ends it with a sentence: a wrong setting, or a database that cannot be used."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from config.database.failure_hints import EmbeddedDatabaseError
from config.database.refusal_hints import DatabaseRefusedError, explain_refusal

REFUSALS = (ImproperlyConfigured, EmbeddedDatabaseError, DatabaseRefusedError)


@contextlib.contextmanager
def ending_in_words() -> Iterator[None]:
    try:
        yield
    except REFUSALS as trouble:
        sys.exit(str(trouble))


def open_session() -> psycopg.Connection[Any]:
    """A session past the pool, which waits long and does not say why, and past the apps, which may not be loaded."""
    try:
        return psycopg.connect(**connection.get_connection_params())
    except psycopg.OperationalError as error:
        raise DatabaseRefusedError(explain_refusal(str(error), connection.settings_dict)) from error


def require_database() -> None:
    """Raise in words unless the database answers."""
    open_session().close()


def database_answers(app_configs: Sequence[Any] | None, **_given: Any) -> list[CheckMessage]:
    """The system check: before a command begins. The server that Encore brings is started by whoever needs it."""
    if not settings.DATABASE_URL:
        return []
    try:
        require_database()
    except DatabaseRefusedError as trouble:
        return [Error(str(trouble), id="config.E001")]
    return []
