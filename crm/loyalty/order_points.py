"""Points follow their order: what it earned and what it was paid with, after each return, cancellation and correction.

All is counted anew from the order as it stands, and the difference to what was written is written: called again with
nothing changed, nothing is.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import translation

from crm.events import is_history, record
from crm.locks import lock_all_current
from crm.loyalty.earning import earn_by_order, gift_of
from crm.loyalty.earning_terms import Terms, paid_for_goods, points_for, share_returned
from crm.loyalty.point_holds import sale_key, spend_for_sale
from crm.loyalty.points import PointsGift, give_points, refund_points, reverse_points
from crm.models import Earning, EventKind, LoyaltySettings, Order, OrderLine, PointsEntry

BATCH = 500


def order_came(order: Order, *, at: dt.datetime) -> None:
    """What tills spent by its number is of this order, and it earns. The caller places it, in a transaction."""
    PointsEntry.objects.filter(key=sale_key(order.number), order=None).update(order=order)
    earn_by_order(order, at=at)


@transaction.atomic
def follow_order(order: Order, *, at: dt.datetime) -> None:
    """Something of the order came back, was cancelled, corrected, or was not after all."""
    if not Earning.objects.filter(order=order).exists() and not _spendings(order):
        return
    lock_all_current([order.customer_id])
    lines = list(order.lines.all())
    paid = paid_for_goods(order, lines)
    for earning in Earning.objects.filter(order=order).select_related("customer").order_by("pk"):
        _become(earning, points_for(Terms.read(earning.terms), paid), order, at)
    for spent in _spendings(order):
        _give_back(spent, order, lines, at)


def _become(earning: Earning, points: int, order: Order, at: dt.datetime) -> None:
    change = points - earning.points
    if not change:
        return
    earning.points = points
    if earning.approved_at:
        earning.changes += 1
        key = f"earning:{earning.key}:{earning.changes}"
        reason = str(earning.terms.get("name", ""))
        if change > 0:
            give_points([PointsGift(earning.customer_id, change, key, at, reason, order_id=order.pk)])
        else:
            own = PointsEntry.objects.filter(order=order, customer=earning.customer_id, unspent__gt=0)
            reverse_points(
                earning.customer,
                -change,
                at=at,
                key=key,
                reason=reason,
                order=order,
                first=list(own.values_list("pk", flat=True)),
            )
    earning.save(update_fields=["points", "changes"])


def _spendings(order: Order) -> list[PointsEntry]:
    spent = PointsEntry.objects.filter(order=order, kind=PointsEntry.Kind.SPENDING, key__startswith="sale:")
    return list(spent.select_related("customer"))


def _give_back(spent: PointsEntry, order: Order, lines: list[OrderLine], at: dt.datetime) -> None:
    """As much of it as came back of the order, less what a till gave back by itself."""
    due = int(-spent.points * share_returned(order, lines))
    back = spent.undone_by.aggregate(sum=Sum("points"))["sum"] or 0
    key = f"{spent.key}#order:{spent.undone_by.count()}"
    if due > back:
        refund_points(spent, due - back, at=at, key=key)
    elif due < back and spent.undone_by.filter(key__startswith=f"{spent.key}#order:").exists():
        again = spent.undone_by.filter(key__startswith=f"{spent.key}#order:").aggregate(sum=Sum("points"))["sum"] or 0
        if points := min(back - due, again):
            first = list(spent.undone_by.filter(unspent__gt=0).values_list("pk", flat=True))
            reverse_points(
                spent.customer, points, at=at, key=key, reason=spent.reason, order=order, first=first, undoes=spent
            )


def spend_with_order(order: Order, points: int, *, at: dt.datetime) -> None:
    """An order says that it was paid with points. It stands whatever the balance: a refusal is noted in the story."""
    if is_history():
        return
    try:
        # Noted for staff, so in the shop's language.
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            spend_for_sale(order.customer, points, order.number, at=at, order=order)
    except ValueError as refused:
        record(
            EventKind.POINTS_REFUSED,
            customer=order.customer,
            order=order,
            occurred_at=at,
            source="crm",
            key=f"order:{order.number}:points:{points}",
            properties={"points": points, "reason": str(refused)},
        )


def approve_due(now: dt.datetime) -> int:
    """Put on balances what orders earned that can no longer be returned; how many earnings that were."""
    done, last = 0, 0
    days = LoyaltySettings.load().pending_days
    while due := _due(now - dt.timedelta(days=days), last):
        last = due[-1]
        done += _approve(due, now, days)
    return done


def _due(delivered_by: dt.datetime, after: int) -> list[int]:
    """Of an order that nobody says was delivered, nothing is due."""
    pending = Earning.objects.pending().filter(pk__gt=after, customer__erased_at=None)
    due = pending.filter(Q(order=None) | Q(order__cancelled_at=None, order__delivered_at__lte=delivered_by))
    return list(due.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _approve(ids: list[int], now: dt.datetime, days: int) -> int:
    """Read again under the lock: an order may have come back meanwhile."""
    whose = Earning.objects.filter(pk__in=ids).values_list("customer", flat=True)
    current = lock_all_current(whose)
    due = _due_again(ids, now - dt.timedelta(days=days))
    due = [one for one in due if one.customer_id in current]
    Earning.objects.filter(pk__in=[one.pk for one in due]).update(approved_at=now)
    give_points([gift_of(one, now) for one in due])
    return len(due)


def _due_again(ids: list[int], delivered_by: dt.datetime) -> list[Earning]:
    due = Earning.objects.pending().filter(pk__in=ids)
    return list(due.filter(Q(order=None) | Q(order__cancelled_at=None, order__delivered_at__lte=delivered_by)))


def pending_points(customer_ids: set[int]) -> dict[int, int]:
    """What each of these has coming."""
    pending = Earning.objects.pending().filter(customer__in=customer_ids).order_by().values("customer")
    return dict.fromkeys(customer_ids, 0) | dict(pending.annotate(sum=Sum("points")).values_list("customer", "sum"))


def due_on(order: Order) -> dt.datetime | None:
    """When its points come, once it is known when it was delivered."""
    days = LoyaltySettings.load().pending_days
    return order.delivered_at + dt.timedelta(days=days) if order.delivered_at else None


def follow_changed(since: dt.datetime, at: dt.datetime) -> int:
    """Orders that were changed by other means than the verbs, a file for example; how many were looked at."""
    changed = Order.objects.filter(changed_at__gte=since, changed_at__gt=F("created_at"))
    mine = changed.filter(Q(earnings__isnull=False) | Q(points__isnull=False)).distinct()
    orders = list(mine.order_by("pk"))
    for order in orders:
        follow_order(order, at=at)
    return len(orders)
