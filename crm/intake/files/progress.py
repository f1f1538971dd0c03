"""How far a file has been read, left where another request can look it up."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from crm.intake.files import uploads
from crm.intake.files.import_file import Progress

NAME = re.compile(r"[0-9a-f]{32}")
SECONDS_BETWEEN = 0.3


def new_name() -> str:
    """Hard to guess: whoever knows it may ask."""
    return token_hex(16)


@contextmanager
def noted(name: str) -> Iterator[Progress | None]:
    """What an import is to call with its rows and its share; None where nobody gave it a name."""
    if not NAME.fullmatch(name):
        yield None
        return
    path = _path(name)
    noted_at = 0.0

    def note(rows: int, share: float) -> None:
        nonlocal noted_at
        if time.monotonic() - noted_at >= SECONDS_BETWEEN or share >= 1:
            noted_at = time.monotonic()
            # Renamed into place, so that nobody reads half of it.
            fresh = path.with_suffix(".fresh")
            fresh.write_text(json.dumps({"rows": rows, "percent": min(round(share * 100), 100)}))
            fresh.replace(path)

    try:
        yield note
    finally:
        path.unlink(missing_ok=True)


def look_up(name: str) -> dict[str, int]:
    """Rows and percent; empty before the first and after the last row."""
    if NAME.fullmatch(name):
        with suppress(FileNotFoundError):
            found: dict[str, int] = json.loads(_path(name).read_text())
            return found
    return {}


def _path(name: str) -> Path:
    return uploads.folder() / f"{name}.progress"
