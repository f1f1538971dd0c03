"""Encore as the web server loads it, on the database named by BENCH_DATABASE, and a view that only reads the body."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.gateway.gateway import application  # noqa: E402

__all__ = ["application"]


def _prepare() -> None:
    from django.db import connections

    from config import urls

    connections.settings["default"]["NAME"] = os.environ["BENCH_DATABASE"]
    urls.urlpatterns.insert(0, path("empty/", empty))


@csrf_exempt
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.body)))


_prepare()
