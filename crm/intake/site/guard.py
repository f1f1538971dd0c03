"""What is asked of a request whose key anybody may read: the site it comes from, its pace and size, and who made it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm import turns
from crm.client_address import client_network
from crm.intake import rate_limit
from crm.intake.arrival import Arrival, Untrusted
from crm.intake.site.readers import is_of_site
from crm.models import Source
from crm.robots import is_robot

# A reader turns a few pages a minute; an office behind one address, some dozens.
MOST_OF_ONE_ADDRESS = 120
MOST_CALLS = 100
MOST_PROPERTIES = 100


class TooMany(Exception):
    """Why it has to come again later, in words, and in how many seconds."""

    def __init__(self, why: str, seconds: int) -> None:
        super().__init__(why)
        self.seconds = seconds


def check(request: HttpRequest, source: Source, told: Sequence[Arrival]) -> None:
    """Raises Untrusted, TooMany, or ValueError for what is too large."""
    _check_origin(request, source)
    _check_pace(request, source)
    _check_size(told)


def is_machine(request: HttpRequest) -> bool:
    return is_robot(request.headers.get("User-Agent", ""))


def _check_origin(request: HttpRequest, source: Source) -> None:
    """Browsers say where a page is from, or nothing at all where the page forbids it."""
    origin = request.headers.get("Origin", "")
    is_told = origin.startswith(("http://", "https://")) and source.site_address
    if is_told and not is_of_site(urlsplit(origin).hostname or "", source.site_address):
        raise Untrusted(_("This key is for another site."))


def _check_pace(request: HttpRequest, source: Source) -> None:
    """One visitor must not use up what is the whole site's."""
    who = f"{source.pk} {network}" if (network := client_network(request)) else ""
    turn = turns.visitors_turn("site calls", who, most=MOST_OF_ONE_ADDRESS, seconds=rate_limit.WINDOW_SECONDS)
    if turn.wait:
        raise TooMany(_("More calls than one visitor makes in a minute."), rate_limit.WINDOW_SECONDS)
    allowance = rate_limit.take_turn(source)
    if allowance.is_used_up:
        raise TooMany(_("More requests than this source may make."), math.ceil(allowance.wait))


def _check_size(told: Sequence[Arrival]) -> None:
    if len(told) > MOST_CALLS:
        raise ValueError(_("batch: has more than %(most)d calls.") % {"most": MOST_CALLS})
    for one in told:
        properties = one.payload.get("properties")
        if isinstance(properties, dict) and len(properties) > MOST_PROPERTIES:
            raise ValueError(_("properties: are more than %(most)d.") % {"most": MOST_PROPERTIES})
