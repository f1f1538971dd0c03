"""Why a database takes no connection, in words for the person who installs Encore."""

import re
from typing import Any

from django.db import OperationalError


class DatabaseRefusedError(OperationalError):
    """No connection to the database; the message says why and what to do. It never holds the password."""


def explain_refusal(said: str, database: dict[str, Any]) -> str:
    """The likely cause behind what the server, or the way to it, said."""
    names = {
        "place": ":".join(filter(None, (database["HOST"] or "this machine", database["PORT"]))),
        "name": database["NAME"],
        "user": database["USER"] or "(none named)",
        "said": _first_reason(said),
    }
    for pattern, words in CAUSES.items():
        if re.search(pattern, said, re.IGNORECASE):
            return words.format(**names)
    return "The database at {place} cannot be used: {said}. Is DATABASE_URL right?".format(**names)


def _first_reason(said: str) -> str:
    """Of a host with several addresses each is told; the last reason, without its place, stands for all."""
    lines = [line.strip() for line in said.splitlines() if "failed:" in line or "FATAL:" in line] or [said.strip()]
    return re.sub(r"^.*(?:failed:|FATAL:)\s*", "", lines[-1]).rstrip(". ")


CAUSES = {
    r"authentication failed|no password supplied|no pg_hba\.conf entry|role .* does not exist": (
        "The database at {place} does not let the user {user} in: {said}. Put the user and the password in "
        "DATABASE_URL right; characters such as @ or / in them are written as %40 and %2F."
    ),
    r"database .* does not exist": (
        "There is no database {name} at {place}. Make it, as docs/install.md says under “A larger installation”, or "
        "name another in DATABASE_URL."
    ),
    r"refused|timeout|timed out|unreachable|no such file|closed the connection|reset by peer|no route": (
        "The database at {place} does not answer: {said}. Is PostgreSQL running there, and is DATABASE_URL right?"
    ),
    r"translate host name|resolve|name or service|nodename": (
        "The database cannot be found: there is no host {place}. Is DATABASE_URL right?"
    ),
    r"too many (clients|connections)|connection slots|couldn't get a connection": (
        "The database at {place} has no connection left: {said}. Raise max_connections there, or lower DATABASE_POOL."
    ),
    r"starting up|shutting down|recovery mode": (
        "The database at {place} is not ready: {said}. Try again in a moment."
    ),
}
