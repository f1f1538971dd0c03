"""What a correction would change, compared with the order as it stands and said in words. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import date, floatformat
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Order, OrderLine, Product
from crm.orders import amounts
from crm.orders.catalogue import LineData


@dataclass(frozen=True)
class Figures:
    """`new_lines` is None where they stay as they are."""

    lines: tuple[LineData, ...]
    new_lines: tuple[LineData, ...] | None
    total: Decimal
    discount: Decimal
    placed_at: dt.datetime
    kind: str
    are_sums_new: bool


def figures_typed(
    order: Order, bought: Sequence[OrderLine], lines: Sequence[LineData], facts: Mapping[str, Any]
) -> Figures:
    """ValueError in words for figures that cannot be. What the shop paid for a product stays as it was."""
    costs = {line.product.sku: line.cost for line in bought}
    priced = [replace(line, cost=costs.get(line.sku)) for line in lines]
    checked = amounts.check(order.number, priced, facts["total"], facts["discount"] or amounts.ZERO)
    are_lines_new = _in_order(checked.lines) != [(one.product.sku, one.quantity, one.price) for one in bought]
    return Figures(
        lines=checked.lines,
        new_lines=checked.lines if are_lines_new else None,
        total=checked.total,
        discount=checked.discount,
        placed_at=facts["placed_at"],
        kind=facts["kind"],
        are_sums_new=are_lines_new or (checked.total, checked.discount) != (order.total, order.discount),
    )


def changes_in_words(order: Order, bought: Sequence[OrderLine], figures: Figures) -> Iterator[str]:
    """A sentence for each figure that changes; none when they all stay."""
    if figures.new_lines is not None:
        yield from _changes_of_goods(bought, figures.lines)
    pairs = (
        (_("Discount"), _money(order, order.discount), _money(order, figures.discount)),
        (_("Total"), _money(order, order.total), _money(order, figures.total)),
        (_("Placed at"), _moment(order.placed_at), _moment(figures.placed_at)),
        (_("Kind"), Product.Kind(order.kind).label, Product.Kind(figures.kind).label),
    )
    for name, before, after in pairs:
        if before != after:
            yield f"{name}: {before} → {after}"


def _in_order(lines: Sequence[LineData]) -> list[tuple[str, Decimal, Decimal]]:
    return [(line.sku, line.quantity, line.price) for line in lines]


def _changes_of_goods(bought: Sequence[OrderLine], lines: Sequence[LineData]) -> Iterator[str]:
    names = {line.product.sku: str(line.product) for line in bought}
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for line in bought:
        before[line.product.sku].append(_goods(line.quantity, line.price))
    for told in lines:
        names.setdefault(told.sku, told.name or told.sku)
        after[told.sku].append(_goods(told.quantity, told.price))
    for sku in {**before, **after}:
        if before[sku] != after[sku]:
            yield f"{names[sku]}: {', '.join(before[sku]) or '—'} → {', '.join(after[sku]) or '—'}"


def _goods(quantity: Decimal, price: Decimal) -> str:
    return f"{floatformat(quantity, '-3g')} × {floatformat(price, '-4g')}"


def _money(order: Order, sum_of_money: Decimal) -> str:
    return f"{floatformat(sum_of_money, '2g')} {order.currency}"


def _moment(at: dt.datetime) -> str:
    return date(timezone.localtime(at), "SHORT_DATETIME_FORMAT")
