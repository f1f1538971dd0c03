"""Pages where a customer connects Telegram or this browser, reached from any letter."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from py_vapid import Vapid

from chains.channels import connecting
from chains.models import PushKey, PushSubscription, Touch
from chains.public.pages import of_touch, page, unknown
from crm.models import Channel

SOURCE = "push page"
ENDPOINT_LIMIT = 2000


@require_safe
@of_touch
def telegram(request: HttpRequest, touch: Touch) -> HttpResponse:
    """The wording first, then on to the bot, which learns by the token who came."""
    if not settings.TELEGRAM_TOKEN or touch.customer.erased_at:
        return unknown(request)
    link = f"https://t.me/{settings.TELEGRAM_BOT}?start={touch.token}"
    return page(request, "telegram", link=link, wording=connecting.wording())


@require_http_methods(["GET", "HEAD", "POST"])
@of_touch
def push(request: HttpRequest, touch: Touch) -> HttpResponse:
    if not settings.PUSH_CONTACT or touch.customer.erased_at:
        return unknown(request)
    if request.method != "POST":
        return page(request, "push", key=public_key(), wording=connecting.wording())
    try:
        told = json.loads(request.body)
        subscription = read_subscription(told["subscription"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return HttpResponseBadRequest()
    now, evidence = timezone.now(), {"touch": touch.pk, "user_agent": request.headers.get("User-Agent", "")[:200]}
    if told.get("stop"):
        connecting.disconnect(Channel.PUSH, subscription.key, at=now, source=SOURCE, evidence=evidence)
    else:
        subscription.save()
        connecting.connect(touch.customer, Channel.PUSH, subscription.key, at=now, source=SOURCE, evidence=evidence)
    return HttpResponse(status=204)


@require_safe
@cache_control(max_age=0, no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; at the root of the site, because it may act only for pages below its own address."""
    return render(request, "chains/public/push_worker.js", content_type="text/javascript")


def read_subscription(told: dict[str, Any]) -> PushSubscription:
    """What a browser tells of itself, not yet saved; ValueError for a server that is no known push service."""
    endpoint, keys = str(told["endpoint"]), told["keys"]
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
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def public_key() -> str:
    """The shop's public key as a browser wants it."""
    numbers = Vapid.from_pem(PushKey.load().private_key.encode()).public_key.public_numbers()
    raw = b"\4" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
