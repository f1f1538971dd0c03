"""An order sent through a source's own door, in a transaction that is undone: what became of it, step by step."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import transaction
from django.http import HttpResponseBase
from django.test import RequestFactory
from django.utils import translation
from standardwebhooks.webhooks import Webhook

from crm.intake import deliveries, examples
from crm.intake.readers import read
from crm.intake.sources import path_of
from crm.models import Delivery, Event, Order, Source

# Names of what events of these kinds would start; filled by the apps that know.
_starts: list[Callable[[Iterable[str]], list[str]]] = []


def register(starts: Callable[[Iterable[str]], list[str]]) -> None:
    _starts.append(starts)


@dataclass(frozen=True)
class TestOrderResult:
    """`answer` is the door's status; the rest is empty where it did not come so far."""

    __test__ = False

    answer: int
    refusal: str = ""
    is_kept: bool = False
    reason: str = ""
    order: Order | None = None
    event_kinds: list[str] = field(default_factory=list)
    starts: list[str] = field(default_factory=list)


def send(source: Source, now: dt.datetime) -> TestOrderResult:
    """Nothing of it stays: no order, no customer, no event, no letter."""
    with transaction.atomic():
        result = _send(source, f"TEST-{secrets.token_hex(4)}", now)
        transaction.set_rollback(True)
    return result


def _send(source: Source, number: str, now: dt.datetime) -> TestOrderResult:
    told = examples.order(number, now)
    told["customer"] = {"id": number, "email": f"{number.lower()}@example.com", "first_name": "Ann"}
    response = _answer(source, json.dumps(examples.body_for(source, told, now)), number, now)
    if response.status_code >= 300:
        problem = json.loads(getattr(response, "content", b"") or b"{}")
        refusal = " ".join(part for part in (problem.get("title"), problem.get("detail")) if part)
        return TestOrderResult(response.status_code, refusal)
    delivery = Delivery.objects.select_related("source").filter(source=source, key=number).first()
    if delivery:
        deliveries.apply(delivery, now, read)
    placed = Order.objects.filter(number=f"{source.id_prefix}{number}").first()
    kinds = sorted(set(Event.objects.filter(order=placed).values_list("kind", flat=True))) if placed else []
    return TestOrderResult(
        response.status_code,
        is_kept=delivery is not None,
        reason=delivery.reason if delivery else "",
        order=placed,
        event_kinds=kinds,
        starts=[name for starts in _starts for name in starts(kinds)],
    )


def _answer(source: Source, body: str, number: str, now: dt.datetime) -> HttpResponseBase:
    """Through the whole of Django's handler. Its response is not closed: that would close our connection as well."""
    request: Any = RequestFactory().post(
        path_of(source),
        body,
        content_type="application/json",
        headers=_signed(source, body, number, now),
        SERVER_NAME=settings.SITE_HOST,
        secure=urlparse(settings.SITE_URL).scheme == "https",
    )
    handler = BaseHandler()
    handler.load_middleware()
    with translation.override(translation.get_language()):
        return handler.get_response(request)


def _signed(source: Source, body: str, number: str, now: dt.datetime) -> dict[str, str]:
    language = {"Accept-Language": translation.get_language() or ""}
    if source.kind != Source.Kind.WEBHOOK:
        return language | {"Authorization": f"Bearer {examples.key_for(source)}"}
    return language | {
        "webhook-id": number,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(source.secret).sign(number, now.replace(microsecond=0), body),
    }
