"""What an occasion earns: which rules fit, and what each comes to. Once for each rule and occasion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum

from crm.events import is_history, record_many
from crm.locks import lock_all_current
from crm.loyalty import audience
from crm.loyalty.earning_terms import WHOLE, Terms, paid_for_goods, points_for
from crm.loyalty.points import PointsGift, give_points
from crm.models import CustomerTier, Earning, EarningRule, Event, EventKind, Order, OrderLine
from crm.timezones import day_of, start_of

Occasion, Way = EarningRule.Occasion, EarningRule.Way

# Which of these products are of which of these categories, or of a category within it.
IN_CATEGORIES = """
    WITH RECURSIVE above AS (
        SELECT id AS product, category_id AS category FROM crm_product WHERE id = ANY(%(products)s)
        UNION
        SELECT above.product, parent.parent_id FROM above JOIN crm_category AS parent ON parent.id = above.category
    )
    SELECT category, product FROM above WHERE category = ANY(%(categories)s)
"""


def earn_by_order(order: Order, *, at: dt.datetime) -> int:
    """What a new order earns, to come when it can no longer be returned; how many rules that were.

    Of a shop's past nothing is earned. The caller holds the order.
    """
    if is_history():
        return 0
    rules = _rules(EarningRule.OF_ORDERS, at, order)
    if not any(rule.way != Way.TIMES for rule in rules):
        return 0
    owner = lock_all_current([order.customer_id]).get(order.customer_id)
    if owner is None:
        return 0
    earned = earnings_of(order, list(order.lines.all()), rules, owner, at)
    made = Earning.objects.bulk_create(earned, ignore_conflicts=True)
    if points := sum(one.points for one in earned):
        properties = {"points": points, "number": order.number}
        key = f"order:{order.number}:earned"
        record_many(
            [
                Event(
                    kind=EventKind.POINTS_EARNED,
                    customer_id=owner,
                    order_id=order.pk,
                    occurred_at=at,
                    source="crm",
                    key=key,
                    properties=properties,
                )
            ]
        )
    return len(made)


def earnings_of(
    order: Order, lines: Sequence[OrderLine], rules: Sequence[EarningRule], owner: int, at: dt.datetime
) -> list[Earning]:
    """Not saved."""
    paid = paid_for_goods(order, lines)
    scopes = _scopes(rules, [line.product_id for line in lines])
    times = _tier_times(owner)
    earned = []
    for rule in rules:
        if rule.way == Way.TIMES or not audience.among(rule.audience, at, [owner]):
            continue
        terms = _terms(rule, rules, scopes, lines, owner, times, at)
        terms = replace(terms, most=_most(rule, owner, at))
        if points := points_for(terms, paid):
            earned.append(_earning(rule, terms, owner, points, f"order:{order.pk}", at, order.pk))
    return earned


def earn(occasion: str, customer_ids: Iterable[int], *, key: str, at: dt.datetime) -> int:
    """What something else than an order earns, at once; how many times a rule gave points.

    `key` tells this occasion from all others of these customers: nothing is given twice for it.
    """
    if is_history():
        return 0
    rules = _rules([occasion], at)
    return sum(_earn(rule, set(customer_ids), key, at) for rule in rules)


@transaction.atomic
def _earn(rule: EarningRule, customers: Collection[int], key: str, at: dt.datetime) -> int:
    current = lock_all_current(audience.among(rule.audience, at, customers))
    terms = Terms(rule.name, rule.way, rule.points)
    known = set(
        Earning.objects.filter(rule=rule, key__in=[_key(rule, key, pk) for pk in current]).values_list("key", flat=True)
    )
    new = []
    for pk, owner in current.items():
        most = _most(rule, owner, at)
        points = rule.points if most is None else min(rule.points, most)
        if points and _key(rule, key, pk) not in known:
            new.append(_earning(rule, terms, owner, points, f"{key}:{pk}", at))
    for one in new:
        one.approved_at = at
    Earning.objects.bulk_create(new, ignore_conflicts=True)
    return give_points([gift_of(one, at) for one in new])


def gift_of(earning: Earning, at: dt.datetime) -> PointsGift:
    return PointsGift(
        earning.customer_id,
        earning.points,
        f"earning:{earning.key}",
        at,
        reason=earning.terms.get("name", ""),
        order_id=earning.order_id,
    )


def _key(rule: EarningRule, key: str, customer_id: int) -> str:
    return f"rule:{rule.pk}:{key}:{customer_id}"


def _earning(
    rule: EarningRule,
    terms: Terms,
    owner: int,
    points: int,
    occasion: str,
    at: dt.datetime,
    order_id: int | None = None,
) -> Earning:
    return Earning(
        customer_id=owner,
        order_id=order_id,
        rule=rule,
        terms=terms.kept(),
        points=points,
        earned_at=at,
        key=f"rule:{rule.pk}:{occasion}",
    )


def _rules(occasions: Iterable[str], at: dt.datetime, order: Order | None = None) -> list[EarningRule]:
    rules = list(EarningRule.objects.at(day_of(at)).filter(occasion__in=list(occasions)))
    if order and any(rule.occasion == Occasion.FIRST_ORDER for rule in rules) and not _is_first(order):
        rules = [rule for rule in rules if rule.occasion != Occasion.FIRST_ORDER]
    return rules


def _is_first(order: Order) -> bool:
    others = Order.objects.counted().filter(customer=order.customer_id).exclude(pk=order.pk)
    return not others.filter(placed_at__lte=order.placed_at).exists()


def _scopes(rules: Sequence[EarningRule], product_ids: Sequence[int]) -> dict[int, set[int]]:
    """The products, of these, of each category that a rule names."""
    categories = {rule.category_id for rule in rules if rule.category_id}
    found: dict[int, set[int]] = {pk: set() for pk in categories}
    if categories and product_ids:
        with connection.cursor() as cursor:
            cursor.execute(IN_CATEGORIES, {"products": list(product_ids), "categories": list(categories)})
            for category, product in cursor.fetchall():
                found[category].add(product)
    return found


def _covers(rule: EarningRule, product_id: int, scopes: Mapping[int, set[int]]) -> bool:
    if rule.product_id:
        return product_id == rule.product_id
    return not rule.category_id or product_id in scopes[rule.category_id]


def _terms(
    rule: EarningRule,
    rules: Sequence[EarningRule],
    scopes: Mapping[int, set[int]],
    lines: Sequence[OrderLine],
    owner: int,
    tier_times: Decimal,
    at: dt.datetime,
) -> Terms:
    """Of several rules that multiply the most generous holds, times what the tier gives; 0 forbids."""
    times = [one for one in rules if one.way == Way.TIMES and audience.among(one.audience, at, [owner])]
    factors: dict[str, str] = {}
    for product in {line.product_id for line in lines}:
        if _covers(rule, product, scopes):
            factors[str(product)] = str(_factor(times, product, scopes) * tier_times)
    if not lines and not rule.category_id and not rule.product_id:
        everywhere = [one for one in times if not one.category_id and not one.product_id]
        factors[WHOLE] = str(_factor(everywhere, 0, scopes) * tier_times)
    return Terms(rule.name, rule.way, rule.points, str(rule.per), factors)


def _factor(times: Sequence[EarningRule], product: int, scopes: Mapping[int, set[int]]) -> Decimal:
    found = [one.times for one in times if _covers(one, product, scopes)]
    return Decimal(0) if Decimal(0) in found else max(found, default=Decimal(1))


def _tier_times(owner: int) -> Decimal:
    tier = CustomerTier.objects.filter(customer=owner).values_list("tier__times", flat=True).first()
    return tier or Decimal(1)


def _most(rule: EarningRule, owner: int, at: dt.datetime) -> int | None:
    """What the rule still gives this customer for one occasion, in the month of the shop."""
    caps = [] if rule.most_by_order is None else [rule.most_by_order]
    if rule.most_by_month is not None and rule.pk:
        month = start_of(day_of(at).replace(day=1))
        earned = Earning.objects.filter(rule=rule, customer=owner, earned_at__gte=month, earned_at__lte=at)
        caps.append(max(rule.most_by_month - (earned.aggregate(sum=Sum("points"))["sum"] or 0), 0))
    return min(caps, default=None)
