"""`GET /encore.js`: one file for all sites, which says by its tag whose it is."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_safe

SOURCE = Path(__file__).with_name("encore.js")
HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=86400",
    # Pages of other sites load it, also those that isolate themselves.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@cache
def text() -> bytes:
    """Without what only its readers need: indentation, empty lines, and lines that are a comment."""
    lines = (line.strip() for line in SOURCE.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode()


@cache
def packed() -> bytes:
    return gzip.compress(text(), mtime=0)


def _etag(_request: HttpRequest) -> str:
    return f'W/"{_digest()}"'


@cache
def _digest() -> str:
    return hashlib.sha256(text()).hexdigest()[:32]


@require_safe
@condition(etag_func=_etag)
def script(request: HttpRequest) -> HttpResponse:
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(packed() if is_packed else text(), headers=HEADERS)
    if is_packed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
