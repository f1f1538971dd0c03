"""What no row can hold, wherever it comes in: refused in words, at one place, instead of by a fault of ours."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

logger = logging.getLogger(__name__)

SELECTED = "_selected_action"


class StrangeValues:
    """Middleware. PostgreSQL raises over a NUL, a number beyond its types and a date beyond its calendar."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # A link of a letter is refused by its own page.
        is_staffs = request.path.startswith("/admin/")
        if ("\0" in request.path and is_staffs) or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest(_("This address holds a character that no text can have."))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, *_rest: Any) -> HttpResponseBase | None:
        """What an action of a list is asked to do it with: Django looks these up as they came."""
        model_admin = getattr(view, "model_admin", None)
        if request.method != "POST" or model_admin is None:
            return None
        try:
            for pk in request.POST.getlist(SELECTED):
                model_admin.model._meta.pk.to_python(pk)
        except ValidationError:
            return HttpResponseBadRequest(_("This names no row of the list."))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Django takes back what it sees to be no lookup by the list without it; what it does not see, so do we."""
        match = request.resolver_match
        is_list = hasattr(match and match.func, "model_admin") and request.method == "GET" and bool(request.GET)
        if is_list and ERROR_FLAG not in request.GET and isinstance(error, DataError | OverflowError | ValueError):
            logger.warning("%s cannot be looked up.", request.path, exc_info=error)
            return HttpResponseRedirect(f"{request.path}?{ERROR_FLAG}=1")
        if isinstance(error, DataError | UnicodeEncodeError):
            logger.warning("%s was sent what cannot be kept.", request.path, exc_info=error)
            return HttpResponseBadRequest(_("It holds a character or number that cannot be kept."))
        return None
