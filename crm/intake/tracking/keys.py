"""Whose write key it is, and what may be told by it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
from enum import Enum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.intake.arrival import Untrusted
from crm.models import Source


class WrongKey(Untrusted):
    pass


class Right(Enum):
    """`VISITS` are what a visitor did, by the id of their device alone; the rest says who somebody is or bought."""

    VISITS = "visits"
    PEOPLE = "people"
    ORDERS = "orders"


# What the key of each kind of source may tell; a kind that is not here has no tracking API.
RIGHTS: dict[str, frozenset[Right]] = {
    Source.Kind.TRACKING: frozenset(Right),
    Source.Kind.SITE: frozenset({Right.VISITS}),
}


def source_of(request: HttpRequest, told: dict[str, Any], now: dt.datetime) -> Source:
    """Raises Untrusted, without saying which part of the key was wrong; WrongKey where there is one at all."""
    key = _write_key(request, told)
    name, _dot, secret = key.partition(".")
    source = Source.objects.with_key(name) if name and "\0" not in name else None
    if source is None or source.kind not in RIGHTS or not _opens(source, secret, now):
        raise (WrongKey if key else Untrusted)(_("No source has this write key."))
    return source


def _opens(source: Source, secret: str, now: dt.datetime) -> bool:
    """A site's key is on all its pages, and its secret on none of them."""
    if source.kind == Source.Kind.SITE:
        return not secret
    return any(hmac.compare_digest(one.encode(), secret.encode()) for one in source.secrets_at(now))


def _write_key(request: HttpRequest, told: dict[str, Any]) -> str:
    """In the header as a name without a password or as a bearer, else in the body."""
    scheme, _space, given = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        return _name_in(given)
    own = told.get("writeKey")
    return own if isinstance(own, str) else ""


def _name_in(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
