"""What a coupon is good for, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import connection
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from crm.models import Coupon, Order, OrderLine
from crm.timezones import day_of, shop_zone, start_of

# The categories of what was bought and all they are part of.
IS_IN_CATEGORY = """
    WITH RECURSIVE above AS (
        SELECT category_id AS id FROM crm_product WHERE id = ANY(%(products)s)
        UNION
        SELECT category.parent_id FROM crm_category AS category JOIN above ON above.id = category.id
    )
    SELECT EXISTS (SELECT FROM above WHERE id = %(category)s)
"""


def ends_at(sent_at: dt.datetime, term_days: int | None) -> dt.datetime | None:
    """The end of the last day of the term, by the shop's calendar: 7 days from a Monday end on Monday night."""
    if term_days is None:
        return None
    return start_of(day_of(sent_at) + dt.timedelta(days=term_days + 1))


def last_day(expires_at: dt.datetime) -> dt.date:
    """The last day on which it is still good."""
    return (expires_at - dt.timedelta(microseconds=1)).astimezone(shop_zone()).date()


def covers(coupon: Coupon, lines: Sequence[OrderLine]) -> bool:
    """Whether something it is for was bought. Of an order without lines the shop's word is taken."""
    if not lines:
        return True
    if coupon.product_id:
        return any(line.product_id == coupon.product_id for line in lines)
    if not coupon.category_id:
        return True
    with connection.cursor() as cursor:
        products = [line.product_id for line in lines]
        cursor.execute(IS_IN_CATEGORY, {"products": products, "category": coupon.category_id})
        return bool(cursor.fetchone()[0])


def refusal(coupon: Coupon, order: Order, lines: Sequence[OrderLine], at: dt.datetime, *, is_covered: bool) -> str:
    """Why the coupon does not go with this order, in words; empty when it does."""
    if coupon.customer_id != order.customer_id:
        return _("The coupon %(code)s belongs to another customer.") % {"code": coupon.code}
    if coupon.redeemed_at:
        return _("The coupon %(code)s was used on %(day)s.") % {
            "code": coupon.code,
            "day": date_format(coupon.redeemed_at.astimezone(shop_zone()).date()),
        }
    if coupon.expires_at and coupon.expires_at <= at:
        return _("The coupon %(code)s was good until %(day)s.") % {
            "code": coupon.code,
            "day": date_format(last_day(coupon.expires_at)),
        }
    if worth(order, lines) < coupon.minimum:
        return _("The coupon %(code)s is for orders from %(minimum)s.") % {
            "code": coupon.code,
            "minimum": number_format(coupon.minimum, 2, force_grouping=True),
        }
    if not is_covered:
        return _("The coupon %(code)s is for %(scope)s, which was not bought.") % {
            "code": coupon.code,
            "scope": coupon.product or coupon.category,
        }
    return ""


def worth(order: Order, lines: Sequence[OrderLine]) -> Decimal:
    """What the order came to before its discount, in the shop's currency."""
    if lines:
        return sum((line.quantity * line.price for line in lines), Decimal(0)) * order.rate
    return (order.total + order.discount) * order.rate
