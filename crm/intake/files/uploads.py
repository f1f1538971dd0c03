"""Files that staff uploaded, between preview and confirmation. They hold personal data, so they are deleted soon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile

SALT = "crm.intake.files.uploads"
KEPT_SECONDS = 24 * 60 * 60


def folder() -> Path:
    path = Path(settings.VAR_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def store(upload: UploadedFile[Any]) -> Path:
    """Write the upload to disk under a name nobody can guess, and forget what was left lying."""
    delete_old()
    path = folder() / token_hex(16)
    with path.open("xb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return path


def delete_old() -> int:
    """How many went; at every upload, and every night."""
    oldest = time.time() - KEPT_SECONDS
    old = [path for path in folder().iterdir() if path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


@contextmanager
def locked_upload(path: Path) -> Iterator[Path | None]:
    """Rename the file, so that a second click finds none; afterwards rename it back, unless it was used up."""
    mine = path.with_name(f"{path.name}.locked")
    try:
        path.rename(mine)
    except FileNotFoundError:
        yield None
        return
    try:
        yield mine
    finally:
        with suppress(FileNotFoundError):
            mine.rename(path)


def forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    rejected(path).unlink(missing_ok=True)


def rejected(path: Path) -> Path:
    return path.with_name(f"{path.name}.rejected.csv")


def sign(user_id: int, path: Path, choices: dict[str, Any]) -> str:
    """What the confirmation needs to know, so that it can name no other file and serves nobody else."""
    return signing.dumps({**choices, "user": user_id, "file": path.name}, salt=SALT)


def unsign(user_id: int, token: str) -> tuple[Path, dict[str, Any]] | None:
    """The file and what was chosen for it; None for a token that is forged, old, another's or already used."""
    try:
        signed: dict[str, Any] = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    path = folder() / Path(signed["file"]).name
    return (path, signed) if signed["user"] == user_id and path.exists() else None
