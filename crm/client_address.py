"""From where a request comes: evidence of a consent, limits and the log of log-ins all read it here."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Behind so many proxies, each of which adds whom it saw to X-Forwarded-For; empty where they do not say it.

    What stands further to the front there, a visitor may have written. An address of the proxy itself is nobody's.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.PROXIES:
        seen = request.headers.get("X-Forwarded-For", "").split(",")
        told = seen[-settings.PROXIES] if len(seen) >= settings.PROXIES else ""
    return _read(told.strip())


def _read(told: str) -> str:
    """Some proxies name the port too, and put an address of six into brackets."""
    bare = told.partition("]")[0].lstrip("[") if told.startswith("[") else told
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def client_network(request: HttpRequest) -> str:
    """What counts as one place for a limit: whoever has one address of six has at least 2^64 of them."""
    told = client_address(request)
    if ":" not in told:
        return told
    return str(ipaddress.ip_network(f"{told}/64", strict=False))
