"""Sessions end: some hours after their last use, and some days after they began, used or not."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from config.staff_pages import DOORS

BEGAN, SEEN = "began_at", "seen_at"
# Noting each request would write to the database at each.
NOTED_EVERY_SECONDS = 60


def begin(request: HttpRequest) -> None:
    request.session[BEGAN] = request.session[SEEN] = time.time()


def keep(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware. A session without its moments ends with its row, SESSION_COOKIE_AGE after it was written."""

    def answer(request: HttpRequest) -> HttpResponse:
        is_known = settings.SESSION_COOKIE_NAME in request.COOKIES and not request.path.startswith(DOORS)
        if is_known and SEEN in request.session:
            _end_or_note(request, time.time())
        return get_response(request)

    return answer


def _end_or_note(request: HttpRequest, now: float) -> None:
    idle, age = now - request.session[SEEN], now - request.session[BEGAN]
    if idle > settings.SESSION_IDLE_SECONDS or age > settings.SESSION_COOKIE_AGE:
        logout(request)
    elif idle > NOTED_EVERY_SECONDS:
        request.session[SEEN] = now
