"""Celery's messages as files, each appearing whole and taken by exactly one worker.

Kombu's own file transport writes a message under its final name: a worker that looks at that moment
takes half of it and dies of the parse error.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # two bases disagree
        folder = Path(self.data_folder_out)
        name = self._file_name(queue)
        draft = folder / f".{name}"
        draft.write_text(dumps(payload))
        draft.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        waiting = [entry.name for entry in os.scandir(folder) if entry.name.partition(".")[2] == f"{queue}.msg"]
        for name in sorted(waiting):
            taken = folder / f".taken-{os.getpid()}-{name}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another worker was quicker
            text = taken.read_text()
            taken.unlink()
            return loads(text)
        raise Empty

    def _file_name(self, queue: str) -> str:
        return f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"


class Transport(filesystem.Transport):
    Channel = Channel


def answers(link: Connection, patience: int) -> bool:
    """Whether a broker is really there: a connection is made, and tried once more."""
    with link:
        try:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=patience)
        except (OperationalError, OSError):
            return False
    return True


def register() -> None:
    """Let `filesystem://` mean this transport."""
    TRANSPORT_ALIASES["filesystem"] = f"{Transport.__module__}:{Transport.__qualname__}"
