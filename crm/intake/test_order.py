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

from crm.intake import deliveries, examples
from crm.intake.doors import read
from crm.intake.sources import path_of
from crm.models import Event, Order, Source

# Names of what events of these kinds would start; filled by the apps that know.
_starts: list[Callable[[Iterable[str]], list[str]]] = []


def register(starts: Callable[[Iterable[str]], list[str]]) -> None:
    _starts.append(starts)


def started_by(kinds: Iterable[str]) -> list[str]:
    """Names of the chains that events of these kinds start."""
    wanted = list(kinds)
    return [name for starts in _starts for name in starts(wanted)]


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
    response = _answer(source, examples.EXAMPLES[source.kind](source, number, now))
    if response.status_code >= 300:
        problem = json.loads(getattr(response, "content", b"") or b"{}")
        refusal = " ".join(part for part in (problem.get("title"), problem.get("detail")) if part)
        return TestOrderResult(response.status_code, refusal)
    delivery = source.deliveries.filter(received_at__gte=now).order_by("-pk").first()
    if delivery:
        delivery.source = source
        deliveries.apply(delivery, now, read)
    placed = Order.objects.filter(number__contains=number).first()
    kinds = sorted(set(Event.objects.filter(order=placed).values_list("kind", flat=True))) if placed else []
    return TestOrderResult(
        response.status_code,
        is_kept=delivery is not None,
        reason=delivery.reason if delivery else "",
        order=placed,
        event_kinds=kinds,
        starts=started_by(kinds),
    )


def _answer(source: Source, sent: examples.Example) -> HttpResponseBase:
    """Through the whole of Django's handler. Its response is not closed: that would close our connection as well."""
    request: Any = RequestFactory().post(
        path_of(source),
        sent.body,
        content_type=sent.content_type,
        headers={"Accept-Language": translation.get_language() or ""} | sent.headers,
        SERVER_NAME=settings.SITE_HOST,
        secure=urlparse(settings.SITE_URL).scheme == "https",
    )
    handler = BaseHandler()
    handler.load_middleware()
    with translation.override(translation.get_language()):
        return handler.get_response(request)
