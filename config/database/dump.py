"""Saves the whole database to one file and brings it back, with PostgreSQL's own programs."""

import contextlib
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import IO, cast

from django.core.management.base import CommandError
from django.db import connection
from psycopg.conninfo import make_conninfo

from config.database.cluster import binaries
from config.media_backup import media_file

ANYTHING_THERE = """
    SELECT exists(
        SELECT FROM (SELECT oid, relnamespace FROM pg_class UNION ALL SELECT oid, pronamespace FROM pg_proc) AS made
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        AND NOT exists(SELECT FROM pg_depend WHERE objid = made.oid AND deptype = 'e')
    )
"""
# The settings at the head of the script that pg_restore makes, before anything of the shop's.
SETTINGS = re.compile(rb"(?<=\n)(?:SET [^\n]+;\n|SELECT pg_catalog\.set_config[^\n]+;\n)+")
PIECE = 1 << 20


def save(file: Path) -> None:
    """Write a compressed dump; it gets its name last, so a cut-off one is never taken for a backup."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.part")
    draft.touch(mode=0o600)
    parts = ["--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", f"--dbname={_address()}"]
    done = subprocess.run(_command("pg_dump", *parts), env=_secret(), capture_output=True, text=True, check=False)
    if done.returncode:
        draft.unlink()
        raise CommandError(f"Nothing was saved, pg_dump failed:\n{done.stderr.strip()}")
    draft.rename(file)


def forget_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups there, by the moment in their names; which ones."""
    old = sorted(folder.glob("encore-????-??-??-??????.dump"))[:-keep]
    for file in old:
        file.unlink()
        media_file(file).unlink(missing_ok=True)
    return old


def load(file: Path) -> None:
    """Fill an empty database from a dump, wholly or not at all.

    pg_restore only writes the script: at a setting that an older server does not know it would stop by itself.
    """
    if not file.is_file():
        raise CommandError(f"There is no file {file}.")
    if _holds_anything():
        raise CommandError(
            f"The database {connection.settings_dict['NAME']} is not empty. Restore into a new one: move var/postgres "
            "aside first, or name another database in DATABASE_URL."
        )
    known = _settings_known()
    script = _command("pg_restore", "--file=-", "--no-owner", "--no-privileges", str(file))
    psql = _command("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--dbname={_address()}")
    with tempfile.TemporaryFile() as said:
        with (
            subprocess.Popen(script, stdout=subprocess.PIPE, stderr=said) as made,
            subprocess.Popen(
                psql, env=_secret(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
            ) as taken,
        ):
            _pass_on(made, taken, known)
        if made.returncode or taken.returncode:
            said.seek(0)
            raise CommandError(f"Nothing was restored.{_reason(said.read().decode(errors='replace').strip())}")


def _pass_on(made: subprocess.Popen[bytes], taken: subprocess.Popen[bytes], known: set[str]) -> None:
    """All in one transaction, which is committed only when the script came to its end."""
    script, session = cast(IO[bytes], made.stdout), cast(IO[bytes], taken.stdin)
    try:
        session.write(b"BEGIN;\n" + without_unknown_settings(script.read(PIECE), known))
        while piece := script.read(PIECE):
            session.write(piece)
        if made.wait() == 0:
            session.write(b"COMMIT;\n")
        session.close()
    except BrokenPipeError:
        script.close()  # psql has stopped at an error, which it told
        with contextlib.suppress(BrokenPipeError):
            session.close()


def without_unknown_settings(script: bytes, known: set[str]) -> bytes:
    """A server of an older version does not know all settings that today's programs make."""

    def understood(block: re.Match[bytes]) -> bytes:
        lines = block[0].splitlines(keepends=True)
        return b"".join(line for line in lines if not line.startswith(b"SET ") or line.split()[1].decode() in known)

    return SETTINGS.sub(understood, script, count=1)


def _holds_anything() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ANYTHING_THERE)
        return bool(cursor.fetchone()[0])


def _settings_known() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings")
        return {name for (name,) in cursor.fetchall()}


def _reason(said: str) -> str:
    if "permission denied for schema" in said:
        return (
            f" The user {connection.settings_dict['USER']} may not make tables there: let the database belong to "
            f"that user, as docs/install.md says under “A larger installation”.\n{said}"
        )
    return f"\n{said}"


def _command(program: str, *arguments: str) -> list[str]:
    return [str(binaries() / program), *arguments]


def _address() -> str:
    """Where this very connection leads, without the password: others see the arguments of a program."""
    connection.ensure_connection()
    return make_conninfo("", **connection.connection.info.get_parameters())


def _secret() -> dict[str, str]:
    password = connection.connection.info.password
    return {**os.environ, **({"PGPASSWORD": password} if password else {})}
