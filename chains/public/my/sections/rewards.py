from __future__ import annotations

import datetime as dt
from typing import Any

from crm.loyalty.shown import loyalty_for_customer
from crm.models import Customer


def read(customer: Customer, now: dt.datetime) -> dict[str, Any] | None:
    """Points, the tier and what is missing to the next, and the coupons that can be used."""
    loyalty = loyalty_for_customer(customer, now)
    return {"loyalty": loyalty} if loyalty else None
