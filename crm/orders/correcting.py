"""An order told anew: other figures, other details, a moment taken back. The newest word about each field wins.

`Order.told` keeps when each field was last told, so that an older word arriving late changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from crm.field_checks import check_fields
from crm.figures import stats
from crm.locks import lock_fact
from crm.loyalty import follow_order
from crm.models import EventKind, Order, OrderLine, Product
from crm.orders import amounts
from crm.orders.catalogue import LineData, products_for
from crm.orders.order_events import check_moment, stamp, write

FIGURES = ("lines", "total", "discount")


@transaction.atomic
def correct_figures(
    order: Order,
    *,
    told_at: dt.datetime,
    lines: Sequence[LineData] | None = None,
    total: Decimal | None = None,
    discount: Decimal | None = None,
    again: Sequence[str] = (),
) -> Order:
    """Other goods or sums than before. ValueError when less would remain than was already returned or refunded.

    Of an order that all came back, another total is given back too: it leaves no revenue.
    `again` are moments told with them once more as they are known.
    """
    lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    if not is_news(order, "figures", told_at):
        return order
    bought = list(order.lines.select_related("product").order_by("pk"))
    told = lines if lines is not None else [_told(line) for line in bought]
    figures = amounts.check(order.number, told, total, order.discount if discount is None else discount)
    if is_given_back := _all_came_back(order, bought) and _quantities(bought) == _quantities(figures.lines):
        order.refunded = figures.total
    if figures.total < order.refunded:
        raise ValueError(
            _("order %(number)s: its total of %(total)s is less than the %(refunded)s already refunded.")
            % {"number": order.number, "total": figures.total, "refunded": order.refunded}
        )
    is_other = lines is not None and not _are_same(bought, figures.lines)
    if is_other:
        _replace_lines(order, bought, figures.lines)
    before, discount_before = order.total, order.discount
    order.total, order.discount = figures.total, figures.discount
    note_told(order, ["figures", *(name for name in again if is_news(order, name, told_at))], told_at)
    order.save(update_fields=["total", "discount", "told", *["refunded"] * is_given_back])
    if not is_other and (before, discount_before) == (order.total, order.discount):
        return order
    if before != order.total:
        write(
            order,
            EventKind.ORDER_CORRECTED,
            at=told_at,
            key=f"corrected:{stamp(told_at)}",
            **{"from": str(before), "to": str(order.total)},
        )
    stats.refresh([order.customer_id])
    follow_order(order, at=told_at)
    return order


@transaction.atomic
def correct_details(order: Order, *, told_at: dt.datetime, **details: Any) -> Order:
    """Tracking number, receipt link, responsible person and the like."""
    lock_fact(order)
    news = [name for name, value in details.items() if is_news(order, name, told_at) and getattr(order, name) != value]
    for name in news:
        setattr(order, name, details[name])
    if news:
        check_fields(order, _("order %(number)s") % {"number": order.number})
        note_told(order, news, told_at)
        order.save(update_fields=[*news, "told"])
    return order


@transaction.atomic
def note_again(order: Order, moments: Sequence[str], told_at: dt.datetime) -> Order:
    """These are told again as they are known: an older word that says otherwise may come late."""
    if not any(_is_newer(order, name, told_at) for name in moments):
        return order
    lock_fact(order)
    if newer := [name for name in moments if _is_newer(order, name, told_at)]:
        note_told(order, newer, told_at)
        order.save(update_fields=["told"])
    return order


@transaction.atomic
def take_id(order: Order, external_id: str) -> Order:
    """An order known by its number alone is named by an id of the shop, and known by that from now on."""
    lock_fact(order)
    if not order.external_id:
        order.external_id = external_id
        check_fields(order, _("order %(number)s") % {"number": order.number})
        order.save(update_fields=["external_id"])
    return order


@transaction.atomic
def take_back(order: Order, moment: str, *, at: dt.datetime) -> Order:
    """What was said to have happened did not: an order cancelled by mistake counts again."""
    check_moment(at)
    lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    before: dt.datetime | None = getattr(order, moment)
    if (before and before > at) or not is_news(order, moment, at):
        return order
    setattr(order, moment, None)
    # Also where it was never said to have happened: an older word that it did may come late.
    note_told(order, [moment], at)
    order.save(update_fields=[moment, "told"])
    if before is None:
        return order
    write(
        order,
        EventKind.ORDER_MOMENT_UNDONE,
        at=at,
        key=f"undone:{moment}:{stamp(before)}:{stamp(at)}",
        moment=moment.removesuffix("_at"),
        **{"from": before.isoformat()},
    )
    stats.refresh([order.customer_id])
    follow_order(order, at=at)
    return order


@transaction.atomic
def correct_placing(
    order: Order, *, told_at: dt.datetime, placed_at: dt.datetime | None = None, kind: str = ""
) -> Order:
    """Another moment or kind than was typed: figures count by them."""
    lock_fact(order, lambda customer_id: stats.lock([customer_id]))
    told = {"placed_at": placed_at, "kind": kind}
    news = {
        name: value
        for name, value in told.items()
        if value and is_news(order, name, told_at) and getattr(order, name) != value
    }
    if placed_at:
        check_moment(placed_at)
    for name, value in news.items():
        before = getattr(order, name)
        setattr(order, name, value)
        properties = {"what": name, "from": _as_text(before), "to": _as_text(value)}
        write(order, EventKind.ORDER_CORRECTED, at=told_at, key=f"corrected:{name}:{stamp(told_at)}", **properties)
    if news:
        check_fields(order, _("order %(number)s") % {"number": order.number})
        note_told(order, list(news), told_at)
        order.save(update_fields=[*news, "told"])
        stats.refresh([order.customer_id])
    return order


def is_news(order: Order, name: str, told_at: dt.datetime) -> bool:
    last = order.told.get(name)
    return last is None or dt.datetime.fromisoformat(last) <= told_at


def _is_newer(order: Order, name: str, told_at: dt.datetime) -> bool:
    last = order.told.get(name)
    return last is None or dt.datetime.fromisoformat(last) < told_at


def note_told(order: Order, names: Sequence[str], told_at: dt.datetime) -> None:
    order.told = {**order.told, **as_told(names, told_at)}


def as_told(names: Sequence[str], told_at: dt.datetime) -> dict[str, str]:
    """For `Order.told`: these fields were told at this moment."""
    return dict.fromkeys(names, told_at.isoformat())


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def _all_came_back(order: Order, bought: Sequence[OrderLine]) -> bool:
    is_money_back = order.returned_at is not None and 0 < order.total == order.refunded
    return is_money_back and all(line.returned_quantity == line.quantity for line in bought)


def _quantities(lines: Sequence[OrderLine | LineData]) -> dict[str, Decimal]:
    """How much there is of each SKU."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        found[line.product.sku if isinstance(line, OrderLine) else line.sku] += line.quantity
    return dict(found)


def _told(line: OrderLine) -> LineData:
    return LineData(line.product.sku, line.quantity, line.price, line.cost)


def _are_same(bought: Sequence[OrderLine], told: Sequence[LineData]) -> bool:
    """Most words about an order tell its goods once more. Told without their cost, they keep that of their day."""
    return len(bought) == len(told) and all(
        (line.product.sku, line.quantity, line.price) == (one.sku, one.quantity, one.price)
        and one.cost in {None, line.cost}
        for line, one in zip(bought, told, strict=True)
    )


def _replace_lines(order: Order, bought: Sequence[OrderLine], told: Sequence[LineData]) -> None:
    """What came back of a product stays returned, on the new lines in their order."""
    products = products_for(told, order.rate)
    returned: dict[str, Decimal] = defaultdict(Decimal)
    for line in bought:
        returned[line.product.sku] += line.returned_quantity
    lines = [_line(order, line, products[line.sku], returned) for line in told]
    left = ", ".join(sorted(sku for sku, quantity in returned.items() if quantity))
    if left:
        raise ValueError(
            _("order %(number)s: more of %(sku)s came back than it would hold.") % {"number": order.number, "sku": left}
        )
    order.lines.all().delete()
    OrderLine.objects.bulk_create(lines)


def _line(order: Order, told: LineData, product: Product, returned: dict[str, Decimal]) -> OrderLine:
    back = min(told.quantity, returned[told.sku])
    returned[told.sku] -= back
    cost = product.cost if told.cost is None else told.cost
    return OrderLine(
        order=order, product=product, quantity=told.quantity, price=told.price, cost=cost, returned_quantity=back
    )
