"""A WSGI environment (PEP 3333) out of what RSGI tells of a request."""

from __future__ import annotations

import sys
from typing import Any

Environ = dict[str, Any]
# Those have names of their own, without HTTP_.
PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


def of(scope: Any) -> Environ:
    host, _colon, port = scope.server.rpartition(":")
    return {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # Decoded by granian; as PEP 3333 has it, bytes, each as the letter of its number.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{'1.0' if scope.http_version == '1' else scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **_headers(scope),
    }


def _headers(scope: Any) -> Environ:
    """A name with an underscore would pass for one with a hyphen, such as those that a proxy overwrites."""
    found: Environ = {}
    for name, value in scope.headers.items():
        if "_" in name:
            continue
        known = PLAIN.get(name) or f"HTTP_{name.upper().replace('-', '_')}"
        parting = "; " if name == "cookie" else ","
        found[known] = f"{found[known]}{parting}{value}" if known in found else value
    if scope.authority and "HTTP_HOST" not in found:
        found["HTTP_HOST"] = scope.authority
    return found
