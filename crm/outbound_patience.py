"""How long the beginning of an answer may take altogether: a timeout alone is for each piece of it.

Somebody who sends a byte of a header every few seconds would hold whoever asked for days.
"""

from __future__ import annotations

import io
import math
import time
from http.client import HTTPResponse
from socket import socket
from typing import Any

from requests import Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

HEAD_SECONDS = 30


def limit_beginnings(session: Session) -> None:
    """Have every connection of the session give up on an answer whose headers take too long."""
    for adapter in session.adapters.values():
        if isinstance(adapter, HTTPAdapter):
            adapter.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TLSPool}


class _UntilThen(io.RawIOBase):
    """A socket's stream that is read no longer than until `end`."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.end = stream, time.monotonic() + HEAD_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        if time.monotonic() > self.end:
            raise TimeoutError
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Answer(HTTPResponse):
    def __init__(self, sock: socket, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self._stream = _UntilThen(self.fp.detach())
        self.fp = io.BufferedReader(self._stream)

    def begin(self) -> None:
        super().begin()
        self._stream.end = math.inf


class _Connection(HTTPConnection):
    response_class = _Answer


class _TLSConnection(HTTPSConnection):
    response_class = _Answer


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
