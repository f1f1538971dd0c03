"""What the form of a new segment begins with."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from segments.models import Segment


def began(asked: QueryDict) -> dict[str, Any]:
    """As a copy of another segment; empty when nothing was asked for."""
    number = asked.get("copy", "")
    origin = Segment.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 18 else None
    if origin is None:
        return {}
    name = _("Copy of “%(name)s”") % {"name": origin.name}
    return {"name": name[:200], "description": origin.description, "rule": origin.rule}
