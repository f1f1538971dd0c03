"""Whether what came is from this shop: its signature, and the shop that it names."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import re
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.intake.arrival import Untrusted
from crm.models import Source

SIGNATURE = "X-WC-Webhook-Signature"
SHOP = "X-WC-Webhook-Source"
PING = re.compile(rb"webhook_id=\d{1,20}")


def check(request: HttpRequest, source: Source, now: dt.datetime) -> None:
    """Raise Untrusted unless one of the source's secrets signed these very bytes, or it is the ping of a set-up."""
    if is_ping(request):
        return
    given = request.headers.get(SIGNATURE, "").strip()
    if not given:
        raise Untrusted(_("The signature is missing: has the webhook the secret of this source?"))
    if not any(hmac.compare_digest(given.encode(), sign(request.body, one).encode()) for one in source.secrets_at(now)):
        raise Untrusted(_("The signature does not hold: the webhook has another secret than this source."))
    if source.site_address and _host(request.headers.get(SHOP, "")) != _host(source.site_address):
        raise Untrusted(_("It comes from another shop than %(address)s.") % {"address": source.site_address})


def is_ping(request: HttpRequest) -> bool:
    """Sent unsigned when a webhook is saved. It tells nothing but the webhook's number, and has to be answered 200."""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    return is_form and SIGNATURE not in request.headers and PING.fullmatch(request.body) is not None


def sign(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _host(address: str) -> str:
    """Shops are reached with and without www., and staff type either."""
    try:
        host = urlsplit(address.strip()).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
