"""Which format a feed is in, told by its beginning rather than by its name."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from django.utils.translation import gettext as _

from crm.intake.feeds import google, yml
from crm.intake.feeds.offer import FeedError, Offer
from crm.intake.files.packed import HARMLESS_BYTES, MOST_TIMES

GZIP = b"\x1f\x8b"
MOST_BYTES = 300_000_000
HEAD_BYTES = 4_096


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as file:
        is_packed = file.read(2) == GZIP
        file.seek(0)
        plain = gzip.GzipFile(fileobj=file) if is_packed else file
        # Where what is packed is a feed at all, it unpacks to few times its size.
        fitting = max(MOST_TIMES * path.stat().st_size, HARMLESS_BYTES) if is_packed else MOST_BYTES
        yield cast(IO[bytes], _Limited(cast(IO[bytes], plain), min(fitting, MOST_BYTES)))


def offers(path: Path) -> Iterator[Offer]:
    """The offers of a feed, one at a time. FeedError says in words why it cannot be read."""
    try:
        with opened(path) as file:
            head = file.read(HEAD_BYTES)
        with opened(path) as file:
            yield from _reader(head)(file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as broken:
        raise FeedError(_("The packed feed is damaged.")) from broken


def _reader(head: bytes) -> Callable[[IO[bytes]], Iterator[Offer]]:
    beginning = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not beginning:
        raise FeedError(_("The feed is empty."))
    if not beginning.startswith(b"<"):
        return google.offers_in_tsv
    if b"<yml_catalog" in head:
        return yml.offers
    if b"<rss" in head or b"<feed" in head or b"<rdf:RDF" in head:
        return google.offers_in_xml
    raise FeedError(_("This is neither Yandex Market Language nor a feed of Google Merchant."))


class _Limited:
    """A file that ends in an error where a packed one turns out endless."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._left = file, most

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size if size >= 0 else self._left + 1)
        self._left -= len(piece)
        if self._left < 0:
            raise FeedError(
                _("The feed is larger than %(most)s megabytes, or unpacks to more than it should.")
                % {"most": MOST_BYTES // 1_000_000}
            )
        return piece

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        """Whoever opened the file closes it."""

    def flush(self) -> None:
        """Nothing is written."""

    read1 = read
