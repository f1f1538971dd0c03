"""smtplib that does not wait for ever: a server may hang, or drip a line now and then.

An answer has its time, and so has a letter as a whole.
"""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ANSWER_SECONDS = 30
# With opening the connection where there is none. The engine leaves a minute between a letter and the end of its lease.
LETTER_SECONDS = 50
GOODBYE_SECONDS = 5


class SmtpTookTooLong(smtplib.SMTPServerDisconnected):
    """The server let its time pass."""

    def __str__(self) -> str:
        return "The mail server did not answer in time."


@contextmanager
def _timeouts_by_name() -> Iterator[None]:
    """A time-out by its name: smtplib makes it a connection closed by the server."""
    try:
        yield
    except smtplib.SMTPServerDisconnected as error:
        if isinstance(error.__context__, (TimeoutError, SmtpTookTooLong)):
            raise SmtpTookTooLong from error
        raise


class SmtpTimeouts:
    """What is mixed into smtplib's connections. However many pieces an answer comes in, its time is one."""

    sock: socket.socket | None
    file: Any
    timeout: float

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.ends_at = time.monotonic() + LETTER_SECONDS
        self.is_fresh = True
        super().__init__(*args, **kwargs)

    def begin_letter(self) -> None:
        """The first one shares its time with the opening of the connection."""
        if not self.is_fresh:
            self.ends_at = time.monotonic() + LETTER_SECONDS
        self.is_fresh = False

    def seconds_left(self) -> float:
        left = min(self.timeout, self.ends_at - time.monotonic())
        if left <= 0:
            raise SmtpTookTooLong
        return left

    def send(self, s: Any) -> None:
        with _timeouts_by_name():
            if self.sock:
                self.sock.settimeout(self.seconds_left())
            super().send(s)  # type: ignore[misc]  # smtplib's

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.file = _ReplyLines(self.sock, self)
        with _timeouts_by_name():
            return super().getreply()  # type: ignore[misc, no-any-return]  # smtplib's

    def quit(self) -> tuple[int, bytes]:
        self.ends_at = time.monotonic() + GOODBYE_SECONDS
        return super().quit()  # type: ignore[misc, no-any-return]  # smtplib's


class _ReplyLines:
    """What the server says, line by line, in the place of the file that smtplib would read it from."""

    def __init__(self, sock: socket.socket, timeouts: SmtpTimeouts) -> None:
        self._sock, self._timeouts = sock, timeouts
        self._heard = b""

    def readline(self, limit: int) -> bytes:
        """A line with its end, or what was said before the server hung up."""
        while b"\n" not in self._heard and len(self._heard) < limit:
            self._sock.settimeout(self._timeouts.seconds_left())
            if not (piece := self._sock.recv(8192)):
                break
            self._heard += piece
        end = self._heard.find(b"\n", 0, limit) + 1 or limit
        line, self._heard = self._heard[:end], self._heard[end:]
        return line

    def close(self) -> None:
        self._heard = b""
