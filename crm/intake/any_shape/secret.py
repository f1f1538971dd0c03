"""Whether a body of any shape is from who it says: the source's secret, wherever the other side is able to put it."""

from __future__ import annotations

import datetime as dt
import hmac

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.intake.any_shape.body import is_ping, posted_secret, read_body
from crm.intake.arrival import Untrusted
from crm.models import Source

BEARER = "bearer "
QUERY_NAMES = ("secret", "key")


def check(request: HttpRequest, source: Source, now: dt.datetime) -> None:
    """Raise Untrusted unless a secret of the source came in a header, the address or a field of the body."""
    given = _given(request)
    if given is None:
        return
    if not given:
        raise Untrusted(
            _("Send the secret as the header X-Api-Key, as the field “secret”, or as ?secret= in the address.")
        )
    known = source.secrets_at(now)
    if not any(hmac.compare_digest(given.encode(errors="replace"), one.encode()) for one in known):
        raise Untrusted(_("The secret is not this source's."))


def _given(request: HttpRequest) -> str | None:
    """None for a ping, which asks before anybody could tell it a secret, and of which nothing is kept."""
    authorization = request.headers.get("Authorization", "")
    if authorization.lower().startswith(BEARER):
        return authorization[len(BEARER) :].strip()
    named = (request.GET[name] for name in QUERY_NAMES if request.GET.get(name))
    return request.headers.get("X-Api-Key", "").strip() or next(named, "") or _in_body(request)


def _in_body(request: HttpRequest) -> str | None:
    try:
        body = read_body(request)
        return posted_secret(body) or (None if is_ping(body) else "")
    except ValueError as unreadable:
        raise Untrusted(str(unreadable)) from unreadable
