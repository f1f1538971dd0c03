"""Files that unpack to more than they look: a few kilobytes may hold gigabytes of nothing."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.intake.files.problems import FileError

GZIP_START = b"\x1f\x8b"
# Tables unpack to ten or fifteen times their size; what was made to fill the memory, to a thousand times.
MOST_TIMES = 100
HARMLESS_BYTES = 1 << 20
READ_AHEAD = 1 << 20


def is_bomb(packed_bytes: int, plain_bytes: int) -> bool:
    return plain_bytes > HARMLESS_BYTES and plain_bytes > MOST_TIMES * packed_bytes


@contextmanager
def unpacked(raw: io.FileIO) -> Iterator[io.BufferedReader[Any]]:
    """The file itself, or what is packed in it with gzip."""
    is_packed = raw.read(len(GZIP_START)) == GZIP_START
    raw.seek(0)
    if not is_packed:
        yield io.BufferedReader(raw, READ_AHEAD)
        return
    with _Gzip(raw) as plain, io.BufferedReader(plain, READ_AHEAD) as buffered:
        yield buffered


class _Gzip(gzip.GzipFile):
    def __init__(self, packed: io.FileIO) -> None:
        super().__init__(fileobj=packed)
        self.packed, self.plain_bytes = packed, 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        self.plain_bytes += len(piece)
        if is_bomb(self.packed.tell(), self.plain_bytes):
            raise FileError(_("The file unpacks to more than %(most)s times its size."), most=MOST_TIMES)
        return piece
