"""How many points may pay for an order: what the customer may spend, and what the settings allow of the order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from crm.loyalty.ledger import spendable
from crm.models import LoyaltySettings

ZERO = Decimal(0)


@dataclass(frozen=True)
class Quote:
    """`reason` says in words why there are none, or no more."""

    points: int
    worth: Decimal
    reason: str = ""


def quote(customer_id: int, amount: Decimal | None, at: dt.datetime, sale: str = "") -> Quote:
    """For an order of this amount; None: of an amount that is not known, which only the balance limits."""
    settings = LoyaltySettings.load()
    if not settings.point_value:
        return Quote(0, ZERO, _("This shop takes no points for orders."))
    left = spendable([customer_id], at, beside=sale)[customer_id]
    allowed = left if amount is None else int(amount * settings.most_percent / 100 / settings.point_value)
    points = min(left, allowed)
    return Quote(points, worth(points, settings) or ZERO, _why_no_more(left, allowed, settings))


def _why_no_more(left: int, allowed: int, settings: LoyaltySettings) -> str:
    if left <= 0:
        return _("There are no points to spend.")
    if allowed < left:
        return _("Points pay for at most %(percent)s %% of an order.") % {
            "percent": number_format(settings.most_percent)
        }
    return ""


def check_spending(customer_id: int, points: int, amount: Decimal | None, at: dt.datetime, sale: str) -> None:
    """ValueError in words for more points than may pay for this order."""
    found = quote(customer_id, amount, at, sale)
    if points > found.points:
        more = _("At most %(points)s points can be spent here.") % {"points": found.points}
        raise ValueError(f"{more} {found.reason}".strip())


def worth(points: int, settings: LoyaltySettings) -> Decimal | None:
    """In the shop's currency; None where the settings do not say it."""
    if not settings.point_value:
        return None
    return (points * settings.point_value).quantize(Decimal("0.01"))
