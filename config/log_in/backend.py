from __future__ import annotations

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.http import HttpRequest


class ThrottledLogIn(AxesStandaloneBackend):  # type: ignore[misc]
    """Refuses who has tried too often; a program that checks a password without a request is nobody's attempt."""

    def authenticate(self, request: HttpRequest | None, *args: Any, **credentials: Any) -> None:
        if request is not None:
            super().authenticate(request, *args, **credentials)
