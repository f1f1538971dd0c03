import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.loyalty import PointsGift, give_points
from crm.models import Source
from crm.subscriptions.subscriptions import pause, subscribe
from tests.conftest import make_category, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def test_a_customer_is_shown_with_addresses_figures_and_points(get):
    ann = make_customer(email="ann@example.com", external_id="7", attributes={"size": "M"})
    make_order(customer=ann, number="A-1", price=Decimal(50))
    give_points([PointsGift(ann.pk, 30, "gift", timezone.now())])

    for named in ({"id": "7"}, {"email": "Ann@Example.com"}):
        (shown,) = get("customers", **named).json()["items"]
        assert (shown["id"], shown["first_name"], shown["points"], shown["attributes"]) == (
            "7",
            "Ann",
            30,
            {"size": "M"},
        )
        assert (shown["figures"]["orders_count"], shown["figures"]["revenue"]) == (1, "50.00")
        assert [(one["address"], one["marketing_consent"]) for one in shown["contacts"]] == [
            ("ann@example.com", "granted")
        ]


def test_nobody_is_an_empty_list_and_no_name_at_all_is_everybody(get):
    make_customer()

    assert get("customers", email="nobody@example.com").json() == {"items": [], "next": None}
    assert len(get("customers").json()["items"]) == 1
    assert get("events", email="nobody@example.com").status_code == 404


def test_pages_follow_each_other_without_a_gap(get):
    moment = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
    for number in range(5):
        make_order(number=f"A-{number}", placed_at=moment)

    found, cursor = [], ""
    while cursor is not None:
        answer = get("orders", limit=2, cursor=cursor).json()
        found += [order["number"] for order in answer["items"]]
        cursor = answer["next"]

    assert found == [f"A-{number}" for number in range(5)]


@pytest.mark.parametrize("path", ["orders", "customers", "products"])
def test_a_page_takes_as_many_queries_as_a_longer_one(get, path):
    counts = []
    for _size in range(2):
        for _number in range(3):
            make_order(product=make_product(category="Kitchen / Kettles"))
        get(path)
        with CaptureQueriesContext(connection) as queries:
            assert get(path).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] < 8


def test_an_order_is_shown_as_its_source_numbers_it(get, source):
    Source.objects.filter(pk=source.pk).update(id_prefix="moscow-")
    ann = make_customer(external_id="moscow-7")
    make_order(customer=ann, number="moscow-1/2", product=make_product(sku="K-1"), quantity=2)

    order = get("orders/1/2").json()

    assert (order["number"], order["customer_id"], order["status"]) == ("1/2", "7", "placed")
    assert [(line["sku"], line["quantity"]) for line in order["lines"]] == [("K-1", "2.000")]
    assert get("orders/moscow-1/2").status_code == 404


def test_a_product_is_shown_with_the_path_of_its_category(get):
    make_category("Kitchen / Kettles")
    make_product(sku="K-1", category="Kitchen / Kettles")
    make_product(sku="K/2")

    assert get("products/K-1").json()["category"] == "Kitchen / Kettles"
    assert [(one["sku"], one["category"]) for one in get("products").json()["items"]] == [
        ("K-1", "Kitchen / Kettles"),
        ("K/2", ""),
    ]


def test_what_happened_to_a_customer_is_told_in_order(get):
    order = make_order(customer=make_customer(external_id="7"), number="A-1")

    (placed,) = get("events", id="7", name="order.placed").json()["items"]
    assert (placed["order"], placed["at"]) == ("A-1", order.placed_at.isoformat().replace("+00:00", "Z"))


@pytest.mark.parametrize("cursor", ["x", "MTAgeA==", "LTEgMjAyNi0wMS0wMQ=="])
def test_a_cursor_that_no_page_gave_is_refused(get, cursor):
    answer = get("orders", cursor=cursor)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


def test_subscriptions_are_shown_of_one_customer_or_of_a_status(get):
    ann, filter_ = make_customer(external_id="7"), make_product(sku="FILTER")
    subscribe(ann, filter_, at=timezone.now(), every=2, unit="month", quantity=3)
    pause(subscribe(make_customer(), filter_, at=timezone.now(), every=30), at=timezone.now())

    (shown,) = get("subscriptions", id="7").json()["items"]

    assert (shown["customer_id"], shown["sku"], shown["quantity"]) == ("7", "FILTER", 3)
    assert (shown["every"], shown["unit"], shown["status"]) == (2, "month", "active")
    assert [one["status"] for one in get("subscriptions", status="paused").json()["items"]] == ["paused"]
    assert len(get("subscriptions").json()["items"]) == 2
