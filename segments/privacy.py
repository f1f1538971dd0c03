"""What segments add to the document handed to a person who asks what is known about them."""

from __future__ import annotations

from typing import Any

from segments.models import Membership


def memberships(customers: list[int]) -> dict[str, list[dict[str, Any]]]:
    stays = Membership.objects.of(customers).order_by("entered_at", "pk")
    told = stays.values_list("segment__name", "entered_at", "left_at")
    return {"segments": [{"name": name, "entered_at": came, "left_at": went} for name, came, went in told]}
