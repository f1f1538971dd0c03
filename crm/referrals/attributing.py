"""Which orders came by a recommendation: by who signed up before, a code in the order, or the link to the shop's site.

Every new order is looked at once, from the inbox: an order is never slower for it, nor lost when a worker dies.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from crm.loyalty.coupon_codes import normalise
from crm.models import (
    Coupon,
    Customer,
    Event,
    EventInbox,
    EventKind,
    Order,
    Referral,
    ReferralCode,
    ReferralProgramme,
)
from crm.referrals.codes import REF
from crm.referrals.first_orders import take_order
from crm.referrals.joining import Arrival, ReferralRefused, join

BATCH = 500
_IN_ADDRESS = re.compile(rf"[?&#]{REF}=([^&#]+)", re.IGNORECASE)
_IN_SOURCE = re.compile(r"^(?:ref|referral)[=:]\s*(.+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Hint:
    """A code that came with an order, and how."""

    came_by: str
    recommender_id: int


def attribute_waiting(now: dt.datetime) -> int:
    """Look at every new order; returns how many came by a recommendation."""
    total = 0
    while (found := attribute(now)) is not None:
        total += found
    return total


def attribute(now: dt.datetime, limit: int = BATCH) -> int | None:
    """None when nothing waits. Orders that nothing hints at cost a few queries for all of them together.

    No lock is held over the batch: whatever is decided is decided under the locks of two customers, and decided again
    it stays as it is. Two workers at one batch do some work twice, and nothing else.
    """
    inbox = EventInbox.objects.filter(consumer=EventInbox.Consumer.REFERRALS)
    waiting = dict(inbox.order_by("pk").values_list("pk", "event__order")[:limit])
    if not waiting:
        return None
    programme = ReferralProgramme.load()
    found = _attribute_all([pk for pk in waiting.values() if pk], programme, now) if programme.is_on else 0
    EventInbox.objects.filter(pk__in=waiting).delete()
    return found


def _attribute_all(order_ids: Collection[int], programme: ReferralProgramme, now: dt.datetime) -> int:
    orders = list(Order.objects.counted().filter(pk__in=order_ids).select_related("customer").order_by("placed_at"))
    hints = _hints(orders, programme)
    friends = Referral.objects.awaiting_order().filter(friend__in={order.customer_id for order in orders})
    awaited = set(friends.values_list("friend", flat=True))
    concerned = [order for order in orders if order.customer_id in awaited or order.pk in hints]
    return sum(_attribute(order, hints.get(order.pk), programme, now) for order in concerned)


def _attribute(order: Order, hint: Hint | None, programme: ReferralProgramme, now: dt.datetime) -> bool:
    referral = _awaited(order, programme) or (_joined_by(order, hint) if hint else None)
    return referral is not None and take_order(referral, order, programme, now)


def _awaited(order: Order, programme: ReferralProgramme) -> Referral | None:
    referral = Referral.objects.awaiting_order().filter(friend=order.customer_id).first()
    return None if referral is None or referral.is_late(order.placed_at, programme.window_days) else referral


def _joined_by(order: Order, hint: Hint) -> Referral | None:
    recommender = Customer.objects.filter(pk=hint.recommender_id).first()
    if recommender is None:
        return None
    try:
        return join(recommender, order.customer, Arrival(hint.came_by, order.placed_at, order=order))
    except ReferralRefused:
        return None


def _hints(orders: Sequence[Order], programme: ReferralProgramme) -> dict[int, Hint]:
    """By order: the code of the order itself, then its source, then the link by which its customer came to the site."""
    told = list(_told(orders, programme))
    codes = {code for _order, _how, code in told}
    owners = dict(ReferralCode.objects.filter(code__in=codes, customer__erased_at=None).values_list("code", "customer"))
    friends = _owners_of_coupons(codes - owners.keys())
    found: dict[int, Hint] = {}
    for order_id, how, code in told:
        if code in owners:
            found.setdefault(order_id, Hint(how, owners[code]))
        elif code in friends:
            found.setdefault(order_id, Hint(Referral.CameBy.COUPON, friends[code]))
    return found


def _told(orders: Sequence[Order], programme: ReferralProgramme) -> Iterator[tuple[int, str, str]]:
    for order in orders:
        if order.coupon_code:
            yield order.pk, Referral.CameBy.CODE, normalise(order.coupon_code)
        if named := _IN_SOURCE.match(order.source):
            yield order.pk, Referral.CameBy.CODE, normalise(named[1])
        if isinstance(named_by_shop := order.customer.attributes.get(REF), str):
            yield order.pk, Referral.CameBy.CODE, normalise(named_by_shop)
    yield from _visited(orders, programme)


def _visited(orders: Sequence[Order], programme: ReferralProgramme) -> Iterator[tuple[int, str, str]]:
    """Pages of the shop's site that were opened by a link with a code, the last first."""
    if not orders:
        return
    since = min(order.placed_at for order in orders) - dt.timedelta(days=programme.window_days)
    views = Event.objects.filter(
        Q(properties__url__icontains=f"{REF}="),
        customer__in={order.customer_id for order in orders},
        kind=EventKind.PAGE_VIEWED,
        occurred_at__gte=since,
    ).order_by("-occurred_at")
    seen = list(views.values_list("customer", "occurred_at", "properties__url"))
    window = dt.timedelta(days=programme.window_days)
    for order in orders:
        for customer, at, url in seen:
            is_theirs = customer == order.customer_id and order.placed_at - window <= at <= order.placed_at
            if is_theirs and (named := _IN_ADDRESS.search(str(url))):
                yield order.pk, Referral.CameBy.LINK, normalise(named[1])


def _owners_of_coupons(codes: Iterable[str]) -> dict[str, int]:
    """Who recommended the friend whose welcome somebody else brought: as a guest, or passed on further."""
    coupons = Coupon.objects.filter(code__in=list(codes), key__startswith="referral:", key__endswith=":friend")
    by_referral = {int(key.split(":")[1]): code for code, key in coupons.values_list("code", "key")}
    found = Referral.objects.filter(pk__in=by_referral, recommender__erased_at=None)
    return {by_referral[pk]: recommender for pk, recommender in found.values_list("pk", "recommender")}
