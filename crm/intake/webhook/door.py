"""`POST /hooks/<source key>/`: checked against its raw bytes, kept, and answered at once."""

from __future__ import annotations

import hashlib

from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError

from crm.intake.api.problems import answer
from crm.intake.deliveries import keep
from crm.intake.webhook.reading import Envelope, in_words
from crm.intake.webhook.signature import Untrusted, check
from crm.models import Source

MOST_BYTES = 1_000_000


@csrf_exempt
def webhook(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        refusal = answer(405, _("Send it by POST."))
        refusal["Allow"] = "POST"
        return refusal
    source = Source.objects.filter(key=key, kind=Source.Kind.WEBHOOK).first()
    if source is None:
        return answer(404, _("No source has this address."))
    if source.is_paused:
        return answer(503, _("This source is paused."))
    if _size(request) > MOST_BYTES:
        return answer(413, _("The body is larger than %(most)s bytes.") % {"most": MOST_BYTES})
    try:
        check(request, source, now)
    except Untrusted as why:
        return answer(401, _("It is not known to come from this source."), str(why))
    return _keep(request, source)


def _keep(request: HttpRequest, source: Source) -> HttpResponse:
    try:
        envelope = Envelope.model_validate_json(request.body)
        with transaction.atomic():
            is_new = keep(
                source,
                key=request.headers.get("webhook-id") or hashlib.sha256(request.body).hexdigest(),
                topic=envelope.type,
                subject=envelope.subject,
                payload=envelope.model_dump(mode="json"),
                now=timezone.now(),
            )
    except ValidationError as wrong:
        return answer(400, _("The body cannot be read."), in_words(wrong))
    except DataError:
        return answer(400, _("The body holds a character or number that cannot be kept."))
    return HttpResponse(status=202 if is_new else 200)


def _size(request: HttpRequest) -> int:
    """As announced; a body without a length is refused by the server, or reads as empty."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
