"""How many requests a source may make: its minute's worth at once, then at its steady pace, over all processes.

Kept as one moment a source, when all it called for is worked off at its pace (GCRA): one statement a request, whose
commit waits for no disk. A crash of the database forgets the last calls at most, and calls of one source do not queue
up behind each other's writing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.db import connection
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.intake.api.problems import answer
from crm.intake.sources import requests_a_minute
from crm.models import Source

WINDOW_SECONDS = 60

# Nothing comes back where the minute's worth is used up; then nothing is written either.
TAKE = """
    INSERT INTO crm_callallowance AS known (source_id, settled_at)
    VALUES (%(source)s, clock_timestamp() + %(pace)s * interval '1 second')
    ON CONFLICT (source_id) DO UPDATE
        SET settled_at = greatest(known.settled_at, clock_timestamp()) + %(pace)s * interval '1 second'
        WHERE known.settled_at <= clock_timestamp() + %(room)s * interval '1 second'
    RETURNING extract(epoch FROM settled_at - clock_timestamp())::float8, set_config('synchronous_commit', 'off', true)
"""
LEFT = """
    SELECT extract(epoch FROM settled_at - clock_timestamp())::float8 FROM crm_callallowance
    WHERE source_id = %(source)s
"""


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
    """Count one request of this source; outside a transaction, or it holds up the source's other requests.

    A transaction around it would not wait for the disk either, and lose what else it holds in a crash.
    """
    limit = requests_a_minute(source)
    pace = WINDOW_SECONDS / limit
    room = WINDOW_SECONDS - pace
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"source": source.pk, "pace": pace, "room": room})
        taken = cursor.fetchone()
        if taken:
            remaining = int((WINDOW_SECONDS - taken[0]) / pace + 1e-6)
            return Allowance(limit, max(remaining, 0), 0)
        cursor.execute(LEFT, {"source": source.pk})
        left = cursor.fetchone()
    return Allowance(limit, 0, max(left[0] - room, 0.001) if left else 0.001)


def refusal(allowance: Allowance) -> HttpResponse:
    """429, for any door."""
    seconds = math.ceil(allowance.wait)
    again = ngettext("Come again in %(seconds)s second.", "Come again in %(seconds)s seconds.", seconds)
    refused = answer(429, _("More requests than this source may make."), again % {"seconds": seconds})
    for name, value in allowance.headers.items():
        refused[name] = value
    return refused
