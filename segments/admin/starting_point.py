"""What the form of a new segment begins with."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from segments.models import Segment
from segments.rfm_grid import rule_of


def initial_values(asked: QueryDict) -> dict[str, Any]:
    """As a copy of another segment or as a cell of the RFM grid; empty when nothing was asked for."""
    scores = [int(str(asked[name])) for name in ("recency", "frequency") if asked.get(name) in set("12345")]
    if len(scores) == 2:
        name = _("Recency %(recency)s, frequency %(frequency)s") % {"recency": scores[0], "frequency": scores[1]}
        return {"name": name, "rule": rule_of(*scores)}
    number = asked.get("copy", "")
    origin = Segment.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 18 else None
    if origin is None:
        return {}
    name = _("Copy of “%(name)s”") % {"name": origin.name}
    return {"name": name[:200], "description": origin.description, "rule": origin.rule}
