"""What becomes of subscriptions when two customers turn out to be one."""

from __future__ import annotations

import datetime as dt

from crm.models import Customer, Subscription


def stop_doubles(keeper: Customer, duplicate: Customer, at: dt.datetime) -> None:
    """Of two to one product the keeper's goes on. Both customers are locked by whoever merges them."""
    both = Subscription.objects.live().filter(customer=keeper)
    doubles = Subscription.objects.live().filter(customer=duplicate, product__in=both.values("product"))
    doubles.update(stopped_at=at, stop_reason=Subscription.StopReason.MERGED, paused_at=None, paused_until=None)
