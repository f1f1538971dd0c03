from __future__ import annotations

import datetime as dt
from typing import Any

from crm.models import Customer
from crm.referrals.shown import may_recommend, referral_for_customer


def read(customer: Customer, now: dt.datetime) -> dict[str, Any] | None:
    """What to forward, and what came of it; nothing while recommendations are not rewarded."""
    return {"referral": referral_for_customer(customer, now)} if may_recommend(customer) else None
