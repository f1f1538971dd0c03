"""Views that a script asks: JSON in, JSON out, and what is wrong said in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

View = Callable[..., HttpResponseBase]


def answers_json(permission: str) -> Callable[[Callable[..., JsonResponse]], View]:
    """A view that takes the object a script posted."""

    def decorate(view: Callable[..., JsonResponse]) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            if not request.user.has_perm(permission):
                raise PermissionDenied
            try:
                data = json.loads(request.body)
            except (ValueError, RecursionError):
                return problem(_("This is not what belongs here."))
            if not isinstance(data, dict) or not _is_storable(data):
                return problem(_("This is not what belongs here."))
            return view(request, data, *args, **kwargs)

        return answer

    return decorate


def problem(words: str, status: int = 400, **more: Any) -> JsonResponse:
    return JsonResponse({"problem": words, **more}, status=status)


def _is_storable(data: Any) -> bool:
    """PostgreSQL keeps neither the sign NUL nor half a sign, and JSON no number without an end."""
    try:
        written = json.dumps(data, ensure_ascii=False, allow_nan=False)
        written.encode()
    except (ValueError, RecursionError):
        return False
    return "\\u0000" not in written
