"""A script of Encore's for other sites: one file for all of them, which says by its tag whose it is."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition, require_safe

HEADERS = {
    "Content-Type": "text/javascript; charset=utf-8",
    "Cache-Control": "public, max-age=86400",
    # Pages of other sites load it, also those that isolate themselves.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def served(source: Path) -> Callable[[HttpRequest], HttpResponse]:
    """The view that answers with it, packed where the browser can unpack it."""

    def etag(_request: HttpRequest) -> str:
        return f'W/"{_digest(source)}"'

    @require_safe
    @condition(etag_func=etag)
    def script(request: HttpRequest) -> HttpResponse:
        is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(_packed(source) if is_packed else text(source), headers=HEADERS)
        if is_packed:
            response["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ["Accept-Encoding"])
        return response

    return script


@cache
def text(source: Path) -> bytes:
    """Without what only its readers need: indentation, empty lines, and lines that are a comment."""
    lines = (line.strip() for line in source.read_text(encoding="utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")).encode()


@cache
def _packed(source: Path) -> bytes:
    return gzip.compress(text(source), mtime=0)


@cache
def _digest(source: Path) -> str:
    return hashlib.sha256(text(source)).hexdigest()[:32]
