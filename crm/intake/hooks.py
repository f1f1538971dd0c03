"""`POST /hooks/<source key>/`: checked against its raw bytes, kept, and answered at once, for every kind of source."""

from __future__ import annotations

from django.db import DataError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from crm.intake import rate_limit, wrong_keys
from crm.intake.api.problems import answer
from crm.intake.arrival import Open, Untrusted
from crm.intake.deliveries import keep
from crm.intake.doors import DOORS
from crm.models import Source

MOST_BYTES = 1_000_000


@csrf_exempt
def webhook(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":
        refusal = answer(405, _("Send it by POST."))
        refusal["Allow"] = "POST"
        return refusal
    source = Source.objects.with_key(key)
    door = DOORS.get(Source.Kind(source.kind)) if source else None
    if source is None or door is None or not (door.check and door.open):
        return answer(404, _("No source has this address."))
    if source.is_paused:
        return answer(503, _("This source is paused."))
    if _size(request) > MOST_BYTES:
        return answer(413, _("The body is larger than %(most)s bytes.") % {"most": MOST_BYTES})
    try:
        door.check(request, source, timezone.now())
    except Untrusted as why:
        return wrong_keys.refusal(request) or answer(401, _("It is not known to come from this source."), str(why))
    return _keep(request, source, door.open)


def _keep(request: HttpRequest, source: Source, open_: Open) -> HttpResponse:
    try:
        arrival = open_(request)
        if arrival is None:
            return HttpResponse()
        allowance = rate_limit.take_turn(source)
        if allowance.is_used_up:
            return rate_limit.refusal(allowance)
        with transaction.atomic():
            is_new = keep(source, arrival, timezone.now())
    except DataError:
        return answer(400, _("The body holds a character or number that cannot be kept."))
    except RecursionError:
        return answer(400, _("The body cannot be read."), _("It is nested too deeply."))
    except ValueError as wrong:
        return answer(400, _("The body cannot be read."), str(wrong))
    return HttpResponse(status=202 if is_new else 200)


def _size(request: HttpRequest) -> int:
    """As announced; a body without a length is refused by the server, or reads as empty."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
