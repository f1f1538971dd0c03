"""What to offer a customer next, on their page: for whoever has them on the phone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from crm.models import Customer
from crm.recommendations.recommendations import recommend
from crm.recommendations.wording import reason

SHOWN = 5


@dataclass(frozen=True)
class CustomerOffer:
    product_id: int
    name: str
    price: Decimal | None
    reason: str


def offers_to(customer: Customer, now: dt.datetime) -> list[CustomerOffer]:
    if customer.erased_at or customer.pk not in (found := recommend([customer.pk], now)):
        return []
    return [CustomerOffer(one.product_id, one.name, one.price, reason(one)) for one in found[customer.pk].found[:SHOWN]]
