"""Whether a webhook is from the Shopify shop it says: its signature, and the shop it names."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.intake.arrival import Untrusted
from crm.models import Source

SIGNATURE = "X-Shopify-Hmac-SHA256"
SHOP = "X-Shopify-Shop-Domain"
OWN_DOMAIN = ".myshopify.com"


def check(request: HttpRequest, source: Source, now: dt.datetime) -> None:
    """Raise Untrusted unless one of the source's secrets signed these very bytes, for the shop that is connected.

    However long ago: Shopify sends again for hours what was not taken, and nothing is recorded twice.
    """
    known = source.secrets_at(now)
    if not known:
        raise Untrusted(_("This source has no secret."))
    given = request.headers.get(SIGNATURE, "").encode()
    if not given:
        raise Untrusted(_("The header %(name)s is missing.") % {"name": SIGNATURE})
    if not any(hmac.compare_digest(given, sign(request.body, secret).encode()) for secret in known):
        raise Untrusted(_("The signature does not hold: the secret entered here is not the one Shopify signs with."))
    shop, named = shop_of(source), request.headers.get(SHOP, "").lower()
    if shop and named != shop:
        raise Untrusted(_("It is from the shop “%(named)s”, not from %(shop)s.") % {"named": named[:100], "shop": shop})


def sign(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def shop_of(source: Source) -> str:
    """The name under which Shopify knows the shop; empty where it was not entered: its shop window's is no help."""
    host = urlsplit(source.site_address).hostname or ""
    return host if host.endswith(OWN_DOMAIN) else ""
