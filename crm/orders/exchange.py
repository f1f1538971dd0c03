"""What an order in another currency is worth in the shop's own: at the rate of the day it was placed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.figures import stats
from crm.models import ExchangeRate, Order
from crm.shop_currency import known_currency
from crm.timezones import day_of, start_of

PAR = Decimal(1)
# What an order told itself stays, whatever the table of rates says.
TOLD = "rate"
CONCERNED = """
    SELECT id, customer_id FROM crm_order
    WHERE currency = %(currency)s AND placed_at >= %(start)s AND (%(end)s::timestamptz IS NULL OR placed_at < %(end)s)
        AND rate <> %(rate)s AND NOT told ? 'rate'
"""


class RateUnknown(ValueError):
    """An order would be added up as if its currency were the shop's."""


def rate_on(currency: str, at: dt.datetime) -> Decimal:
    """What one of the currency is worth in the shop's. RateUnknown says in words that nobody told."""
    own = known_currency()
    if currency == (own or currency):
        return PAR
    day = day_of(at)
    known = ExchangeRate.objects.on(currency, day).first()
    if known is None:
        raise RateUnknown(
            _("No rate of %(currency)s to %(own)s is known for %(day)s: add it under Exchange rates.")
            % {"currency": currency, "own": own, "day": date_format(day, "SHORT_DATE_FORMAT")}
        )
    return known.rate


@transaction.atomic
def apply_rate(known: ExchangeRate) -> int:
    """A rate was added or corrected: orders of its days get it, and the figures follow. How many orders."""
    later = ExchangeRate.objects.filter(currency=known.currency, day__gt=known.day).order_by("day").first()
    days = {"start": start_of(known.day), "end": start_of(later.day) if later else None}
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED, {"currency": known.currency, "rate": known.rate, **days})
        rows = cursor.fetchall()
    customers = {customer for _order, customer in rows}
    stats.lock(customers)
    orders = Order.objects.filter(pk__in=[order for order, _customer in rows])
    count = orders.update(rate=known.rate)
    stats.refresh(customers)
    return count
