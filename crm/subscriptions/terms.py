"""What a subscription may be: to what, how often, how much of it, from which day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm.models import Product, Subscription
from crm.models.subscription import LONGEST, MOST_OF_ONE

USUAL_DAYS = 30
SWAPS_OFFERED = 20


def interval_for(product: Product) -> int:
    """Days after which it is usually needed again."""
    return min(product.repurchase_days or USUAL_DAYS, LONGEST["day"])


def swaps_for(products: Iterable[Product]) -> dict[int, list[Product]]:
    """What each may be swapped for, by its id: its other variants that can be had."""
    products = list(products)
    numbers = {one.external_id for one in products if one.external_id}
    variants = Product.objects.filter(external_id__in=numbers, is_in_stock=True).order_by("name", "pk")
    found = list(variants) if numbers else []
    return {
        one.pk: [other for other in found if other.external_id == one.external_id and other != one][:SWAPS_OFFERED]
        for one in products
    }


def check_terms(every: int, unit: str, quantity: int) -> None:
    if unit not in LONGEST or not 1 <= every <= LONGEST[unit]:
        raise ValueError(_("An interval is 1 to 730 days, or 1 to 24 months."))
    if not 1 <= quantity <= MOST_OF_ONE:
        raise ValueError(_("Choose a quantity of 1 to %(most)d.") % {"most": MOST_OF_ONE})


def check_date(date: dt.date, today: dt.date) -> None:
    if not 0 < (date - today).days <= 2 * LONGEST["day"]:
        raise ValueError(_("Choose a day from tomorrow on."))


def check_no_other(subscription: Subscription) -> None:
    others = Subscription.objects.live().exclude(pk=subscription.pk)
    if others.filter(customer=subscription.customer_id, product=subscription.product).exists():
        raise ValueError(_("There is a subscription to %(product)s already.") % {"product": subscription.product})
