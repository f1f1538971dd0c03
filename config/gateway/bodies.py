"""Reading a body: for so long, of so many bytes, and of so many bytes together with all others that arrive.

A body that is too large is not kept: Django, which is told how large it is, refuses it in the words of the door.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.contrib.auth import get_user
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpResponse

from config import body_limits
from config.gateway.environ import Environ

SECONDS = 30
UPLOAD_SECONDS = 600
# What a sender of too much may still send, so that they can read the answer; nothing of it is kept.
LEFT_OVER_SECONDS = 5
# Of all bodies under one limit that this process holds in memory, or on the disk where files are brought to.
MOST_BYTES_TOGETHER = 64_000_000
MOST_BYTES_ON_DISK = 640_000_000
ON_DISK = (body_limits.UPLOAD, body_limits.PHOTOS)


class Late(Exception):
    pass


class Full(Exception):
    pass


class Broken(Exception):
    """The sender went away in the middle."""


held: Counter[body_limits.Limit] = Counter()


@dataclass
class Body(AbstractContextManager["Body"]):
    """What arrived; `size` may be more than that, where it is more than may be."""

    file: IO[bytes] = field(default_factory=BytesIO)
    size: int = 0
    ends: ExitStack = field(default_factory=ExitStack)

    def as_told(self) -> Environ:
        return {"wsgi.input": self.file, "CONTENT_LENGTH": str(self.size)}

    def __exit__(self, *raised: object) -> None:
        self.ends.close()


def is_upload(known: Environ) -> bool:
    return bool(known["REQUEST_METHOD"] == "POST" and body_limits.of(known["PATH_INFO"]) in ON_DISK)


def may_upload(known: Environ) -> bool:
    """Whether staff are signed in, or the link is a letter's: asked before anything is read, in a thread."""
    if body_limits.of(known["PATH_INFO"]) is body_limits.PHOTOS:
        return _is_of_letter(known)
    request = WSGIRequest({**known, "wsgi.input": BytesIO()})
    close_old_connections()
    try:
        SessionMiddleware(lambda _request: HttpResponse()).process_request(request)
        return body_limits.is_staff(get_user(request))
    finally:
        close_old_connections()


def _is_of_letter(known: Environ) -> bool:
    close_old_connections()
    try:
        return body_limits.is_of_letter(known["PATH_INFO"])
    finally:
        close_old_connections()


async def read(known: Environ, protocol: Any, *, may_upload: bool) -> Body:
    """Raises Late, Broken, or Full where too much arrives at once."""
    limit = body_limits.of(known["PATH_INFO"])
    if not may_upload:
        limit = {body_limits.UPLOAD: body_limits.FORM, body_limits.PHOTOS: body_limits.PUBLIC}.get(limit, limit)
    told = body_limits.told_size(known)
    if told == 0 and "HTTP_TRANSFER_ENCODING" not in known:
        return Body()
    pieces = _pieces(protocol)
    if told > limit.most:
        await _let_go(known, pieces)
        return Body(size=told)
    body = Body()
    try:
        async with asyncio.timeout(UPLOAD_SECONDS if may_upload else SECONDS):
            await _fill(body, limit, pieces)
    except BaseException as trouble:
        body.ends.close()
        raise (Late() if isinstance(trouble, TimeoutError) else trouble) from None
    if body.size > limit.most:
        await _let_go(known, pieces)
    if body.size < told:
        body.ends.close()
        raise Broken
    return body


async def _pieces(protocol: Any) -> AsyncIterator[bytes]:
    """Granian's own iterator cannot be left and taken up again."""
    async for piece in protocol:
        yield piece


async def _fill(body: Body, limit: body_limits.Limit, pieces: AsyncIterator[bytes]) -> None:
    if limit in ON_DISK:
        body.file = body.ends.enter_context(TemporaryFile())  # noqa: SIM115 - closed by `ends`
    async for piece in pieces:
        body.size += len(piece)
        if body.size > limit.most:
            break
        if limit is not body_limits.UPLOAD:
            _hold(body, limit, len(piece))
        body.file.write(piece)
    body.file.seek(0)


def _hold(body: Body, limit: body_limits.Limit, size: int) -> None:
    if held[limit] + size > (MOST_BYTES_ON_DISK if limit in ON_DISK else MOST_BYTES_TOGETHER):
        raise Full
    held[limit] += size
    body.ends.callback(held.subtract, {limit: size})


async def _let_go(known: Environ, pieces: AsyncIterator[bytes]) -> None:
    """Who does not ask before sending reads no answer until all is sent."""
    if "HTTP_EXPECT" in known:
        return
    try:
        async with asyncio.timeout(LEFT_OVER_SECONDS):
            async for _piece in pieces:
                pass
    except TimeoutError:
        return
