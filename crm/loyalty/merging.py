"""Two records of one person had points and a tier each. The merge has moved the rows, and holds both customers."""

from __future__ import annotations

import datetime as dt

from crm.loyalty.ledger import settle
from crm.models import CustomerTier


def merge_loyalty(keeper_id: int, duplicate_id: int, *, at: dt.datetime) -> None:
    """What one of them owed is paid with what the other had; the higher tier stays."""
    settle([keeper_id], at)
    tiers = {
        one.customer_id: one
        for one in CustomerTier.objects.select_related("tier").filter(customer__in=[keeper_id, duplicate_id])
    }
    lost, kept = tiers.get(duplicate_id), tiers.get(keeper_id)
    if lost is None:
        return
    lost.delete()
    if kept is None or kept.tier.threshold < lost.tier.threshold:
        columns = {"tier": lost.tier, "since": lost.since, "ends_at": lost.ends_at, "is_kept": lost.is_kept}
        CustomerTier.objects.update_or_create(customer_id=keeper_id, defaults=columns)
