"""What mail providers tell us, through Anymail: receipts, and letters that came in."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from anymail.exceptions import AnymailConfigurationError
from anymail.inbound import AnymailInboundMessage
from anymail.signals import EventType, RejectReason, inbound, tracking
from django.conf import settings
from django.core.exceptions import BadRequest
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from chains.channels.email import record_mail
from chains.channels.email.received_mail import read
from chains.channels.email.refusals import Refusal, refusal
from chains.incoming import receipts
from chains.incoming.receipts import Receipt

logger = logging.getLogger(__name__)

Kind = Receipt.Kind
PLAIN = {
    EventType.DELIVERED: Kind.DELIVERED,
    EventType.COMPLAINED: Kind.COMPLAINED,
    EventType.UNSUBSCRIBED: Kind.UNSUBSCRIBED,
}
FAILED = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}
LASTING = {RejectReason.INVALID, RejectReason.BOUNCED}
OF_SENDER = {RejectReason.BLOCKED, RejectReason.SPAM}


@csrf_exempt
def webhook(request: HttpRequest, provider: str, what: str) -> HttpResponseBase:
    """Anymail's own view of this provider, when the shop uses it: it checks the secret, or the provider's signature."""
    if not settings.ANYMAIL.get("WEBHOOK_SECRET") or provider not in settings.WEBHOOK_PROVIDERS:
        raise Http404
    path = f"/{provider.replace('-', '_')}/{what}".rstrip("/")
    theirs: Any = resolve(f"{path}/", urlconf="anymail.urls").func
    return _readable(theirs.view_class)(request)


@cache
def _readable(theirs: type[Any]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Their view, which takes for granted that a provider's body has the provider's shape."""
    return type(theirs.__name__, (_ReadableBody, theirs), {}).as_view()  # type: ignore[attr-defined,no-any-return]


# The last says that it is a body of another of their addresses.
UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    AnymailConfigurationError,
)


class _ReadableBody:
    def parse_events(self, request: HttpRequest) -> list[Any]:
        try:
            return list(super().parse_events(request))  # type: ignore[misc]
        except UNREADABLE as wrong:
            logger.warning("A webhook of a mail provider cannot be read.", exc_info=wrong)
            raise BadRequest from wrong


@receiver(tracking)
def on_receipt(event: Any, esp_name: str, **rest: Any) -> None:
    now = timezone.now()
    if receipt := receipt_of(event, esp_name, now):
        receipts.record_receipt(receipt, now)


@receiver(inbound)
def on_letter(event: Any, esp_name: str, **rest: Any) -> None:
    message: AnymailInboundMessage = event.message
    recipient = str(message.envelope_recipient or "")
    record_mail.record_mail(read(message.as_bytes(), [recipient] if recipient else []), timezone.now())


def receipt_of(event: Any, provider: str, now: dt.datetime) -> Receipt | None:
    """What Anymail's event says about a touch of ours; None when that is nothing to act on."""
    kind = _kind(event)
    token = _token(event)
    if kind is None or not token:
        return None
    detail = str(event.mta_response or event.description or event.reject_reason or "")
    key = f"{provider}:{event.event_id}" if event.event_id else ""
    return Receipt(kind, token, event.timestamp or now, detail, key)


def _kind(event: Any) -> Kind | None:
    """Passing troubles (`deferred`) end in a delivery or a bounce, and are told again then."""
    if event.event_type in FAILED:
        if event.reject_reason == RejectReason.UNSUBSCRIBED:
            return Kind.UNSUBSCRIBED
        return _failure(event)
    return PLAIN.get(event.event_type)


def _failure(event: Any) -> Kind:
    """Some providers call a full mailbox or a blocklist a bounce like any other; the server's words tell them apart."""
    told = refusal(f"{event.mta_response or ''} {event.description or ''}")
    if event.reject_reason in OF_SENDER or told is Refusal.SENDER:
        return Kind.REFUSED
    if event.reject_reason not in LASTING or told in {Refusal.MAILBOX_FULL, Refusal.PASSING} or _is_called_soft(event):
        return Kind.SOFT_BOUNCED
    return Kind.BOUNCED


def _is_called_soft(event: Any) -> bool:
    raw = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    return raw.get("Type") == "SoftBounce" or raw.get("event") == "soft_bounce"


def _token(event: Any) -> str:
    """We give the token along with every letter; where a provider keeps nothing, it is in the Message-ID."""
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    if token := metadata.get("touch"):
        return str(token)
    tagged = [tag for tag in event.tags or [] if isinstance(tag, str) and tag.startswith(TAG)]
    if tagged:
        return tagged[0].removeprefix(TAG)
    local, _at, host = str(event.message_id or "").strip("<>").partition("@")
    return local if host == settings.SITE_HOST else ""


TAG = "touch:"
