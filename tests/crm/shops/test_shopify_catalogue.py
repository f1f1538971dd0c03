"""Products, and the checkouts that they were put into."""

from decimal import Decimal

import pytest

from crm.models import Customer, Event, Product
from tests.crm.shops.shopify_shop import LATER, PLACED, connected, customer, line, order, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(shop):
    return connected()


def variant(number, sku, **changes):
    return {
        "id": number,
        "sku": sku,
        "title": "Default Title",
        "price": "20.00",
        "inventory_management": "shopify",
        "inventory_policy": "deny",
        "inventory_quantity": 3,
    } | changes


def product(*variants, **changes):
    return {
        "id": 1001,
        "title": "Kettle",
        "product_type": "Kettles",
        "status": "active",
        "updated_at": PLACED,
        "image": {"src": "https://cdn.example.com/kettle.jpg"},
        "variants": list(variants),
    } | changes


def in_stock():
    return dict(Product.objects.values_list("sku", "is_in_stock"))


def test_each_variant_is_a_product(source):
    red = variant(11, "K-RED", title="Red")
    tell(source, "products/create", product(red, variant(12, "", title="Blue", price="22.00")))

    assert dict(Product.objects.values_list("sku", "name")) == {"K-RED": "Kettle - Red", "12": "Kettle - Blue"}
    kettle = Product.objects.get(sku="K-RED")
    assert (kettle.price, str(kettle.category), kettle.picture_url) == (
        Decimal(20), "Kettles", "https://cdn.example.com/kettle.jpg",
    )  # fmt: skip


def test_a_variant_without_a_sku_is_the_one_that_orders_name(source):
    tell(source, "products/create", product(variant(101, "")))
    tell(source, "orders/create", order(line_items=[line(1, "", "20.00")], total_price="20.00"))

    assert list(Product.objects.values_list("sku", "name")) == [("101", "Kettle")]


@pytest.mark.parametrize(
    ("changes", "is_there"),
    [
        ({}, True),
        ({"inventory_quantity": 0}, False),
        ({"inventory_quantity": -2}, False),
        ({"inventory_quantity": 0, "inventory_policy": "continue"}, True),
        ({"inventory_quantity": 0, "inventory_management": None}, True),
        ({"inventory_quantity": None}, True),
    ],
)
def test_in_stock_is_what_can_be_bought(source, changes, is_there):
    tell(source, "products/update", product(variant(11, "K-1", **changes)))

    assert in_stock() == {"K-1": is_there}


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_sold_is_out_of_stock(source, status):
    tell(source, "products/update", product(variant(11, "K-1"), status=status))

    assert in_stock() == {"K-1": False}


def test_a_variant_told_no_longer_is_out_of_stock_and_stays_known(source):
    tell(source, "products/create", product(variant(11, "K-1"), variant(12, "K-2")))
    tell(source, "products/update", product(variant(11, "K-1"), updated_at=LATER))

    assert in_stock() == {"K-1": True, "K-2": False}


def test_a_deleted_product_is_out_of_stock_and_stays_known(source):
    tell(source, "products/create", product(variant(11, "K-1"), variant(12, "K-2")))
    tell(source, "products/create", product(variant(13, "M-1"), id=1002))

    tell(source, "products/delete", {"id": 1001})

    assert in_stock() == {"K-1": False, "K-2": False, "M-1": True}
    assert tell(source, "products/delete", {"id": 9}).reason == "Deleted, and not known here."


def test_an_older_word_about_a_product_changes_nothing(source):
    tell(source, "products/update", product(variant(11, "K-1"), title="Kettle 2", updated_at=LATER))
    tell(source, "products/update", product(variant(11, "K-1")))

    assert Product.objects.get().name == "Kettle 2"


def checkout(**changes):
    return {
        "id": 81,
        "token": "t81",
        "email": "ann@example.com",
        "created_at": PLACED,
        "updated_at": PLACED,
        "completed_at": None,
        "currency": "EUR",
        "total_price": "47.50",
        "abandoned_checkout_url": "https://kettle.example.com/recover/t81",
        "customer": customer(),
        "line_items": [line(1, "K-1", "20.00", 2)],
    } | changes


def test_a_checkout_is_an_event_of_whoever_began_it(source):
    for _turn in range(2):
        tell(source, "checkouts/create", checkout())
        tell(source, "checkouts/update", checkout(updated_at=LATER))

    started, updated = Event.objects.filter(kind__startswith="checkout.").order_by("occurred_at")
    assert (started.kind, updated.kind) == ("checkout.started", "checkout.updated")
    assert started.customer == Customer.objects.get()
    assert started.properties == {
        "checkout": "t81",
        "total": "47.50",
        "currency": "EUR",
        "url": "https://kettle.example.com/recover/t81",
        "items": [{"sku": "K-1", "name": "Product K-1", "quantity": "2", "price": "20.00"}],
    }


def test_a_checkout_of_nobody_known_is_left_out(source):
    told = tell(source, "checkouts/create", checkout(email=None, customer=None))

    assert told.reason == "Nobody is named in it: no customer, email address or phone number."


def test_a_checkout_that_became_an_order_is_left_to_the_order(source):
    told = tell(source, "checkouts/update", checkout(completed_at=LATER))

    assert told.reason == "This checkout has become an order."
