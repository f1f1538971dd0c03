"""What Django answers, handed on to granian: at once where it is whole, piece by piece where it is long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from config.gateway.environ import Environ

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
# Of this much a slow reader may take its time: it is kept for them, and no thread waits.
KEPT_BYTES = 4_000_000
# For the next piece of a longer answer.
PIECE_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True)
class Stream:
    """Takes pieces from the thread that makes them, which waits while their reader does not keep up."""

    protocol: Any
    loop: asyncio.AbstractEventLoop

    def send(self, status: int, headers: Headers, pieces: Iterator[bytes]) -> None:
        transport = asyncio.run_coroutine_threadsafe(self._open(status, headers), self.loop).result(PIECE_SECONDS)
        for piece in pieces:
            sent = asyncio.run_coroutine_threadsafe(_sent(transport, piece), self.loop)
            try:
                sent.result(PIECE_SECONDS)
            except TimeoutError:
                sent.cancel()
                logger.warning("An answer is broken off: its reader took nothing for %s seconds", PIECE_SECONDS)
                return

    async def _open(self, status: int, headers: Headers) -> Any:
        return self.protocol.response_stream(status, headers)


async def _sent(transport: Any, piece: bytes) -> None:
    await transport.send_bytes(piece)


def of(application: Any, request: Environ, stream: Stream) -> Answer | None:
    """None for an answer that was streamed."""
    begun: list[Any] = []
    response = application(request, lambda status, headers, trouble=None: begun.extend((status, headers)))
    try:
        status, headers = int(begun[0].split(" ", 1)[0]), [(name.lower(), value) for name, value in begun[1]]
        pieces = iter(response)
        first = _up_to(pieces, KEPT_BYTES)
        if sum(map(len, first)) <= KEPT_BYTES:
            return Answer(status, headers, b"".join(first))
        stream.send(status, headers, chain(first, pieces))
        return None
    finally:
        if close := getattr(response, "close", None):
            close()


def _up_to(pieces: Iterable[bytes], most: int) -> list[bytes]:
    taken, size = [], 0
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size > most:
            break
    return taken


def send(protocol: Any, answer: Answer) -> None:
    if answer.body:
        protocol.response_bytes(answer.status, answer.headers, answer.body)
    else:
        protocol.response_empty(answer.status, answer.headers)


def refuse(protocol: Any, status: int, words: str, *headers: tuple[str, str]) -> None:
    """What breaks off here never gets as far as Django, which knows the reader's language."""
    plain = ("content-type", "text/plain; charset=utf-8")
    protocol.response_bytes(status, [plain, ("connection", "close"), *headers], f"{words}\n".encode())
