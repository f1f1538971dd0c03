"""Recommendations in the demo shop: rewarded, held, doubtful, and friends who have not ordered yet."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

from config.demo.people import invent_person
from crm.customers.find_or_create import find_or_create
from crm.events import as_history
from crm.models import Customer, Order, Referral, ReferralProgramme
from crm.models.referral_programme import ReferralReward
from crm.referrals.codes import codes_of
from crm.referrals.first_orders import take_order
from crm.referrals.happenings import device_of, note_forwarded
from crm.referrals.joining import Arrival, ReferralRefused, join
from crm.referrals.settling import settle_all

DAY = dt.timedelta(days=1)
BROUGHT, NOT_YET, FROM_ONE_DEVICE = 28, 4, 5
LOOKED_BACK = 75 * DAY
CameBy = Referral.CameBy


def set_up_programme() -> ReferralProgramme:
    programme = ReferralProgramme.load()
    programme.is_on = True
    programme.recommender_kind, programme.recommender_value = ReferralReward.POINTS, Decimal(300)
    programme.friend_kind, programme.friend_value = ReferralReward.PERCENT, Decimal(10)
    programme.save()
    return programme


def recommend(random: Random, programme: ReferralProgramme, *, until: dt.datetime) -> None:
    """Regulars brought some of those whose first order is young; what is due by now is rewarded."""
    regulars = list(_regulars(until)[: BROUGHT // 2])
    if not regulars:
        return
    codes_of([one.pk for one in regulars], until)
    with as_history():
        for one in regulars:
            note_forwarded(one, "telegram", at=until - LOOKED_BACK)
        brought = _first_orders(until)
        odd = {order.pk for order in brought[-FROM_ONE_DEVICE:]}
        for number, order in enumerate(brought):
            _bring(regulars[0 if order.pk in odd else number % len(regulars)], order, programme, is_odd=order.pk in odd)
            settle_all(order.placed_at)
        for number in range(NOT_YET):
            _sign_up(random, regulars[number % len(regulars)], number, until - (number + 1) * DAY)
        settle_all(until)


def _regulars(until: dt.datetime) -> list[Customer]:
    """They had bought twice before anybody whom they brought."""
    before = until - LOOKED_BACK - 10 * DAY
    twice = Customer.objects.current().filter(stats__orders_count__gt=1, stats__first_order_at__lt=before)
    return list(twice.order_by("-stats__orders_count", "pk")[:BROUGHT])


def _first_orders(until: dt.datetime) -> list[Order]:
    young = Order.objects.counted().filter(placed_at__gt=until - LOOKED_BACK, customer__stats__orders_count=1)
    every = list(young.select_related("customer").order_by("placed_at"))
    return every[:: max(len(every) // BROUGHT, 1)][-BROUGHT:]


def _bring(recommender: Customer, order: Order, programme: ReferralProgramme, *, is_odd: bool) -> None:
    """Those from one device, to one and the same, are for a colleague to look at."""
    way = (CameBy.CODE, CameBy.FORM, CameBy.LINK)[order.pk % 3]
    device = device_of("198.51.100.7", "one and the same") if is_odd else ""
    try:
        referral = join(recommender, order.customer, Arrival(way, order.placed_at, device, order))
    except ReferralRefused:
        return
    take_order(referral, order, programme, order.placed_at)


def _sign_up(random: Random, recommender: Customer, number: int, at: dt.datetime) -> None:
    """On the page that the recommendation leads to; the order is still to come."""
    person = invent_person(random, number, at)
    friend = find_or_create(
        email=f"friend{number}@example.com",
        now=at,
        first_name=person.first_name,
        last_name=person.last_name,
        city=person.city,
        language=person.language_words.language,
        time_zone=person.time_zone,
    )
    join(recommender, friend, Arrival(CameBy.FORM, at))
