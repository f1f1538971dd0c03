"""What segments add to the document handed to a person who asks what is known about them."""

from __future__ import annotations

from typing import Any

from segments.models import Membership


def memberships(customers: list[int]) -> dict[str, list[dict[str, Any]]]:
    stays = Membership.objects.of(customers).order_by("entered_at", "pk")
    rows = stays.values_list("segment__name", "entered_at", "left_at")
    return {
        "segments": [{"name": name, "entered_at": entered_at, "left_at": left_at} for name, entered_at, left_at in rows]
    }
