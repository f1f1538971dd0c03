"""What staff typed is not lost: their page learns what was saved, and signing in anew leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

# Read and removed by config/static/encore/drafts.js.
COOKIE = "encore_saved"
SECONDS = 60


def unsaved_words(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware for the forms of the admin that lead on to another page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method != "POST" or response.status_code != 302 or not request.path.startswith("/admin/"):
            return response
        if not request.user.is_authenticated:
            return _back_to_the_page(request, response)
        if not _is_refused(request):
            saved = quote(request.path, safe="")
            response.set_cookie(COOKIE, saved, max_age=SECONDS, samesite="Lax", secure=request.is_secure())
        return response

    return answer


def _back_to_the_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Where a form is sent to is often no page; that on which it stood is."""
    login, page = reverse("admin:login"), urlsplit(request.headers.get("Referer", ""))
    is_ours = page.netloc == request.get_host() and page.path.startswith("/admin/") and page.path != login
    if urlsplit(response["Location"]).path != login or not is_ours:
        return response
    return HttpResponseRedirect(f"{login}?{urlencode({'next': page._replace(scheme='', netloc='').geturl()})}")


def _is_refused(request: HttpRequest) -> bool:
    # Looking at the messages by their own way would take them from the page they are meant for.
    told = getattr(get_messages(request), "_queued_messages", ())
    return any(message.level >= ERROR for message in told)
