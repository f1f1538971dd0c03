"""The page where a customer connects this browser, reached from any letter."""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from chains.channels import connecting
from chains.channels.push.subscribing import public_key, read_subscription
from chains.models import Touch
from chains.public.pages import shop_page, touch_view, unknown_link_page
from crm.client_address import client_address
from crm.models import Channel

SOURCE = "push page"


@require_http_methods(["GET", "HEAD", "POST"])
@touch_view
def push(request: HttpRequest, touch: Touch) -> HttpResponse:
    if not settings.PUSH_CONTACT or touch.customer.erased_at:
        return unknown_link_page(request)
    if request.method != "POST":
        return shop_page(request, "push", key=public_key(), wording=connecting.consent_wording())
    try:
        body = json.loads(request.body)
        subscription = read_subscription(body["subscription"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return HttpResponseBadRequest()
    now = timezone.now()
    agent = request.headers.get("User-Agent", "")[:200]
    evidence = {"touch": touch.pk, "ip": client_address(request), "user_agent": agent}
    if body.get("stop"):
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
