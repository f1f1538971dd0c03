"""What customers have is what they kept; what they bought is history."""

import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from crm.models import Order, OrderLine
from crm.orders import orders
from crm.orders.catalogue import LineData
from crm.orders.returns import return_goods, returns_of, undo_return
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def whole(order):
    return_goods(order, at=NOW)


def one_of_two_kettles(order):
    return_goods(order, at=NOW, lines={"KETTLE": Decimal(1)})


def both_kettles(order):
    return_goods(order, at=NOW, lines={"KETTLE": Decimal(2)})


def a_kettle_and_then_the_other(order):
    one_of_two_kettles(order)
    return_goods(order, at=NOW + DAY, lines={"KETTLE": Decimal(1)})


def some_money(order):
    return_goods(order, at=NOW, amount=Decimal(5))


def and_undone(order):
    whole(order)
    undo_return(order, returns_of(order)[0].key, at=NOW + DAY)


def cancelled(order):
    orders.cancel(order, at=NOW)


@pytest.mark.parametrize(
    ("came_back", "kept"),
    [
        (None, {"KETTLE": 2, "CUP": 1}),
        (whole, {}),
        (one_of_two_kettles, {"KETTLE": 1, "CUP": 1}),
        (both_kettles, {"CUP": 1}),
        (a_kettle_and_then_the_other, {"CUP": 1}),
        (some_money, {"KETTLE": 2, "CUP": 1}),
        (and_undone, {"KETTLE": 2, "CUP": 1}),
        (cancelled, {}),
    ],
)
def test_lines_are_kept_while_something_of_them_is(came_back, kept):
    make_product(sku="KETTLE"), make_product(sku="CUP")
    order = make_order(
        placed_at=NOW - DAY,
        lines=[LineData("KETTLE", Decimal(2), Decimal(100)), LineData("CUP", Decimal(1), Decimal(10))],
    )

    if came_back:
        came_back(order)

    found = {line.product.sku: line.kept_quantity for line in OrderLine.objects.kept().select_related("product")}
    assert found == kept
    assert Order.objects.kept().exists() == bool(kept)
    assert Order.objects.given_back().exists() == (not kept and came_back is not cancelled)


@pytest.mark.parametrize(
    ("came_back", "status"),
    [
        (whole, "returned"),
        (one_of_two_kettles, "partly_returned"),
        (a_kettle_and_then_the_other, "partly_returned"),
        (some_money, "partly_returned"),
        (and_undone, "placed"),
        (cancelled, "cancelled"),
    ],
)
def test_a_part_that_came_back_does_not_mark_all_of_the_order(client, came_back, status):
    client.force_login(User.objects.create_superuser("boss"))
    make_product(sku="KETTLE"), make_product(sku="CUP")
    order = make_order(
        placed_at=NOW - DAY,
        lines=[LineData("KETTLE", Decimal(2), Decimal(100)), LineData("CUP", Decimal(1), Decimal(10))],
    )
    came_back(order)

    listed = {
        wanted: list(client.get("/admin/crm/order/", {"status": wanted}).context["cl"].result_list)
        for wanted in Order.Status.values
    }

    assert Order.objects.get().status == status
    assert listed == {wanted: [order] if wanted == status else [] for wanted in Order.Status.values}


@pytest.mark.parametrize(("amount", "is_kept"), [(None, False), (Decimal(40), True), (Decimal(100), False)])
def test_of_an_order_without_lines_its_money_tells(amount, is_kept):
    order = make_order(total=Decimal(100), placed_at=NOW - DAY)

    return_goods(order, at=NOW, amount=amount)

    assert Order.objects.kept().exists() is is_kept


def test_an_order_that_cost_nothing_is_kept():
    make_order(total=Decimal(0))

    assert Order.objects.kept().exists()


@pytest.mark.parametrize(
    ("told", "again", "last"),
    [
        ("once", {}, ["first"]),
        ("again", {"placed_at": NOW + DAY}, ["again"]),
        ("again on the same day, of which only the date is known", {"placed_at": NOW}, ["again"]),
        ("and cancelled that", {"placed_at": NOW + DAY, "cancelled_at": NOW + 2 * DAY}, ["first"]),
        ("before it", {"placed_at": NOW - DAY}, ["first"]),
    ],
)
def test_bought_last_is_the_newest_purchase_of_a_product(told, again, last):
    customer, filters = make_customer(), make_product()
    make_order(number="first", customer=customer, product=filters, placed_at=NOW)
    make_order(number="another's", product=filters, placed_at=NOW + 3 * DAY)
    if again:
        make_order(number="again", customer=customer, product=filters, **again)

    lines = OrderLine.objects.kept().bought_last().filter(order__customer=customer)

    assert list(lines.values_list("order__number", flat=True)) == last


def test_what_was_bought_again_and_returned_was_not_bought_again():
    customer, filters = make_customer(), make_product()
    first = make_order(customer=customer, product=filters, placed_at=NOW)
    again = make_order(customer=customer, product=filters, placed_at=NOW + DAY)

    return_goods(again, at=NOW + 2 * DAY)

    assert list(OrderLine.objects.kept().bought_last().values_list("order", flat=True)) == [first.pk]
