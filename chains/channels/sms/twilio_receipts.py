"""What Twilio tells of the SMS it took: the address it is told with each carries the touch's token, signed by it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from chains.incoming import receipts
from chains.incoming.receipts import Receipt

Kind = Receipt.Kind
# https://www.twilio.com/docs/api/errors: unknown destination, landline or carrier that takes none.
LASTING = {"30005", "30006"}


@csrf_exempt
@require_POST
def status(request: HttpRequest, token: str) -> HttpResponse:
    if settings.SMS.get("kind") != "twilio":
        raise Http404
    address = f"{settings.SITE_URL}{request.path}"
    signature = request.headers.get("X-Twilio-Signature", "")
    if not RequestValidator(settings.SMS["secret"]).validate(address, request.POST.dict(), signature):
        return HttpResponse(status=403)
    if kind := _kind(request.POST.get("MessageStatus", ""), request.POST.get("ErrorCode", "")):
        now = timezone.now()
        key = f"twilio:{request.POST.get('MessageSid', '')}"
        receipts.record_receipt(Receipt(kind, token, now, request.POST.get("ErrorCode", ""), key), now)
    return HttpResponse(status=204)


def _kind(message_status: str, error: str) -> Kind | None:
    if message_status == "delivered":
        return Kind.DELIVERED
    if message_status in {"undelivered", "failed"}:
        return Kind.BOUNCED if error in LASTING else Kind.SOFT_BOUNCED
    return None  # on its way
