"""What a client sent, as JSON: unpacked within bounds, and free of what the database cannot keep."""

from __future__ import annotations

import json
import zlib
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

MOST_BYTES = 500 * 1024
MOST_BYTES_A_CALL = 32 * 1024
# Deeper than any client nests; what has to be walked later must not exhaust the stack.
DEEPEST = 100
# zlib's name for a stream with the header of gzip.
GZIP = 31


def read(request: HttpRequest) -> dict[str, Any]:
    """ValueError says in words what is wrong with it."""
    told = _parsed(_unpacked(request))
    if not isinstance(told, dict):
        raise ValueError(_("The body is not a JSON object."))
    return told


def size(told: Any) -> int:
    return len(json.dumps(told, ensure_ascii=False).encode())


def _unpacked(request: HttpRequest) -> bytes:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise ValueError(_too_large())
    coding = request.headers.get("Content-Encoding", "").strip().lower()
    body = _inflated(request.body) if coding == "gzip" else request.body
    if coding not in {"", "identity", "gzip"}:
        raise ValueError(_("The coding “%(coding)s” is not known here; gzip is.") % {"coding": coding[:20]})
    if len(body) > MOST_BYTES:
        raise ValueError(_too_large())
    return body


def _inflated(packed: bytes) -> bytes:
    """No more of it than may be: a small body can hold gigabytes."""
    stream = zlib.decompressobj(wbits=GZIP)
    try:
        body = stream.decompress(packed, MOST_BYTES + 1)
    except zlib.error as wrong:
        raise ValueError(_("The body is not gzip, though it says so.")) from wrong
    if not stream.eof and len(body) <= MOST_BYTES:
        raise ValueError(_("The body breaks off in the middle."))
    return body


def _parsed(body: bytes) -> Any:
    try:
        return _clean(json.loads(body, parse_constant=_not_a_number, parse_float=_number))
    except (ValueError, RecursionError) as wrong:
        raise ValueError(_("The body is not JSON.")) from wrong


def _clean(told: Any, depth: int = 0) -> Any:
    """Characters that PostgreSQL keeps nowhere become the one that stands for what cannot be shown."""
    if depth > DEEPEST:
        raise ValueError
    if isinstance(told, str):
        return told.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(told, dict):
        return {_clean(name): _clean(value, depth + 1) for name, value in told.items()}
    if isinstance(told, list):
        return [_clean(one, depth + 1) for one in told]
    return told


def _number(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError
    return number


def _not_a_number(name: str) -> Any:
    raise ValueError(name)


def _too_large() -> str:
    return _("The body is larger than %(most)s bytes.") % {"most": MOST_BYTES}
