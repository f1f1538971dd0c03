"""Celery's messages as files, each appearing whole and taken by exactly one worker.

Kombu's own file transport writes a message under its final name: a worker that looks at that moment
takes half of it and dies of the parse error. And it needs its folder: here somebody may empty or remove it at any
moment, and the next message makes it anew.
"""

import os
import time
import uuid
from collections import defaultdict
from pathlib import Path
from queue import Empty
from typing import Any

from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

# Which exchange leads to which queues (routing key, pattern, queue), as this process has declared it.
_bound: dict[str, set[tuple[str, str | None, str]]] = defaultdict(set)


class Channel(filesystem.Channel):
    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        _bound[exchange].add((routing_key, pattern, queue))
        Path(self.control_folder).mkdir(parents=True, exist_ok=True)
        super()._queue_bind(exchange, routing_key, pattern, queue)

    def get_table(self, exchange: str) -> Any:
        """What leads where. It is declared once a connection: removed since, it would drop every later message."""
        table = super().get_table(exchange)
        if not table:
            for binding in list(_bound[exchange]):
                self._queue_bind(exchange, *binding)
            table = super().get_table(exchange)
        return table

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]  # two bases disagree
        folder = Path(self.data_folder_out)
        name = self._file_name(queue)
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}"
        draft.write_text(dumps(payload))
        draft.rename(folder / name)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder = Path(self.data_folder_in)
        for name in _waiting(folder, queue):
            taken = folder / f".taken-{os.getpid()}-{name}"
            try:
                (folder / name).rename(taken)
                text = taken.read_text()
                taken.unlink()
            except FileNotFoundError:
                continue  # another worker was quicker, or the folder was emptied
            return loads(text)
        raise Empty

    def _file_name(self, queue: str) -> str:
        return f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"


def _waiting(folder: Path, queue: str) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.name.partition(".")[2] == f"{queue}.msg")
    except FileNotFoundError:
        return []


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
