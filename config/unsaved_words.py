"""What staff typed is not lost: their page learns what was saved, and signing in anew leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import ERROR, get_messages
from django.http import HttpRequest, HttpResponse
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
            has_to_log_in, page = urlsplit(response["Location"]).path == reverse("admin:login"), page_of_form(request)
            return redirect_to_login(page) if has_to_log_in and page else response
        if not _is_refused(request):
            saved = quote(request.path, safe="")
            response.set_cookie(COOKIE, saved, max_age=SECONDS, samesite="Lax", secure=request.is_secure())
        return response

    return answer


def page_of_form(request: HttpRequest) -> str:
    """Where a form is sent to is often no page; that on which it stood is. Empty where it is not told, or not ours."""
    page = urlsplit(request.headers.get("Referer", ""))
    is_ours = page.netloc == request.get_host() and page.path.startswith("/admin/")
    return page._replace(scheme="", netloc="").geturl() if is_ours and page.path != reverse("admin:login") else ""


def _is_refused(request: HttpRequest) -> bool:
    # Looking at the messages by their own way would take them from the page they are meant for.
    told = getattr(get_messages(request), "_queued_messages", ())
    return any(message.level >= ERROR for message in told)
