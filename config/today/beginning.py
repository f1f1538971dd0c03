"""What a new shop still has to do, with its states and links, until all of it is done."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from chains.stats.beginning import first_steps


def beginning(request: HttpRequest) -> dict[str, Any]:
    """Nothing once all is done; a step is no link for whoever may not open its page."""
    steps = first_steps()
    if all(step.is_done for step in steps):
        return {}
    return {
        "first_steps": [
            {
                "words": step.words,
                "state": step.state,
                "is_done": step.is_done,
                "url": reverse(step.page) if request.user.has_perm(step.permission) else "",
            }
            for step in steps
        ]
    }
