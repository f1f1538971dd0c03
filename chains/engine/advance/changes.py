"""Steps that were decided, or that change something about customers: written down and done once.

A statement for each change, however many customers it concerns, in advance's transaction.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from chains.engine.advance.walk_state import PassedStep
from chains.engine.local_time import DAY
from chains.engine.moments import by_moment, moment_of
from chains.models import Passage, Step
from chains.program.step import ProgramChange
from crm import loyalty
from crm.customers import attributes, tags
from crm.models import Customer

# Returning tells which are new: what somebody did at a step before is not done again.
WRITE = """
    INSERT INTO chains_passage (enrolment_id, step_key, arm_key, event_id, passed_at)
    SELECT passed.*
    FROM unnest(
        %(enrolment)s::bigint[], %(step)s::text[], %(arm)s::text[], %(event)s::bigint[], %(at)s::timestamptz[]
    ) AS passed
    ON CONFLICT (enrolment_id, step_key) DO NOTHING
    RETURNING enrolment_id, step_key
"""


class DuePassage(NamedTuple):
    enrolment_id: int
    customer_id: int
    passed: PassedStep
    # Somebody of the control group goes the same way, but nothing about them is changed.
    is_control: bool


def passed_steps(enrolments: Iterable[int]) -> dict[int, set[str]]:
    """The steps each has passed already: in a version they came from, these may have stood elsewhere."""
    passed: dict[int, set[str]] = defaultdict(set)
    for enrolment, step in Passage.objects.filter(enrolment__in=set(enrolments)).values_list("enrolment", "step_key"):
        passed[enrolment].add(step)
    return passed


def write_passages(passages: Sequence[DuePassage], now: dt.datetime) -> None:
    """Note the passages and make the changes of those that are new, a statement for each change."""
    if not passages:
        return
    columns: dict[str, Any] = {
        "enrolment": [one.enrolment_id for one in passages],
        "step": [one.passed.step.key for one in passages],
        "arm": [one.passed.arm_key for one in passages],
        "event": [one.passed.event_id for one in passages],
        "at": [moment_of(now, one.customer_id) for one in passages],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, columns)
        fresh = set(cursor.fetchall())
    changing = [one for one in passages if one.passed.step.change and not one.is_control]
    _make_all([one for one in changing if (one.enrolment_id, one.passed.step.key) in fresh], now)


def _make_all(passages: Sequence[DuePassage], now: dt.datetime) -> None:
    wanted: dict[ProgramChange, list[DuePassage]] = defaultdict(list)
    for one in passages:
        if one.passed.step.change:
            wanted[one.passed.step.change].append(one)
    for change, passing in wanted.items():
        MAKE_BY_KIND[change.kind](change, passing, now)


def _add_tag(change: ProgramChange, passing: Sequence[DuePassage], _now: dt.datetime) -> None:
    tags.add_tag(_customers(passing), change.name)


def _remove_tag(change: ProgramChange, passing: Sequence[DuePassage], _now: dt.datetime) -> None:
    tags.remove_tag(_customers(passing), change.name)


def _set_attribute(change: ProgramChange, passing: Sequence[DuePassage], now: dt.datetime) -> None:
    for at, some in by_moment(passing, now):
        attributes.set_attribute(_customers(some), change.name, change.value, at)


def _give_points(change: ProgramChange, passing: Sequence[DuePassage], now: dt.datetime) -> None:
    loyalty.give_points([_gift(change, one, moment_of(now, one.customer_id)) for one in passing])


def _issue_coupons(change: ProgramChange, passing: Sequence[DuePassage], now: dt.datetime) -> None:
    loyalty.issue_coupons(
        [coupon_draft(change, one.customer_id, _key(one), moment_of(now, one.customer_id)) for one in passing]
    )


# One for each kind of change; chains.definition.change_kinds has the rest of a kind.
MAKE_BY_KIND: dict[str, Callable[[ProgramChange, Sequence[DuePassage], dt.datetime], None]] = {
    Step.Change.ADD_TAG: _add_tag,
    Step.Change.REMOVE_TAG: _remove_tag,
    Step.Change.SET_ATTRIBUTE: _set_attribute,
    Step.Change.GIVE_POINTS: _give_points,
    Step.Change.ISSUE_COUPON: _issue_coupons,
}


def _customers(passing: Collection[DuePassage]) -> QuerySet[Customer]:
    return Customer.objects.current().filter(pk__in=[one.customer_id for one in passing])


def _gift(change: ProgramChange, one: DuePassage, now: dt.datetime) -> loyalty.PointsGift:
    return loyalty.PointsGift(
        customer_id=one.customer_id,
        points=change.points,
        key=_key(one),
        at=now,
        reason=one.passed.step.name,
        expires_at=now + change.days * DAY if change.days else None,
    )


def coupon_draft(
    change: ProgramChange, customer_id: int, key: str, at: dt.datetime, *, is_sent: bool = False
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


def _key(one: DuePassage) -> str:
    return reward_key(one.enrolment_id, one.passed.step.key)


def reward_key(enrolment_id: int, step_key: str) -> str:
    """What a step gives to somebody under way, it gives once."""
    return f"step:{enrolment_id}:{step_key}"
