"""Saves the whole database to one file and brings it back, with PostgreSQL's own programs."""

import os
import subprocess
from pathlib import Path

from django.core.management.base import CommandError
from django.db import connection

from config.database.cluster import binaries


def save(file: Path) -> None:
    """Write a compressed dump; it gets its name last, so a cut-off one is never taken for a backup."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.part")
    draft.touch(mode=0o600)
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", _database())
    draft.rename(file)


def load(file: Path) -> None:
    """Fill an empty database from a dump, wholly or not at all."""
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    if connection.introspection.table_names():
        raise CommandError("This database is not empty. Restore into a new one: move var/postgres aside first.")
    database = f"--dbname={_database()}"
    _run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", database, str(file))


def _run(program: str, *arguments: str) -> None:
    params = connection.get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "sslmode": "PGSSLMODE"}
    given = {variable: str(params[name]) for name, variable in names.items() if params.get(name)}
    command = [str(binaries() / program), *arguments]
    done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError(f"{program} failed:\n{done.stderr.strip()}")


def _database() -> str:
    return str(connection.settings_dict["NAME"])
