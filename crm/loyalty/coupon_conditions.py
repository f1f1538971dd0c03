"""What a coupon is good for, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Purchase:
    """What a coupon is to be used for, as far as it is known: what is not, the shop's word is taken for."""

    number: str = ""
    customer_id: int | None = None
    worth: Decimal | None = None
    """Before the discount."""
    product_ids: tuple[int, ...] | None = None


def purchase_of(order: Order) -> Purchase:
    lines = list(order.lines.all())
    return Purchase(
        order.number, order.customer_id, worth(order, lines), tuple(line.product_id for line in lines) or None
    )


def covers(coupon: Coupon, purchase: Purchase) -> bool:
    """Whether something it is for was bought."""
    if purchase.product_ids is None:
        return True
    if coupon.product_id:
        return coupon.product_id in purchase.product_ids
    if not coupon.category_id:
        return True
    with connection.cursor() as cursor:
        products = list(purchase.product_ids)
        cursor.execute(IS_IN_CATEGORY, {"products": products, "category": coupon.category_id})
        return bool(cursor.fetchone()[0])


def is_held_for(coupon: Coupon, number: str, at: dt.datetime) -> bool:
    return bool(number and coupon.held_for == number and coupon.held_until and at < coupon.held_until)


def refusal(coupon: Coupon, purchase: Purchase, at: dt.datetime, *, is_covered: bool) -> str:
    """Why the coupon does not go with this purchase, in words; empty when it does."""
    if None not in (purchase.customer_id, coupon.customer_id) and coupon.customer_id != purchase.customer_id:
        return _("The coupon %(code)s belongs to another customer.") % {"code": coupon.shown_code}
    if coupon.redeemed_at:
        return _("The coupon %(code)s was used on %(day)s.") % {
            "code": coupon.shown_code,
            "day": date_format(coupon.redeemed_at.astimezone(shop_zone()).date()),
        }
    is_held = is_held_for(coupon, purchase.number, at)
    if coupon.held_until and at < coupon.held_until and not is_held:
        return _("The coupon %(code)s is held for another sale until %(moment)s.") % {
            "code": coupon.shown_code,
            "moment": date_format(coupon.held_until.astimezone(shop_zone()), "DATETIME_FORMAT"),
        }
    if coupon.expires_at and coupon.expires_at <= at and not is_held:
        return _("The coupon %(code)s was good until %(day)s.") % {
            "code": coupon.shown_code,
            "day": date_format(last_day(coupon.expires_at)),
        }
    if coupon.starts_at and at < coupon.starts_at:
        return _("The coupon %(code)s is good from %(day)s on.") % {
            "code": coupon.shown_code,
            "day": date_format(coupon.starts_at.astimezone(shop_zone()).date()),
        }
    if coupon.batch and coupon.batch.ended_at:
        return _("The coupon %(code)s was withdrawn.") % {"code": coupon.shown_code}
    if purchase.worth is not None and purchase.worth < coupon.minimum:
        return _("The coupon %(code)s is for orders from %(minimum)s.") % {
            "code": coupon.shown_code,
            "minimum": number_format(coupon.minimum, 2, force_grouping=True),
        }
    if not is_covered:
        return _("The coupon %(code)s is for %(scope)s, which was not bought.") % {
            "code": coupon.shown_code,
            "scope": coupon.product or coupon.category,
        }
    return ""


def worth(order: Order, lines: Sequence[OrderLine]) -> Decimal:
    """What the order came to before its discount, in the shop's currency."""
    if lines:
        return sum((line.quantity * line.price for line in lines), Decimal(0)) * order.rate
    return (order.total + order.discount) * order.rate
