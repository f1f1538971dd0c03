"""What Django itself refuses under `/api/v1/`, and what the API cannot read, answered as problems too."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from crm.intake.api import problems

PREFIX = "/api/v1/"
BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


def api_problems(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: every refusal is `application/problem+json`, and every answer says how many calls are left."""

    def respond(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(PREFIX):
            return get_response(request)
        response = _unreadable(request) or get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and "json" not in response.headers.get("Content-Type", ""):
            response = _as_problem(response)
        if allowance := getattr(request, "allowance", None):
            for name, value in allowance.headers.items():
                response.headers.setdefault(name, value)
        return response

    return respond


def _unreadable(request: HttpRequest) -> HttpResponse | None:
    if "\0" in request.path:
        return problems.answer(404, _("There is nothing at this address."))
    if request.method in BODILESS:
        return None
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if most is not None and length.isdecimal() and int(length) > most:
        return problems.answer(413, _("The body is larger than %(most)s bytes.") % {"most": most})
    kind = request.content_type or ""
    if length != "0" and kind != "application/json" and not kind.endswith("+json"):
        return problems.answer(415, _("Send the body as application/json."))
    return None


def _as_problem(refused: HttpResponse) -> HttpResponse:
    titles = {404: _("There is nothing at this address."), 405: _("This address is not called so.")}
    title = titles.get(refused.status_code) or HTTPStatus(refused.status_code).phrase
    problem = problems.answer(refused.status_code, title)
    for name in ("Allow", "Retry-After"):
        if name in refused.headers:
            problem[name] = refused[name]
    return problem
