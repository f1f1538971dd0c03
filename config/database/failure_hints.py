"""What can be wrong with the embedded PostgreSQL, in words for the person who installs Encore."""

import re
from pathlib import Path

from django.db import OperationalError


class EmbeddedDatabaseError(OperationalError):
    """The embedded PostgreSQL cannot serve; the message says why and what to do."""


def explain(log: str, directory: Path) -> str:
    """The likely cause behind the last words of initdb or of the server."""
    for pattern, words in CAUSES.items():
        if re.search(pattern, log, re.IGNORECASE):
            return words.format(directory=directory)
    return "PostgreSQL did not start. Its last words were:\n" + "\n".join(log.strip().splitlines()[-15:])


CAUSES = {
    r"no space left on device": (
        "The disk that holds {directory} is full. Nothing is lost: free some space and start again."
    ),
    r"incompatible with server|initialized by PostgreSQL version": (
        "The data in {directory} was written by another version of PostgreSQL than the one installed here. "
        "Nothing was touched. Install the Encore release that wrote it, save with pg_dump, and load into the new one."
    ),
    r"could not map anonymous shared memory|could not resize shared memory segment": (
        "The machine has too little free memory for PostgreSQL. Close something, or give it more, and start again."
    ),
    r"permission denied": (
        "PostgreSQL may not read or write its files in {directory}. They belong to the user who first started Encore: "
        "start it as that user, or move them with ENCORE_VAR to a place this one may use."
    ),
    r"invalid data in file|could not read file|checksum|could not locate a valid checkpoint record": (
        "Some files of the database in {directory} are damaged. Restore them from a backup."
    ),
}
