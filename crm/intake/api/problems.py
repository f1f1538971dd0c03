"""Errors as `application/problem+json` (RFC 9457), naming the field they are about, in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from crm.intake.api.wording import in_words

CONTENT_TYPE = "application/problem+json"


class FieldProblem(Schema):
    """What is wrong with one field; `field` is its path: lines.0.price."""

    field: str
    detail: str


class Problem(Schema):
    title: str
    status: int
    detail: str = ""
    errors: list[FieldProblem] = []


class Refused(Exception):
    """The answer to a call that is turned away before it is carried out."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response


def answer(status: int, title: str, detail: str = "", errors: Iterable[FieldProblem] = ()) -> HttpResponse:
    problem = Problem(title=title, status=status, detail=detail, errors=list(errors))
    return HttpResponse(json.dumps(problem.dict()), status=status, content_type=CONTENT_TYPE)


def fields_of(errors: Iterable[Any], skip: int = 2) -> list[FieldProblem]:
    """The first `skip` parts of a place name the body itself."""
    return [
        FieldProblem(field=".".join(str(part) for part in error["loc"][skip:]) or "body", detail=in_words(error))
        for error in errors
    ]


def register(api: NinjaAPI) -> None:
    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        is_query = all(one["loc"][:1] in (("query",), ("path",)) for one in error.errors)
        title = _("The address is not as described.") if is_query else _("The body is not as described.")
        return answer(422, title, errors=fields_of(error.errors, skip=1 if is_query else 2))

    @api.exception_handler(AuthenticationError)
    def unknown_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        refused = answer(401, _("This is no key."), _("Send it as: Authorization: Bearer KEY"))
        refused["WWW-Authenticate"] = "Bearer"
        return refused

    @api.exception_handler(Refused)
    def turned_away(request: HttpRequest, error: Refused) -> HttpResponse:
        return error.response

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return answer(413, _("The body is too large."))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        if error.status_code == 400:
            return answer(400, _("The body is no JSON."))
        return answer(error.status_code, str(error))
