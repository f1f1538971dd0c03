"""`POST /v1/<call>`: Segment's tracking API. What came is kept in one statement and answered at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from crm.intake import rate_limit, wrong_keys
from crm.intake.arrival import Arrival, Untrusted
from crm.intake.deliveries import keep_all
from crm.intake.site import guard, looks
from crm.intake.tracking import body
from crm.intake.tracking.arriving import arrivals
from crm.intake.tracking.keys import WrongKey, source_of
from crm.models import Source

# From any page, and without its cookies.
ANY_ORIGIN = {"Access-Control-Allow-Origin": "*"}
PREFLIGHT = {
    **ANY_ORIGIN,
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Max-Age": "86400",
}


@csrf_exempt
def tracking(request: HttpRequest, call: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method != "POST":
        refusal = _refuse(405, _("Send it by POST."))
        refusal["Allow"] = "POST, OPTIONS"
        return refusal
    now = timezone.now()
    try:
        told = body.read(request)
        return _keep(request, call, told, now)
    except WrongKey as why:
        return _refuse_key(request, why)
    except Untrusted as why:
        return _refuse(401, str(why))
    except guard.TooMany as many:
        refusal = _refuse(429, str(many))
        refusal["Retry-After"] = str(many.seconds)
        return refusal
    except ValueError as wrong:
        return _refuse(400, str(wrong))


def _keep(request: HttpRequest, call: str, told: dict[str, Any], now: dt.datetime) -> HttpResponse:
    source = source_of(request, told, now)
    if source.is_paused:
        # Clients try again later for hours, so that nothing is lost by a pause that is none.
        return _refuse(503, _("This source is paused."))
    told_now = arrivals(call, told)
    if source.kind == Source.Kind.SITE:
        return _keep_visits(request, source, told_now, now)
    allowance = rate_limit.take_turn(source)
    if allowance.is_used_up:
        return _refuse(429, _("More requests than this source may make."), allowance.headers)
    keep_all(source, told_now, now, is_historic=call == "import")
    return JsonResponse({"success": True}, headers=ANY_ORIGIN)


def _keep_visits(request: HttpRequest, source: Source, told: Sequence[Arrival], now: dt.datetime) -> HttpResponse:
    guard.check(request, source, told)
    if not guard.is_machine(request):
        looks.keep(source, told, now)
    return JsonResponse({"success": True}, headers=ANY_ORIGIN)


def _refuse_key(request: HttpRequest, why: WrongKey) -> HttpResponse:
    if seconds := wrong_keys.seconds_to_wait(request):
        return _refuse(429, _("Too many wrong keys came from this address."), {"Retry-After": str(seconds)})
    return _refuse(401, str(why))


def _refuse(status: int, why: str, headers: Mapping[str, str] = MappingProxyType({})) -> HttpResponse:
    """`code` and `message` are where clients look; `title` is where every door of Encore says it."""
    told = {"success": False, "code": str(status), "message": why, "title": why}
    return JsonResponse(told, status=status, headers={**ANY_ORIGIN, **headers})
