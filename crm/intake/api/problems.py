"""Errors as `application/problem+json` (RFC 9457), naming the field they are about."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError


class FieldProblem(Schema):
    """What is wrong with one field; `field` is its path: lines.0.price."""

    field: str
    detail: str


class Problem(Schema):
    title: str
    status: int
    detail: str = ""
    errors: list[FieldProblem] = []


def answer(status: int, title: str, detail: str = "", errors: Iterable[FieldProblem] = ()) -> HttpResponse:
    problem = Problem(title=title, status=status, detail=detail, errors=list(errors))
    return HttpResponse(json.dumps(problem.dict()), status=status, content_type="application/problem+json")


def fields_of(errors: Iterable[Any], skip: int = 2) -> list[FieldProblem]:
    """The first `skip` parts of a place name the body itself."""
    return [
        FieldProblem(field=".".join(str(part) for part in error["loc"][skip:]) or "body", detail=error["msg"])
        for error in errors
    ]


def register(api: NinjaAPI) -> None:
    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return answer(422, "The body is not as described.", errors=fields_of(error.errors))

    @api.exception_handler(AuthenticationError)
    def unknown_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return answer(401, "No key with the right to do this.", "Send it as: Authorization: Bearer KEY")

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(error.status_code, str(error))
