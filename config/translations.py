"""Compiles and checks the translation catalogues without GNU gettext, which a bare machine lacks."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


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


def _is_stale(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime
