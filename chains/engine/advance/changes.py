"""What steps change about customers: a statement for each change, however many customers, in advance's transaction."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from chains.engine.local_time import DAY
from chains.models import Step
from chains.program.step import Change
from crm import loyalty
from crm.customers import attributes, tags
from crm.models import Customer

if TYPE_CHECKING:
    from chains.engine.advance.passages import New


def make(passages: Sequence[New], now: dt.datetime) -> None:
    wanted: dict[Change, list[New]] = defaultdict(list)
    for one in passages:
        if one.passed.step.change:
            wanted[one.passed.step.change].append(one)
    for change, passing in wanted.items():
        _make(change, passing, now)


def _make(change: Change, passing: Sequence[New], now: dt.datetime) -> None:
    customers = Customer.objects.current().filter(pk__in=[one.customer_id for one in passing])
    if change.kind == Step.Change.ADD_TAG:
        tags.add_tag(customers, change.name)
    elif change.kind == Step.Change.REMOVE_TAG:
        tags.remove_tag(customers, change.name)
    elif change.kind == Step.Change.SET_ATTRIBUTE:
        attributes.put(customers, change.name, change.value, now)
    elif change.kind == Step.Change.GIVE_POINTS:
        loyalty.give_points([_gift(change, one, now) for one in passing])
    else:
        loyalty.issue_coupons([coupon_draft(change, one.customer_id, _key(one), now) for one in passing])


def _gift(change: Change, one: New, now: dt.datetime) -> loyalty.PointsGift:
    return loyalty.PointsGift(
        customer_id=one.customer_id,
        points=change.points,
        key=_key(one),
        at=now,
        reason=one.passed.step.name,
        expires_at=now + change.days * DAY if change.days else None,
    )


def coupon_draft(
    change: Change, customer_id: int, key: str, at: dt.datetime, *, is_sent: bool = False
) -> loyalty.CouponDraft:
    """Its term begins when the first message that shows it is sent."""
    return loyalty.CouponDraft(
        customer_id=customer_id,
        kind=change.coupon,
        key=key,
        at=at,
        is_sent=is_sent,
        value=Decimal(change.value) if change.value else None,
        gift=change.gift,
        category_id=change.category,
        product_id=change.product,
        minimum=Decimal(change.minimum),
        term_days=change.days,
    )


def _key(one: New) -> str:
    return reward_key(one.enrolment_id, one.passed.step.key)


def reward_key(enrolment_id: int, step_key: str) -> str:
    """What a step gives to somebody under way, it gives once."""
    return f"step:{enrolment_id}:{step_key}"
