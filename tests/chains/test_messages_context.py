import datetime as dt
from decimal import Decimal

import pytest

from chains.messages.context import contexts
from chains.messages.samples import nothing_known, sample
from crm.orders.orders import LineData
from crm.orders.returns import return_goods
from tests.chains.written_messages import make_touch
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def test_says_what_was_ordered_in_the_customers_language_and_zone(shop, now):
    kettle = make_product(name="Чайник Aria", picture_url="https://kettle.example.com/aria.jpg", warranty_months=24)
    descaler = make_product(name="Средство от накипи", price=Decimal(500))
    customer = make_customer(first_name="Анна", language="ru", time_zone="Asia/Vladivostok")
    order = make_order(
        customer=customer,
        number="1042",
        currency="RUB",
        rate=Decimal("0.01"),
        placed_at=dt.datetime(2026, 3, 1, 20, 0, tzinfo=dt.UTC),
        delivered_at=dt.datetime(2026, 3, 5, 3, 0, tzinfo=dt.UTC),
        promised_at=dt.datetime(2026, 3, 5, 16, 0, tzinfo=dt.UTC),
        lines=[LineData(descaler.sku, Decimal(2), Decimal(500)), LineData(kettle.sku, Decimal(1), Decimal(7990))],
    )
    touch = make_touch(customer, order=order)

    found = contexts([touch], now)[touch.pk]

    assert found["customer"]["first_name"] == "Анна"
    assert found["order"]["number"] == "1042"
    assert found["order"]["total"] == "8\xa0990\xa0₽"
    assert found["order"]["placed_on"] == "2 марта 2026"
    assert found["order"]["promised_on"] == "6 марта 2026"
    assert found["order"]["products"] == "Средство от накипи, Чайник Aria"
    assert found["order"]["lines"][0] == {
        "name": "Средство от накипи",
        "quantity": "2",
        "price": "500\xa0₽",
        "sum": "1\xa0000\xa0₽",
        "picture_url": "",
    }
    assert found["product"]["name"] == "Чайник Aria"
    assert found["product"]["warranty_until"] == "5 марта 2028"
    assert found["shop"]["site_url"] == "https://kettle.example.com"
    assert found["rate_url"].endswith(f"/m/r/{touch.token}/")


def test_speaks_of_the_latest_order_when_a_touch_is_about_none(shop, now):
    customer = make_customer()
    make_order(customer=customer, number="old", placed_at=now - dt.timedelta(days=300))
    make_order(customer=customer, number="last", placed_at=now - dt.timedelta(days=200))
    make_order(customer=customer, number="off", placed_at=now - dt.timedelta(days=2), cancelled_at=now)
    touch = make_touch(customer)

    assert contexts([touch], now)[touch.pk]["order"]["number"] == "last"


def test_a_letter_speaks_of_what_is_kept_of_an_order(shop, now):
    make_product(sku="KETTLE", name="Kettle", warranty_months=24)
    make_product(sku="CUP", name="Cup")
    lines = [LineData("KETTLE", Decimal(1), Decimal(90)), LineData("CUP", Decimal(3), Decimal(10))]
    order = make_order(placed_at=now - dt.timedelta(days=9), delivered_at=now - dt.timedelta(days=8), lines=lines)
    touch = make_touch(order=order)

    return_goods(order, at=now, lines={"KETTLE": Decimal(1), "CUP": Decimal(1)})

    found = contexts([touch], now)[touch.pk]
    assert (found["order"]["products"], found["product"]["name"]) == ("Cup", "Cup")
    assert [(line["name"], line["quantity"], line["sum"]) for line in found["order"]["lines"]] == [("Cup", "2", "€20")]
    assert found["product"]["warranty_until"] == ""


def test_a_letter_about_a_whole_return_speaks_of_what_it_was(shop, now):
    order = make_order(placed_at=now - dt.timedelta(days=9), product=make_product(name="Kettle"), quantity=2)
    touch = make_touch(order=order)

    return_goods(order, at=now)

    (line,) = contexts([touch], now)[touch.pk]["order"]["lines"]
    assert (line["name"], line["quantity"]) == ("Kettle", "2")


def test_a_letter_about_no_order_speaks_of_the_latest_that_is_kept(shop, now):
    customer = make_customer()
    make_order(customer=customer, number="kept", placed_at=now - dt.timedelta(days=300))
    returned = make_order(customer=customer, number="returned", placed_at=now - dt.timedelta(days=20))
    return_goods(returned, at=now - dt.timedelta(days=10))
    touch = make_touch(customer)

    assert contexts([touch], now)[touch.pk]["order"]["number"] == "kept"


def test_somebody_without_an_order_gets_empty_values(shop, now):
    touch = make_touch(make_customer(first_name=""))

    found = contexts([touch], now)[touch.pk]

    assert found["order"] == nothing_known()["order"]
    assert found["product"] == nothing_known()["product"]


def test_reads_a_batch_in_a_constant_number_of_queries(shop, now, django_assert_num_queries):
    few = [make_touch(order=make_order()), make_touch()]
    many = [make_touch(order=make_order()) for _ in range(5)] + [make_touch() for _ in range(5)]

    with django_assert_num_queries(5):
        contexts(few, now)
    with django_assert_num_queries(5):
        contexts(many, now)


def test_every_known_placeholder_has_a_value(shop, now):
    from chains.messages.placeholders import PLACEHOLDERS

    touch = make_touch(order=make_order(delivered_at=now))
    made = contexts([touch], now)[touch.pk]

    for placeholder in PLACEHOLDERS:
        if placeholder.path == "rating_scale":  # drawn when the text is compiled
            continue
        for context in (made, sample("en"), sample("ru"), nothing_known()):
            value = context
            for name in placeholder.path.split("."):
                value = value[name]
            assert value is not None
