"""Refunds of Shopify: money, goods, or neither, where goods were only edited out of an order."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from crm.intake.facts import NothingToRecord, OrderFact, RefundFact
from crm.intake.shops.shopify.lines import sku_of
from crm.intake.shops.shopify.order_bodies import Refund, RefundLine, Transaction

ZERO = Decimal(0)
GONE_BACK = frozenset({"return", "legacy_restock"})
FAILED = frozenset({"failure", "error"})


def refund_fact(body: dict[str, Any], told_at: dt.datetime) -> OrderFact:
    """Told by itself, it is a part of an order."""
    refund = Refund.model_validate(body)
    if any(one.test for one in refund.transactions):
        raise NothingToRecord(_("A refund of a test order."))
    if not is_return(refund):
        raise NothingToRecord(_("No money and no goods went back: the order was edited, and tells what is left of it."))
    return OrderFact(external_id=refund.order_id, told_at=told_at, refunds=(refund_of(refund, "", told_at),))


def refund_of(refund: Refund, currency: str, told_at: dt.datetime | None) -> RefundFact:
    """`currency` is the shop's, where it is known. Without a sum in it, goods come back at what was paid for them."""
    at = refund.processed_at or refund.created_at or told_at
    if at is None:
        raise ValueError(_("The refund %(id)s has no moment.") % {"id": refund.id})
    lines: dict[str, Decimal] = defaultdict(Decimal)
    for line in refund.refund_line_items:
        lines[sku_of(line.line_item)] += line.quantity
    amount = money_back(refund, currency)
    if amount is None and not lines:
        raise ValueError(_("The refund %(id)s is in another currency than the order's.") % {"id": refund.id})
    return RefundFact(refund.id, at, amount, {sku: quantity for sku, quantity in lines.items() if quantity} or None)


def is_return(refund: Refund) -> bool:
    """Whether anything went back. An edit that takes goods off an order is told as a refund of nothing."""
    is_back = any(line.restock_type in GONE_BACK for line in refund.refund_line_items)
    return is_back or any(one.amount for one in _paid_back(refund))


def money_back(refund: Refund, currency: str) -> Decimal | None:
    """In the shop's currency; None where it is told in another one only."""
    amounts = [_amount(one, currency or _currency_of(refund)) for one in _paid_back(refund)]
    return _worth(refund.refund_line_items) if None in amounts else sum(filter(None, amounts), ZERO)


def edited_away(refunds: Iterable[Refund]) -> dict[str, Decimal]:
    """How much of each line was taken off the order without being a return."""
    return _by_line(line for refund in refunds if not is_return(refund) for line in refund.refund_line_items)


def came_back(refunds: Iterable[Refund]) -> dict[str, Decimal]:
    return _by_line(line for refund in refunds if is_return(refund) for line in refund.refund_line_items)


def _by_line(lines: Iterable[RefundLine]) -> dict[str, Decimal]:
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        quantities[line.line_item_id or line.line_item.id] += line.quantity
    return dict(quantities)


def _paid_back(refund: Refund) -> list[Transaction]:
    return [one for one in refund.transactions if one.kind == "refund" and one.status not in FAILED]


def _amount(paid: Transaction, currency: str) -> Decimal | None:
    if paid.amount_set:
        return paid.amount_set.shop_money.amount
    return paid.amount if not currency or not paid.currency or paid.currency == currency else None


def _worth(lines: Iterable[RefundLine]) -> Decimal | None:
    """What these goods were paid with, where each of them says so in the shop's currency."""
    sets = [one for line in lines for one in (line.subtotal_set, line.total_tax_set)]
    return sum((one.shop_money.amount for one in sets if one), ZERO) if sets and all(sets[::2]) else None


def _currency_of(refund: Refund) -> str:
    sets = (line.subtotal_set for line in refund.refund_line_items)
    return next((one.shop_money.currency_code for one in sets if one), "")
