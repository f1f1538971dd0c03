"""What is left of the goods of orders: their terms, and why a message about them has nothing to speak of any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Min

from chains.models import Touch
from chains.program.goods import ANNIVERSARY, REPURCHASE, WARRANTY_END
from crm.models import Order, OrderLine
from crm.models.order import OrderLineQuerySet

TERM_COLUMNS: dict[str, str] = {WARRANTY_END: "product__warranty_months", REPURCHASE: "product__repurchase_days"}


class GoodsTerms(NamedTuple):
    """The shortest terms among an order's goods."""

    warranty_months: int | None
    repurchase_days: int | None


class OrderTerm(NamedTuple):
    """An order and one of the terms that chains.program.goods names."""

    order_id: int
    term: str


def terms(order_ids: Iterable[int]) -> dict[int, GoodsTerms]:
    """By order, of what of it is kept; where nothing is, as it was bought, so that the plan keeps its days.

    A message on such a day finds no goods (`gone`).
    """
    wanted = set(order_ids)
    if not wanted:
        return {}
    months, days = (_shortest(term, wanted) for term in (WARRANTY_END, REPURCHASE))
    return {order: GoodsTerms(months.get(order), days.get(order)) for order in months.keys() | days.keys()}


def gone(asked: Collection[OrderTerm]) -> dict[OrderTerm, str]:
    """The reason for which nothing is left to speak of, for those of which nothing is."""
    orders_of: dict[str, set[int]] = defaultdict(set)
    for order_id, term in asked:
        orders_of[term].add(order_id)
    return {
        OrderTerm(order, term): reason
        for term, orders in orders_of.items()
        for order, reason in (_gone_orders(orders) if term == ANNIVERSARY else _gone_goods(term, orders)).items()
    }


def _gone_orders(orders: set[int]) -> dict[int, str]:
    kept = Order.objects.kept().filter(pk__in=orders).values_list("pk", flat=True)
    return dict.fromkeys(orders.difference(kept), Touch.Reason.GOODS_GONE.value)


def _gone_goods(term: str, orders: set[int]) -> dict[int, str]:
    """An order none of whose goods ever had the term is not asked: its chain said what to do then."""
    lines = _with_term(term, orders)
    bought, kept, standing = (
        set(some.order_by().values_list("order", flat=True)) for some in (lines, lines.kept(), _standing(term, lines))
    )
    again = dict.fromkeys(kept - standing, Touch.Reason.BOUGHT_AGAIN.value)
    return dict.fromkeys(bought - kept, Touch.Reason.GOODS_GONE.value) | again


def _shortest(term: str, orders: set[int]) -> dict[int, int]:
    lines = _with_term(term, orders)
    found: dict[int, int] = {}
    for some in (lines, _standing(term, lines)):
        found |= dict(some.order_by().values_list("order").annotate(Min(TERM_COLUMNS[term])))
    return found


def _with_term(term: str, orders: set[int]) -> OrderLineQuerySet:
    return OrderLine.objects.filter(order__in=orders).exclude(**{TERM_COLUMNS[term]: None})


def _standing(term: str, lines: OrderLineQuerySet) -> OrderLineQuerySet:
    """Those the term still counts for: what was bought again runs out by the newest purchase."""
    return lines.kept().bought_last() if term == REPURCHASE else lines.kept()
