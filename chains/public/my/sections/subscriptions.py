from __future__ import annotations

import datetime as dt
from typing import Any

from crm.models import Customer
from crm.subscriptions.reading import consumables_of, shown_subscriptions


def read(customer: Customer, now: dt.datetime) -> dict[str, Any] | None:
    """Those that are not stopped, and what of their goods could come by itself."""
    subscriptions = shown_subscriptions(customer, now)
    consumables = consumables_of(customer)
    if not subscriptions and not consumables:
        return None
    return {"subscriptions": subscriptions, "consumables": consumables}
