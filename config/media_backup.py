"""Pictures of letters beside the dump of the database: files, which no dump holds."""

from __future__ import annotations

import tarfile
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError


def media_file(dump: Path) -> Path:
    return dump.with_suffix(".media.tar")


def save(dump: Path) -> Path | None:
    """Pack what was uploaded; it gets its name last. None where nothing was."""
    media = Path(settings.MEDIA_ROOT)
    if not media.is_dir() or not any(media.iterdir()):
        return None
    file = media_file(dump)
    draft = file.with_name(f"{file.name}.part")
    draft.touch(mode=0o600)
    with tarfile.open(draft, "w") as archive:
        archive.add(media, arcname="media")
    draft.rename(file)
    return file


def load(dump: Path) -> Path | None:
    """Unpack what stands beside the dump, into where this installation keeps its uploads."""
    file = media_file(dump)
    if not file.is_file():
        return None
    media = Path(settings.MEDIA_ROOT)
    media.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(file) as archive:
            for member in archive.getmembers():
                member.name = member.name.removeprefix("media").lstrip("/") or "."
                archive.extract(member, media, filter="data")
    except tarfile.TarError as error:
        raise CommandError(f"The pictures in {file} could not be read: {error}") from error
    return file
