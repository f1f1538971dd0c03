"""The one list of what staff may put between {{ and }}. Saving, help on the screen and samples all read it.

A new placeholder is a line here and its value: of a customer, an order, a product or the shop in context.py, of a
coupon, points or a tier in rewards.py, of a page of Encore's own in page_urls.py. What it looks like stands in
samples.py, or in sample.toml of each language where it is words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

LIQUID = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)


@dataclass(frozen=True)
class Placeholder:
    path: str
    meaning: StrOrPromise
    is_link: bool = False
    """Its value is a whole address, so a link may begin with it."""
    is_own_page: bool = False
    """It leads to a page of Encore's own, so what follows is neither the shop's to add nor worth tracking."""


# A value that is not known is empty: staff write {{ customer.first_name | default: "…" }} where that would show.
PLACEHOLDERS = (
    Placeholder("customer.first_name", _("first name")),
    Placeholder("customer.last_name", _("last name")),
    Placeholder("customer.name", _("first and last name")),
    Placeholder("customer.city", _("city")),
    Placeholder("order.number", _("order number")),
    Placeholder("order.total", _("order total with its currency")),
    Placeholder("order.placed_on", _("day of the order")),
    Placeholder("order.promised_on", _("day promised for delivery")),
    Placeholder("order.delivered_on", _("day of delivery")),
    Placeholder("order.appointment_at", _("day and time of the appointment")),
    Placeholder("order.tracking_number", _("tracking number")),
    Placeholder("order.products", _("everything bought, in one line")),
    Placeholder("order.lines", _("order lines, to go through with {% for line in order.lines %}")),
    Placeholder("order.receipt_url", _("link to the receipt"), is_link=True),
    Placeholder("product.name", _("the main thing bought")),
    Placeholder("product.picture_url", _("picture of the main thing bought"), is_link=True),
    Placeholder("product.quantity", _("how many of it")),
    Placeholder("product.price", _("its price, one of it")),
    Placeholder("product.url", _("its page in the shop"), is_link=True),
    Placeholder("product.instructions_url", _("its instructions"), is_link=True),
    Placeholder("product.warranty_until", _("last day of its warranty")),
    Placeholder("coupon.code", _("code of the coupon that the chain issued before the message")),
    Placeholder("coupon.offer", _("what the coupon gives: 10 %, free delivery")),
    Placeholder("coupon.until", _("last day of the coupon, counted from the sending of the message")),
    Placeholder("coupon.scope", _("the only category or product the coupon is for")),
    Placeholder("coupon.minimum", _("the least order the coupon is for")),
    Placeholder("points.balance", _("points on the balance")),
    Placeholder("points.expiring", _("points that are lost first, if within two weeks")),
    Placeholder("points.expiring_on", _("their last day")),
    Placeholder("points.pending", _("points to come, when orders can no longer be returned")),
    Placeholder("points.earned", _("points that this order earned")),
    Placeholder("points.earned_on", _("day when they come, once the order is delivered")),
    Placeholder("tier.name", _("tier the customer is in")),
    Placeholder("tier.rewards", _("what the tier brings, in one line")),
    Placeholder("tier.until", _("last day in the tier, for whoever will lose it")),
    Placeholder("tier.next", _("next tier")),
    Placeholder("tier.missing", _("what is missing to the next tier")),
    Placeholder("referral.code", _("the customer's code of recommendation")),
    Placeholder("referral.url", _("link that the customer passes on to friends"), is_link=True),
    Placeholder("referral.friend_gets", _("what a friend gets for the first order")),
    Placeholder("referral.recommender_gets", _("what the customer gets for a friend")),
    Placeholder("subscription.goods", _("what of their subscriptions comes next")),
    Placeholder("subscription.next_on", _("the day it comes")),
    Placeholder("subscription.total", _("what it costs today")),
    Placeholder("shop.name", _("name of the shop")),
    Placeholder("shop.support_contact", _("support contact")),
    Placeholder("shop.postal_address", _("postal address")),
    Placeholder("shop.site_url", _("shop's site"), is_link=True),
    Placeholder("shop.review_url", _("where reviews are left"), is_link=True),
    Placeholder(
        "my_page_url", _("the customer's own page: orders, subscriptions, questions"), is_link=True, is_own_page=True
    ),
    Placeholder("order_page_url", _("the page of this order there"), is_link=True, is_own_page=True),
    Placeholder("rate_url", _("page where the customer rates the order"), is_link=True, is_own_page=True),
    Placeholder("review_url", _("page where the customer writes a review"), is_link=True, is_own_page=True),
    Placeholder("rating_scale", _("1 2 3 4 5 to press; only in the text")),
    Placeholder("preferences_url", _("page where the customer chooses topics"), is_link=True, is_own_page=True),
    Placeholder("unsubscribe_url", _("page to unsubscribe"), is_link=True, is_own_page=True),
    Placeholder("reply_url", _("a reply to the message, by email"), is_link=True, is_own_page=True),
    Placeholder("kit_url", _("page with words, a picture and a code to forward"), is_link=True, is_own_page=True),
    Placeholder("telegram_url", _("page to get messages in Telegram"), is_link=True, is_own_page=True),
    Placeholder("push_url", _("page to get notifications"), is_link=True, is_own_page=True),
)
LINE_FIELDS = {"name", "quantity", "price", "sum", "picture_url"}
LOOP_FIELDS = {"index", "index0", "rindex", "rindex0", "first", "last", "length"}

KNOWN = frozenset(placeholder.path for placeholder in PLACEHOLDERS)
LINKS = frozenset(placeholder.path for placeholder in PLACEHOLDERS if placeholder.is_link)
OWN_PAGES = frozenset(placeholder.path for placeholder in PLACEHOLDERS if placeholder.is_own_page)
# Encore itself puts these names into a letter, so staff's own variables may not have them.
RESERVED = frozenset(path.split(".")[0] for path in KNOWN) | {
    "blocks", "links", "open_url", "question_url", "picture", "pictures", "preheader", "shown", "stop_url",
}  # fmt: skip
