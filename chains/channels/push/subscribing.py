"""A browser subscribes: what it tells of itself, and the key it has to know the shop by."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from py_vapid import Vapid

from chains.models import PushKey, PushSubscription

ENDPOINT_LIMIT = 2000


def read_subscription(info: dict[str, Any]) -> PushSubscription:
    """What a browser tells of itself, not yet saved; ValueError for a server that is no known push service."""
    endpoint, keys = str(info["endpoint"]), info["keys"]
    p256dh, auth = str(keys["p256dh"]), str(keys["auth"])
    if not _is_push_service(endpoint):
        raise ValueError(endpoint)
    if len(_decoded(p256dh)) != 65 or len(_decoded(auth)) != 16:
        raise ValueError(p256dh)
    return PushSubscription(key=PushSubscription.key_of(endpoint), endpoint=endpoint, p256dh=p256dh, auth=auth)


def _is_push_service(endpoint: str) -> bool:
    """Anybody may subscribe, so we would otherwise send requests wherever a stranger likes."""
    parts = urlsplit(endpoint)
    if len(endpoint) > ENDPOINT_LIMIT or not endpoint.isascii() or not endpoint.isprintable() or "@" in parts.netloc:
        return False
    origin, host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""
    return any(
        origin == known or parts.scheme == "https" and not parts.port and (host == known or host.endswith(f".{known}"))
        for known in settings.PUSH_SERVICES
    )


def _decoded(written: str) -> bytes:
    """Nothing but the letters of the code: what is not one of them would otherwise be passed over, and kept."""
    return base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)


def public_key() -> str:
    """The shop's public key as a browser wants it."""
    numbers = Vapid.from_pem(PushKey.load().private_key.encode()).public_key.public_numbers()
    raw = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def subscribed_for_a_test(given: Mapping[str, Any]) -> Iterator[str]:
    """The address of the browser that a colleague looks at; it is not kept, unless it is a customer's too."""
    subscription = read_subscription(json.loads(given.get("subscription", "")))
    subscription.save()
    try:
        yield subscription.key
    finally:
        PushSubscription.objects.orphaned().filter(pk=subscription.pk).delete()
