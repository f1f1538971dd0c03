"""The arithmetic of an order: what it comes to and what a return takes back. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from crm.models import Order, OrderLine
from crm.orders.catalogue import PRICE_STEP, LineData
from crm.placeholders import is_no_id

ZERO = Decimal(0)
CENT = Decimal("0.01")
THOUSANDTH = Decimal("0.001")
# A unit below what the columns hold, so that rounding up still fits.
LARGEST_TOTAL = Decimal(10) ** 12 - 1
LARGEST_PRICE = Decimal(10) ** 10 - 1
LARGEST_QUANTITY = Decimal(10) ** 9 - 1


class UnknownGoods(ValueError):
    """A return names goods that the order does not hold, in words: they may have been added to it since."""


@dataclass(frozen=True)
class OrderAmounts:
    """An order's figures, known to be storable."""

    lines: tuple[LineData, ...]
    total: Decimal
    discount: Decimal


@dataclass(frozen=True)
class ReturnAmounts:
    """What comes back: money, and how much of each order line (by its id)."""

    amount: Decimal
    quantities: Mapping[int, Decimal] = field(default_factory=dict)


def check(number: str, lines: Sequence[LineData], total: Decimal | None, discount: Decimal) -> OrderAmounts:
    """The figures of a new order; ValueError names the order or line and what is wrong there."""
    if not number.strip() or len(number) > 100 or "\0" in number:
        raise ValueError(_("An order needs a number of 1 to 100 characters."))
    check_number(number)
    checked = tuple(_line(line, number, position) for position, line in enumerate(lines, start=1))
    where = _("order %(number)s") % {"number": number}
    amount(
        sum((line.quantity * max(line.price, line.cost or ZERO) for line in checked), ZERO),
        where,
        _("total"),
        LARGEST_TOTAL,
    )
    off = amount(discount, where, _("discount"), LARGEST_TOTAL).quantize(CENT, ROUND_HALF_UP)
    if total is None:
        if not checked:
            raise ValueError(_("%(place)s: needs a total or lines.") % {"place": where})
        total = sum((line.quantity * line.price for line in checked), ZERO) - off
        if total < 0:
            raise ValueError(_("%(place)s: the discount is larger than the goods.") % {"place": where})
    return OrderAmounts(checked, amount(total, where, _("total"), LARGEST_TOTAL).quantize(CENT, ROUND_HALF_UP), off)


def check_number(number: str) -> None:
    """ValueError for what stands in place of a number: all orders without one would be one order."""
    if is_no_id(number):
        raise ValueError(
            _("“%(number)s” is no number of an order: it stands where there is none.") % {"number": number}
        )


def amount(value: Any, where: str, name: str, largest: Decimal) -> Decimal:
    """A number from nought up to below `largest`."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(_("%(place)s: %(name)s is not a number.") % {"place": where, "name": name})
    if number < 0:
        raise ValueError(_("%(place)s: %(name)s is below zero.") % {"place": where, "name": name})
    if number >= largest:
        raise ValueError(_("%(place)s: %(name)s is too large.") % {"place": where, "name": name})
    return number


def returned(
    order: Order, lines: Sequence[OrderLine], money: Decimal | None, wanted: Mapping[str, Decimal] | None
) -> ReturnAmounts:
    """What a return takes back; ValueError when more was asked for than is left of the order.

    What goods come to is worked out, not asked for: where part of it was given back before, the rest is.
    """
    rest = order.total - order.refunded
    left = {line.pk: line.kept_quantity for line in lines if line.kept_quantity}
    # A part told after all came back is part of that.
    if (money is None and wanted is None) or (order.returned_at and not rest and not left):
        return ReturnAmounts(rest, left)
    where = _("order %(number)s") % {"number": order.number}
    quantities = _taken(lines, wanted or {}, where)
    if money is None:
        return ReturnAmounts(min(_paid_for(order, lines, quantities), rest), quantities)
    back = amount(money, where, _("refund"), LARGEST_TOTAL).quantize(CENT, ROUND_HALF_UP)
    if back > rest:
        raise ValueError(
            _("%(place)s: %(asked)s cannot be given back, %(rest)s is left.")
            % {"place": where, "asked": back, "rest": rest}
        )
    return ReturnAmounts(back, quantities)


def _line(line: LineData, number: str, position: int) -> LineData:
    where = _("order %(number)s, line %(line)s") % {"number": number, "line": position}
    sku = _sku(line, where)
    if not sku or len(sku) > 100 or "\0" in sku:
        raise ValueError(_("%(place)s: needs a SKU of 1 to 100 characters.") % {"place": where})
    quantity = amount(line.quantity, where, _("quantity"), LARGEST_QUANTITY).quantize(THOUSANDTH, ROUND_HALF_UP)
    if not quantity:
        raise ValueError(_("%(place)s: quantity is zero.") % {"place": where})
    price = _price(line.price, where, _("price"))
    cost = None if line.cost is None else _price(line.cost, where, _("cost"))
    return replace(line, sku=sku, quantity=quantity, price=price, cost=cost)


def _sku(line: LineData, where: str) -> str:
    """In place of a placeholder stands the name, or goods that have nothing to do with each other would be one."""
    sku, name = line.sku.strip(), line.name.strip()[:100]
    if not sku or not is_no_id(sku):
        return sku
    if is_no_id(name):
        raise ValueError(
            _("%(place)s: “%(sku)s” is no SKU, and the goods have no name.") % {"place": where, "sku": sku}
        )
    return name


def _price(value: Any, where: str, name: str) -> Decimal:
    return amount(value, where, name, LARGEST_PRICE).quantize(PRICE_STEP, ROUND_HALF_UP)


def _taken(lines: Sequence[OrderLine], wanted: Mapping[str, Decimal], where: str) -> dict[int, Decimal]:
    """How much of each line comes back, the lines of one SKU filled in their order."""
    unknown = wanted.keys() - {line.product.sku for line in lines}
    if unknown:
        raise UnknownGoods(_("%(place)s: has no %(sku)s.") % {"place": where, "sku": ", ".join(sorted(unknown))})
    left = {sku: amount(quantity, where, _("quantity"), LARGEST_QUANTITY) for sku, quantity in wanted.items()}
    taken: dict[int, Decimal] = {}
    for line in lines:
        part = min(left.get(line.product.sku, ZERO), line.quantity - line.returned_quantity)
        if part:
            taken[line.pk] = part
            left[line.product.sku] -= part
    for sku, beyond in left.items():
        if beyond:
            asked, rest = (f"{quantity.normalize():f}" for quantity in (wanted[sku], wanted[sku] - beyond))
            raise ValueError(
                _("%(place)s: %(asked)s × %(sku)s cannot come back, %(rest)s is left.")
                % {"place": where, "asked": asked, "sku": sku, "rest": rest}
            )
    return taken


def _paid_for(order: Order, lines: Sequence[OrderLine], quantities: Mapping[int, Decimal]) -> Decimal:
    """What the customer paid for these goods: their price, less their share of the discount."""
    listed = sum((line.quantity * line.price for line in lines), ZERO)
    if not listed:
        return ZERO
    back = sum((quantities.get(line.pk, ZERO) * line.price for line in lines), ZERO)
    return (order.total * back / listed).quantize(CENT, ROUND_HALF_UP)
