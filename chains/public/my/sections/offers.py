from __future__ import annotations

import datetime as dt
from typing import Any

from chains.messages.links import is_web
from crm.models import Customer
from crm.recommendations.recommendations import recommend

MOST = 4


def read(customer: Customer, now: dt.datetime) -> dict[str, Any] | None:
    """What can be bought of what goes with their goods: that alone which has a page in the shop."""
    offers = recommend([customer.pk], now).get(customer.pk)
    found = [one for one in offers.found if is_web(one.url)][:MOST] if offers else []
    return {"offers": found} if found else None
