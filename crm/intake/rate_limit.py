"""How many requests a source may make: its minute's worth at once, then at its steady pace, over all processes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import turns
from crm.intake.api.problems import answer
from crm.intake.sources import requests_a_minute
from crm.models import CallAllowance, Source

WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a source may still call for; `wait` seconds before it may at all."""

    limit: int
    remaining: int
    wait: float

    @property
    def is_used_up(self) -> bool:
        return self.wait > 0

    @property
    def headers(self) -> dict[str, str]:
        """After the IETF's draft of RateLimit header fields."""
        told = {
            "RateLimit-Policy": f'"source";q={self.limit};w={WINDOW_SECONDS}',
            "RateLimit": f'"source";r={self.remaining};t={math.ceil(self.wait)}',
        }
        return told | ({"Retry-After": str(math.ceil(self.wait))} if self.is_used_up else {})


def take_turn(source: Source) -> Allowance:
    """Count one request of this source; outside a transaction."""
    limit = requests_a_minute(source)
    turn = turns.take_turn(CallAllowance, source.pk, most=limit, seconds=WINDOW_SECONDS)
    return Allowance(limit, turn.remaining, turn.wait)


def refusal(allowance: Allowance) -> HttpResponse:
    """429, for any door."""
    seconds = math.ceil(allowance.wait)
    again = ngettext("Come again in %(seconds)s second.", "Come again in %(seconds)s seconds.", seconds)
    refused = answer(429, _("More requests than this source may make."), again % {"seconds": seconds})
    for name, value in allowance.headers.items():
        refused[name] = value
    return refused
