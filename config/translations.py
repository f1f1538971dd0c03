"""Compiles and checks the translation catalogues without GNU gettext, which a bare machine lacks."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCES = ("analytics", "chains", "config", "crm", "segments")


def catalogues(directory: Path) -> list[Path]:
    return sorted(directory.glob("*/LC_MESSAGES/*.po"))


def compile_stale(directory: Path) -> list[Path]:
    """Compile each catalogue that changed since it was compiled last; which ones."""
    stale = [path for path in catalogues(directory) if _is_stale(path)]
    for path in stale:
        compile_catalogue(path)
    return stale


def compile_catalogue(path: Path) -> None:
    draft = path.with_suffix(".mo.new")
    with draft.open("wb") as file:
        write_mo(file, read(path))
    # Of the code, not of the data: whoever runs Encore reads it, whoever compiled it.
    draft.chmod(0o644)
    draft.replace(path.with_suffix(".mo"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def problems(path: Path) -> list[str]:
    """What keeps a catalogue from being complete, one line each."""
    catalogue = read(path)
    found = [problem for message in catalogue if message.id for problem in _problems(catalogue, message)]
    if catalogue.obsolete:
        found.append(f"{path}: {len(catalogue.obsolete)} obsolete entries")
    return [problem if problem.startswith(str(path)) else f"{path}:{problem}" for problem in found]


def _problems(catalogue: Catalog, message: Message) -> Iterator[str]:
    where = f"{message.lineno}: {message.id!r}"
    texts = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
    if message.fuzzy:
        yield f"{where} is fuzzy"
    if not all(texts):
        yield f"{where} is not translated"
        return
    for error in message.check(catalogue):
        yield f"{where}: {error}"


def unlisted(directory: Path) -> list[str]:
    """How each catalogue differs from the texts in the code, found by Django's own makemessages."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for source in SOURCES:
            shutil.copytree(directory.parent / source, copy / source, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(directory, copy / "locale")
        environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        languages = [f"--locale={path.parts[-3]}" for path in catalogues(directory)]
        command = [sys.executable, "-m", "django", "makemessages", "--no-location", *languages]
        subprocess.run(command, cwd=copy, env=environment, check=True, stdout=subprocess.DEVNULL)
        return [
            f"{path}: {id_!r} {what}"
            for path in catalogues(directory)
            for id_, what in _differences(read(path), read(copy / "locale" / path.relative_to(directory)))
        ]


def _differences(kept: Catalog, fresh: Catalog) -> Iterator[tuple[str, str]]:
    kept_ids, fresh_ids = ({(m.context, str(m.id)) for m in catalogue if m.id} for catalogue in (kept, fresh))
    yield from ((id_, "is not listed") for _context, id_ in sorted(fresh_ids - kept_ids, key=str))
    yield from ((id_, "is no longer used") for _context, id_ in sorted(kept_ids - fresh_ids, key=str))


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime
