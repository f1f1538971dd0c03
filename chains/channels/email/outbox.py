"""Where letters go while no mail server is named: a file each, under a folder for each day, to be read in the admin."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

_number = count()
_lock = threading.Lock()


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            keep(message.message().as_bytes())
        return len(email_messages)


def keep(content: bytes) -> Path:
    """Write one letter; it appears in its folder whole or not at all."""
    moment = datetime.now(UTC)
    folder = Path(settings.OUTBOX_DIR) / f"{moment:%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    with _lock:
        number = next(_number)
    path = folder / f"{moment:%H%M%S.%f}-{os.getpid()}-{number}.eml"
    draft = path.with_suffix(".part")
    draft.write_bytes(content)
    draft.rename(path)
    return path


def days() -> list[str]:
    """The days that have letters, the latest first."""
    try:
        return sorted((entry.name for entry in os.scandir(settings.OUTBOX_DIR) if entry.is_dir()), reverse=True)
    except FileNotFoundError:
        return []


def letters(day: str) -> list[Path]:
    """The letters of a day, the latest first."""
    folder = Path(settings.OUTBOX_DIR) / day
    names = (entry.name for entry in os.scandir(folder) if entry.name.endswith(".eml"))
    return [folder / name for name in sorted(names, reverse=True)]
