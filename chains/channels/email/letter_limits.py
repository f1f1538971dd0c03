"""How much of a stranger's letter the parser is given: counted in its bytes, before it is taken apart."""

from __future__ import annotations

from collections.abc import Iterator
from email.policy import Compat32
from itertools import count

# A part of two bytes is a kilobyte once it is parsed.
MOST_BOUNDARIES = 20_000
# A letter of 26 MB in base64 has 340,000.
MOST_LINES = 400_000
# Each line is compared with the boundary of every part it lies in.
MOST_COMPARISONS = 4_000_000
# Letters beyond ASCII, and those of endless lines, take ten times their size.
MOST_HEAVY_BYTES = 14_000_000
USUAL_LINE = 1_000
MOST_HEADERS = 20_000
MOST_HEADER = 50_000
# Their parameters are taken apart again and again, by the square of their number.
MOST_CONTENT_HEADER = 4_000


class Overfull(Exception):
    """The letter has more headers than any that somebody wrote."""


class BoundedPolicy(Compat32):
    """Cuts what is endless while it is parsed. One for each letter: it counts."""

    headers_seen: Iterator[int] = count()

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        if next(self.headers_seen) >= MOST_HEADERS:
            raise Overfull
        name, value = super().header_source_parse(sourcelines)
        most = MOST_CONTENT_HEADER if name.lower().startswith("content-") else MOST_HEADER
        return name, value[:most].rstrip("\r\n")


def bounded_policy() -> BoundedPolicy:
    return BoundedPolicy(headers_seen=count())  # type: ignore[call-arg]


def is_overfull(raw: bytes) -> bool:
    lines = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    if lines > MOST_LINES or raw.count(b"\n--") > MOST_BOUNDARIES:
        return True
    folded = raw.lower()
    groups = raw.count(b"\n\n") + raw.count(b"\n\r\n") if b"delivery-status" in folded else 0
    is_heavy = len(raw) > MOST_HEAVY_BYTES and (not raw.isascii() or lines < len(raw) / USUAL_LINE)
    return is_heavy or groups > MOST_BOUNDARIES or lines * folded.count(b"boundary") > MOST_COMPARISONS
