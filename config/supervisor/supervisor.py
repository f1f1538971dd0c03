"""Keeps the children alive, relays what they say, and ends everything in order."""

import contextlib
import http.client
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from config.database import server
from config.database.cluster import Cluster
from config.database.failure_hints import EmbeddedDatabaseError
from config.supervisor.child import SupervisedProcess
from config.supervisor.readiness import READY

GRACE = 25.0
CHECK_EVERY = 1.0
CHECK_UNTIL_UP_EVERY = 0.2


@dataclass
class Supervisor:
    """The one process that `manage.py start` is."""

    children: Sequence[SupervisedProcess]
    address: tuple[str, int]
    when_up: Callable[[], None]
    postgres: Path | None
    is_stopping: bool = False
    is_up: bool = False
    _selector: selectors.DefaultSelector = field(default_factory=selectors.DefaultSelector, repr=False)
    _began_at: float = 0.0
    _checked_at: float = 0.0
    _postgres_due_at: float = 0.0

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self._began_at = time.monotonic()
            while not self.is_stopping:
                self._check_everything()
                self._relay(timeout=CHECK_UNTIL_UP_EVERY)
            say("Stopping: letters on their way are finished first. Ctrl-C again to stop at once.")
            self._stop_children()
        finally:
            for child in self.children:
                child.kill()
            self._selector.close()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.is_stopping:
            raise KeyboardInterrupt
        self.is_stopping = True

    def _start(self, child: SupervisedProcess) -> None:
        child.is_ready = False
        self._selector.register(child.start(), selectors.EVENT_READ, child)

    def _relay(self, timeout: float) -> None:
        for key, _events in self._selector.select(timeout):
            child: SupervisedProcess = key.data
            lines = child.read_lines()
            for line in lines:
                if line == READY:
                    child.is_ready = True
                else:
                    say(line, by=child.name)
            if not lines and child.has_stopped():
                # A pipe whose writer has ended is always readable.
                self._forget(child)

    def _forget(self, child: SupervisedProcess) -> None:
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.output)

    def _check_everything(self) -> None:
        now = time.monotonic()
        if now - self._checked_at < (CHECK_EVERY if self.is_up else CHECK_UNTIL_UP_EVERY):
            return
        self._checked_at = now
        self._check_postgres(now)
        for child in self.children:
            self._check(child, now)
        if not self.is_up and all(child.is_ready for child in self.children):
            self.is_up = True
            self.when_up()

    def _check_postgres(self, now: float) -> None:
        if self.postgres is None or now < self._postgres_due_at or Cluster(self.postgres).postmaster():
            return
        say("PostgreSQL died; starting it again")
        try:
            server.ensure_running(self.postgres)
        except EmbeddedDatabaseError as trouble:
            say(str(trouble))
            self._postgres_due_at = now + 10

    def _check(self, child: SupervisedProcess, now: float) -> None:
        if not child.is_running:
            if child.is_due(now, self._began_at):
                self._start(child)
            return
        if child.has_stopped():
            self._forget(child)
            for line in child.read_lines():
                say(line, by=child.name)
            say(str(child.failure()))
        elif child.name == "web" and not child.is_ready:
            child.is_ready = is_web_up(*self.address)

    def _stop_children(self) -> None:
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline and not all(child.has_stopped() for child in self.children):
            self._relay(timeout=0.1)
        self._relay(timeout=0)


def is_web_up(host: str, port: int) -> bool:
    """Whether a web server speaks there, whatever it says."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def say(words: str, by: str = "encore") -> None:
    """One line on the terminal, marked with who said it."""
    try:
        sys.stdout.write(f"{by:<6} | {words}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads any more: further words go nowhere instead of ending everything.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
