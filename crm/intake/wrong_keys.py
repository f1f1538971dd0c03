"""Who tries keys: after so many wrong ones a place is told to stay away for a while. Right ones open as ever."""

from __future__ import annotations

import math

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from crm.client_address import client_network
from crm.intake.api.problems import answer
from crm.turns import visitors_turn

MOST = 100
SECONDS = 600


def seconds_to_wait(request: HttpRequest) -> int:
    """Counts one wrong key; 0 while there have not been many."""
    return math.ceil(visitors_turn("wrong keys", client_network(request), most=MOST, seconds=SECONDS).wait)


def refusal(request: HttpRequest) -> HttpResponse | None:
    seconds = seconds_to_wait(request)
    if not seconds:
        return None
    refused = answer(429, _("Too many wrong keys came from this address."))
    refused["Retry-After"] = str(seconds)
    return refused
