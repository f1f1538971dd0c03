"""What a button that was refused held, for the next look at the page it stands on."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.http import HttpRequest

LONGEST_KEPT = 20_000


def keep_refused(request: HttpRequest, subject: Model, verb: str, why: str) -> None:
    typed = {name: value[:LONGEST_KEPT] for name, value in request.POST.items() if isinstance(value, str)}
    typed.pop("csrfmiddlewaretoken", None)
    request.session[_place(subject)] = {"verb": verb, "why": why, "typed": typed}


def pop_refused(request: HttpRequest, subject: Model) -> dict[str, Any]:
    """{"verb", "why", "typed"} of the button that was refused just now; empty when none was."""
    refused: dict[str, Any] = request.session.pop(_place(subject), {}) if request.method == "GET" else {}
    return refused


def _place(subject: Model) -> str:
    return f"refused:{subject._meta.model_name}:{subject.pk}"
