"""What customers answer by SMS: that they want no more, or something a person should read. Each is heard once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from chains.channels import connecting
from chains.incoming.messenger import hear
from chains.incoming.reply_text import route
from chains.incoming.stop import asks_to_stop
from chains.models import IncomingMail
from crm.addresses import normalise_phone
from crm.models import Channel, Shop
from crm.service.conversations import TEXT_LIMIT, Attachment, CustomerLetter

SOURCE = "sms"
SUBJECT_LENGTH = 100
MOST_FILES = 10
# A gateway that names no message tells it again within so long when it did not hear that it was taken.
TOLD_AGAIN_WITHIN = 600
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


@dataclass(frozen=True, slots=True)
class ReceivedSms:
    key: str
    sender: str
    text: str
    files: tuple[Attachment, ...] = ()


@csrf_exempt
@require_POST
def twilio_message(request: HttpRequest) -> HttpResponse:
    """https://www.twilio.com/docs/messaging/guides/webhook-request; answered with nothing to send."""
    if settings.SMS.get("kind") != "twilio":
        raise Http404
    signature = request.headers.get("X-Twilio-Signature", "")
    told = request.POST.dict()
    if not RequestValidator(settings.SMS["secret"]).validate(f"{settings.SITE_URL}{request.path}", told, signature):
        return HttpResponse(status=403)
    received = _received(told, "MessageSid", "From", "Body", files=_twilio_files(told))
    if received is None:
        return HttpResponseBadRequest()
    take(received, timezone.now())
    return HttpResponse(NO_ANSWER, content_type="text/xml")


@csrf_exempt
@require_POST
def gateway_message(request: HttpRequest, secret: str) -> HttpResponse:
    """As JSON or as a form, under the names that settings give."""
    if settings.SMS.get("kind") != "gateway" or not constant_time_compare(secret, incoming_secret()):
        raise Http404
    names = settings.SMS["incoming"]
    received = _received(_told(request), names["id"], names["sender"], names["text"])
    if received is None:
        return HttpResponseBadRequest()
    take(received, timezone.now())
    return HttpResponse("ok", content_type="text/plain")


def incoming_address() -> str:
    """Where the provider brings what customers write, for whoever sets it up there."""
    if settings.SMS.get("kind") == "twilio":
        return f"{settings.SITE_URL}{reverse('channels:twilio_message')}"
    return f"{settings.SITE_URL}{reverse('channels:sms_message', args=[incoming_secret()])}"


def incoming_secret() -> str:
    return salted_hmac("chains.sms", settings.SMS["url"], algorithm="sha256").hexdigest()[:40]


@transaction.atomic
def take(received: ReceivedSms, now: dt.datetime) -> None:
    known = connecting.contacts_at(Channel.SMS, received.sender)
    if not known:
        _keep_of_stranger(received, now)
    elif asks_to_stop(received.text):
        evidence = {"message": received.key, "text": received.text[:300]}
        connecting.disconnect(Channel.SMS, received.sender, at=now, source=SOURCE, evidence=evidence)
    else:
        hear(known[0].customer, _letter(received, now))


def _letter(received: ReceivedSms, now: dt.datetime) -> CustomerLetter:
    return CustomerLetter(
        key=received.key,
        address=received.sender,
        subject=_subject(received.text),
        text=received.text,
        at=now,
        attachments=received.files,
        channel=Channel.SMS.value,
    )


def _keep_of_stranger(received: ReceivedSms, now: dt.datetime) -> None:
    """Somebody at support says who it is."""
    shop = Shop.load()
    severity = route(received.text, complaint_words=shop.complaint_words, urgent_words=shop.urgent_words)[1]
    defaults = {
        "kind": IncomingMail.Kind.STRANGER,
        "severity": severity,
        "sender": received.sender,
        "subject": _subject(received.text),
        "text": received.text,
        "received_at": now,
    }
    if not IncomingMail.objects.taken(received.key).exists():
        IncomingMail.objects.get_or_create(key=received.key, defaults=defaults)


def _subject(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")[:SUBJECT_LENGTH]


def _received(
    told: dict[str, Any], id_name: str, sender_name: str, text_name: str, files: tuple[Attachment, ...] = ()
) -> ReceivedSms | None:
    """None when it names no sender, or says nothing at all."""
    text = _plain(told.get(text_name))[:TEXT_LIMIT]
    try:
        sender = normalise_phone(_plus(_plain(told.get(sender_name)).strip()), Shop.load().phone_country)
    except ValueError:
        return None
    if not text.strip() and not files:
        return None
    named = _plain(told.get(id_name)).strip()[:200]
    return ReceivedSms(f"sms:{named or _digest(sender, text)}", sender, text or _("(sent a picture)"), files)


def _plain(value: object) -> str:
    """Without what neither database nor screen can take."""
    if not isinstance(value, str | int):
        return ""
    return str(value).replace("\0", "").encode(errors="replace").decode()


def _plus(number: str) -> str:
    """Gateways leave it out of numbers written in full."""
    return f"+{number}" if number.isdecimal() and len(number) > 10 and not number.startswith(("0", "8")) else number


def _digest(sender: str, text: str) -> str:
    window = int(timezone.now().timestamp()) // TOLD_AGAIN_WITHIN
    return hashlib.sha256(f"{sender} {window} {text}".encode()).hexdigest()[:40]


def _twilio_files(told: dict[str, Any]) -> tuple[Attachment, ...]:
    """Pictures stay with Twilio; that there are some is said."""
    count = _plain(told.get("NumMedia")) or "0"
    numbers = range(min(int(count), MOST_FILES) if count.isdecimal() and len(count) < 4 else 0)
    return tuple(
        Attachment(f"{number + 1}", _plain(told.get(f"MediaContentType{number}"))[:100], 0) for number in numbers
    )


def _told(request: HttpRequest) -> dict[str, Any]:
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
