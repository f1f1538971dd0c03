"""Tells the page of a member of staff what was saved, so that it keeps the words of everything else."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponse

# Read and removed by config/static/encore/drafts.js.
COOKIE = "encore_saved"
SECONDS = 60


def receipts(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a form that was sent is saved when it leads on to another page and nothing was refused."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and request.path.startswith("/admin/") and _is_saved(request, response):
            response.set_cookie(
                COOKIE, quote(request.path, safe=""), max_age=SECONDS, samesite="Lax", secure=request.is_secure()
            )
        return response

    return answer


def _is_saved(request: HttpRequest, response: HttpResponse) -> bool:
    if response.status_code != 302 or not request.user.is_authenticated:
        return False
    storage = get_messages(request)
    # Looking at the messages would take them from the page they are meant for.
    return not any(message.level >= ERROR for message in getattr(storage, "_queued_messages", ()))
