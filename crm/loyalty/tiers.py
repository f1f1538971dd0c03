"""Tiers: who belongs to which by what they bought or earned in twelve months. Up at once, down only after a notice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.db import connection, transaction

from crm.events import record_many
from crm.locks import lock_all_current
from crm.loyalty.coupon_conditions import last_day
from crm.loyalty.point_ends import months_later
from crm.models import CustomerTier, Event, EventKind, LoyaltySettings, Tier, TierReward
from crm.timezones import day_of, start_of

BATCH = 1_000
# What each customer's year came to. Money: less refunds, in the shop's currency. Points: as they stand after returns.
OF_MONEY = """
    SELECT customer_id, sum((total - refunded) * rate) FROM crm_order
    WHERE placed_at > %(since)s AND placed_at <= %(now)s AND cancelled_at IS NULL {whose} GROUP BY customer_id
"""
OF_POINTS = """
    SELECT customer_id, sum(points) FROM crm_earning
    WHERE earned_at > %(since)s AND earned_at <= %(now)s {whose} GROUP BY customer_id
"""
WHOSE = "AND customer_id = ANY(%(customers)s)"

TaskOpener = Callable[[int, TierReward, str, dt.datetime], None]
_openers: list[TaskOpener] = []


@dataclass(frozen=True)
class Change:
    """Somebody moved, or was told that they will: `tier` is where they are then."""

    kind: EventKind
    customer_id: int
    before: Tier | None
    tier: Tier | None
    number: int
    on: dt.datetime | None = None


def open_tasks_by(opener: TaskOpener) -> None:
    """How a reward that somebody has to see to becomes a task of staff: customer, reward, key, moment."""
    if opener not in _openers:
        _openers.append(opener)


def review_tiers(now: dt.datetime, customers: Collection[int] | None = None) -> int:
    """Bring these customers, or all, where they belong; how many moved or were told that they will."""
    tiers = list(Tier.objects.order_by("threshold"))
    if not tiers:
        return 0
    reached = sums_of_year(now, customers, least=tiers[0].threshold)
    members = CustomerTier.objects.all() if customers is None else CustomerTier.objects.filter(customer__in=customers)
    everyone = sorted({*reached, *members.values_list("customer", flat=True)})
    parts = (everyone[start : start + BATCH] for start in range(0, len(everyone), BATCH))
    return sum(_review(part, reached, tiers, now) for part in parts)


def sums_of_year(
    now: dt.datetime, customers: Collection[int] | None = None, least: Decimal = Decimal(0)
) -> dict[int, Decimal]:
    """What tiers count, for whoever has at least so much of it."""
    settings = LoyaltySettings.load()
    counted = OF_MONEY if settings.tier_basis == LoyaltySettings.TierBasis.MONEY else OF_POINTS
    since = start_of(months_later(day_of(now), -12))
    with connection.cursor() as cursor:
        whose = "" if customers is None else WHOSE
        cursor.execute(counted.format(whose=whose), {"since": since, "now": now, "customers": list(customers or ())})
        return {pk: Decimal(total) for pk, total in cursor.fetchall() if total >= least}


def tier_for(total: Decimal, tiers: Sequence[Tier]) -> Tier | None:
    return next((tier for tier in reversed(tiers) if tier.threshold <= total), None)


@transaction.atomic
def _review(ids: Sequence[int], reached: dict[int, Decimal], tiers: Sequence[Tier], now: dt.datetime) -> int:
    current = set(lock_all_current(ids).values()) & set(ids)
    standings = CustomerTier.objects.select_related("tier").filter(customer__in=current)
    known = {one.customer_id: one for one in standings}
    notice = dt.timedelta(days=LoyaltySettings.load().tier_notice_days)
    moves = [
        move
        for pk in sorted(current)
        if (move := _move(pk, known.get(pk), tier_for(reached.get(pk, Decimal(0)), tiers), now, notice))
    ]
    _write(moves)
    changes = [move.change for move in moves if move.change]
    record_many(_event(change, now) for change in changes)
    _open_tasks(changes, now)
    return len(changes)


@dataclass(frozen=True)
class Move:
    """A standing that is new, other than it was, or `is_over`, and what is told of it."""

    standing: CustomerTier
    change: Change | None
    is_over: bool = False


def _move(
    customer: int, standing: CustomerTier | None, wanted: Tier | None, now: dt.datetime, notice: dt.timedelta
) -> Move | None:
    """None where everything stays."""
    if standing is None:
        new = CustomerTier(customer_id=customer, tier=wanted, since=now) if wanted else None
        return Move(new, Change(EventKind.TIER_UP, customer, None, wanted, 0)) if new else None
    before = standing.tier
    if (wanted and wanted.threshold >= before.threshold) or standing.is_kept:
        return _stay_or_rise(standing, wanted, now)
    if standing.ends_at is None:
        standing.ends_at, standing.changes = now + notice, standing.changes + 1
        ending = Change(EventKind.TIER_ENDING, customer, before, wanted, standing.changes, standing.ends_at)
        return Move(standing, ending)
    return _fall(standing, wanted, now) if standing.ends_at <= now else None


def _stay_or_rise(standing: CustomerTier, wanted: Tier | None, now: dt.datetime) -> Move | None:
    before = standing.tier
    is_higher = wanted is not None and wanted.threshold > before.threshold
    if not is_higher and standing.ends_at is None:
        return None
    standing.ends_at, standing.changes = None, standing.changes + 1
    if not is_higher or wanted is None:
        return Move(standing, None)
    standing.tier, standing.since = wanted, now
    return Move(standing, Change(EventKind.TIER_UP, standing.customer_id, before, wanted, standing.changes))


def _fall(standing: CustomerTier, wanted: Tier | None, now: dt.datetime) -> Move:
    before = standing.tier
    standing.changes += 1
    change = Change(EventKind.TIER_DOWN, standing.customer_id, before, wanted, standing.changes)
    if wanted is not None:
        standing.tier, standing.since, standing.ends_at = wanted, now, None
    return Move(standing, change, is_over=wanted is None)


def _write(moves: Sequence[Move]) -> None:
    over = [move.standing.pk for move in moves if move.is_over]
    new = [move.standing for move in moves if move.standing._state.adding]
    other = [move.standing for move in moves if not move.is_over and not move.standing._state.adding]
    CustomerTier.objects.filter(pk__in=over).delete()
    CustomerTier.objects.bulk_create(new)
    CustomerTier.objects.bulk_update(other, ["tier", "since", "ends_at", "changes"])


def _event(change: Change, now: dt.datetime) -> Event:
    properties = {
        "tier": change.tier.pk if change.tier else None,
        "from": str(change.before or ""),
        "to": str(change.tier or ""),
    }
    if change.on:
        properties["on"] = last_day(change.on).isoformat()
    return Event(
        kind=change.kind,
        customer_id=change.customer_id,
        occurred_at=now,
        source="crm",
        key=f"tier:{change.customer_id}:{change.number}:{now.timestamp():.0f}",
        properties=properties,
    )


def _open_tasks(changes: Iterable[Change], now: dt.datetime) -> None:
    risen = [change for change in changes if change.kind == EventKind.TIER_UP and change.tier]
    if not risen:
        return
    rewards: dict[int, list[TierReward]] = {}
    for reward in TierReward.objects.select_related("tier").filter(
        tier__in={change.tier for change in risen}, opens_task=True
    ):
        rewards.setdefault(reward.tier_id, []).append(reward)
    for change, reward in chain.from_iterable(_pairs(change, rewards) for change in risen):
        for opener in _openers:
            opener(change.customer_id, reward, f"tier:{change.customer_id}:{reward.pk}:{now.timestamp():.0f}", now)


def _pairs(change: Change, rewards: dict[int, list[TierReward]]) -> Iterator[tuple[Change, TierReward]]:
    for reward in rewards.get(change.tier.pk if change.tier else 0, ()):
        yield change, reward


@transaction.atomic
def keep_tier(customer_id: int, tier: Tier | None, *, at: dt.datetime) -> None:
    """A manager puts somebody into a tier and keeps them there; None lets it follow their purchases again."""
    owner = lock_all_current([customer_id]).get(customer_id)
    if owner is None:
        return
    standing = CustomerTier.objects.select_related("tier").filter(customer=owner).first()
    if tier is None:
        CustomerTier.objects.filter(customer=owner).update(is_kept=False)
        return
    before = standing.tier if standing else None
    number = standing.changes + 1 if standing else 0
    since = standing.since if standing and before == tier else at
    CustomerTier.objects.update_or_create(
        customer_id=owner, defaults={"tier": tier, "since": since, "ends_at": None, "is_kept": True, "changes": number}
    )
    if before != tier:
        is_up = before is None or tier.threshold > before.threshold
        kind = EventKind.TIER_UP if is_up else EventKind.TIER_DOWN
        change = Change(kind, owner, before, tier, number)
        record_many([_event(change, at)])
        _open_tasks([change], at)
