"""Middleware that only staff and customers in browsers need, left out where programs call: it costs as much as they do.

A door knows who calls by a key, never by a cookie. Language, headers and refusals are the same as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.utils.deprecation import MiddlewareMixin
from simple_history.middleware import HistoryRequestMiddleware

DOORS = ("/api/v1/", "/v1/", "/hooks/")


class _NotAtDoors(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if request.path.startswith(DOORS) else super().__call__(request)


class Sessions(_NotAtDoors, SessionMiddleware):
    """Who is signed in, by a cookie."""


class Authentication(_NotAtDoors, AuthenticationMiddleware):
    """The signed-in user, by their session."""


class Messages(_NotAtDoors, MessageMiddleware):
    """What the next page tells its reader."""


def history(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Who changed a row, by the signed-in user."""
    remembered = HistoryRequestMiddleware(get_response)

    def respond(request: HttpRequest) -> HttpResponseBase:
        return (get_response if request.path.startswith(DOORS) else remembered)(request)

    return respond
