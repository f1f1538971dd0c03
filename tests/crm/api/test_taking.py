from decimal import Decimal

import pytest

from crm.models import ConsentRecord, Customer, Event, Order, Product
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db

ORDER = {
    "number": "1001",
    "customer": {"email": "ann@example.com", "first_name": "Ann"},
    "placed_at": "2026-03-10T12:00:00+03:00",
    "lines": [{"sku": "K-1", "name": "Kettle", "quantity": 1, "price": "49.90"}],
}


def test_an_order_is_recorded(post):
    answer = post("orders", ORDER)

    assert (answer.status_code, answer.json()) == (200, {"id": "1001"})
    assert Order.objects.get().total == Decimal("49.90")


def test_a_field_nobody_knows_is_named(post):
    answer = post("orders", ORDER | {"totl": 5})

    assert answer.status_code == 422
    assert answer["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "totl"
    assert not Customer.objects.exists()


def test_each_item_of_a_batch_is_answered_for_itself(post):
    answer = post(
        "orders/batch", {"items": [ORDER, ORDER | {"number": ""}, {"number": "7", "paid_at": ORDER["placed_at"]}]}
    )

    first, second, third = answer.json()["results"]
    assert (first["ok"], first["id"]) == (True, "1001")
    assert (second["ok"], second["errors"][0]["field"]) == (False, "number")
    assert (third["ok"], third["detail"]) == (False, "Order 7 is not known yet.")


@pytest.mark.parametrize("key", ["", "nobody.nothing", "x"])
def test_a_key_that_is_none_opens_nothing(post, key):
    assert post("orders", ORDER, key or " ").status_code == 401
    assert not Order.objects.exists()


def test_an_order_names_who_is_responsible_and_where_it_came_from(post, django_user_model):
    seller = django_user_model.objects.create_user("olga", email="olga@example.com", is_staff=True)

    assert post("orders", ORDER | {"responsible": "Olga@example.com", "source": "marketplace"}).status_code == 200

    order = Order.objects.get()
    assert (order.responsible, order.source) == (seller, "marketplace")


def test_somebody_responsible_whom_nobody_knows_is_refused(post):
    answer = post("orders", ORDER | {"responsible": "nobody"})

    assert answer.status_code == 422
    assert "“nobody”" in answer.json()["detail"]
    assert not Order.objects.exists()


def test_the_newest_list_of_what_goes_with_a_product_stands(post):
    pods, filters = {"sku": "P", "kind": "consumable"}, {"sku": "F", "kind": "accessory"}
    post("products", {"sku": "K-1", "related": [pods, filters], "updated_at": "2026-03-10T12:00:00Z"})
    post("products", {"sku": "K-1", "related": [filters], "updated_at": "2026-03-11T12:00:00Z"})
    post("products", {"sku": "K-1", "related": [pods], "updated_at": "2026-03-10T13:00:00Z"})

    relations = Product.objects.get(sku="K-1").relations
    assert list(relations.values_list("related__sku", "kind")) == [("F", "accessory")]


def test_a_product_does_not_go_with_itself(post):
    assert post("products", {"sku": "K-1", "related": [{"sku": "K-1", "kind": "upgrade"}]}).status_code == 422
    assert not Product.objects.exists()


CONSENT = {
    "customer": {"email": "ann@example.com"}, "channel": "email", "granted": True,
    "at": "2026-03-10T12:00:00+03:00", "wording": "Yes, write to me", "evidence": {"ip": "192.0.2.1"},
}  # fmt: skip


def test_a_consent_is_in_the_ledger_with_its_words(post, get):
    taken = post("consents", CONSENT)
    post("consents", CONSENT)
    withdrawn = post("consents", CONSENT | {"granted": False, "at": "2026-03-11T12:00:00+03:00"})

    assert (taken.status_code, withdrawn.status_code) == (200, 200)
    ledger = get("consents", email="ann@example.com").json()["items"]
    assert [(line["action"], line["wording"]) for line in ledger] == [
        ("granted", "Yes, write to me"),
        ("withdrawn", "Yes, write to me"),
    ]
    assert (
        get("customers", email="ann@example.com").json()["items"][0]["contacts"][0]["marketing_consent"] == "withdrawn"
    )


def test_consent_names_a_channel_unless_it_is_to_profiling(post):
    profiling = {"customer": {"email": "ann@example.com"}, "purpose": "profiling", "granted": True, "at": CONSENT["at"]}
    answer = post("consents/batch", {"items": [profiling, profiling | {"purpose": "marketing"}]})

    assert [item["ok"] for item in answer.json()["results"]] == [True, False]
    assert ConsentRecord.objects.get().purpose == "profiling"


def events(*emails):
    return [
        {"id": f"e-{n}", "name": "quiz_taken", "customer": {"email": email}, "at": ORDER["placed_at"]}
        for n, email in enumerate(emails)
    ]


def test_events_of_known_customers_take_no_more_queries_the_more_they_are(post, django_assert_max_num_queries):
    for number in range(30):
        make_customer(email=f"c{number}@example.com")
    emails = [f"c{number % 30}@example.com" for number in range(100)]

    with django_assert_max_num_queries(10):
        answer = post("events/batch", {"items": events(*emails)})

    assert all(item["ok"] for item in answer.json()["results"])
    assert Event.objects.filter(kind="quiz_taken").count() == 100


def test_one_event_that_cannot_be_kept_spoils_no_other(post):
    make_customer(email="ann@example.com")
    items = events("ann@example.com", "new@example.com", "ann@example.com", "no address")
    items[2]["properties"] = {"a": {"b": ["\u0000"]}}

    results = post("events/batch", {"items": items}).json()["results"]

    assert [item["ok"] for item in results] == [True, True, False, False]
    assert Event.objects.filter(kind="quiz_taken").count() == 2


def test_an_event_of_a_shared_address_goes_to_the_oldest_and_twice_is_once(post):
    first, second = make_customer(email="home@example.com"), make_customer(email="home@example.com")
    Customer.objects.filter(pk=second.pk).update(created_at=ORDER["placed_at"])

    for _again in range(2):
        assert post("events", events("home@example.com")[0]).status_code == 200

    assert Event.objects.get(kind="quiz_taken").customer == first


def test_an_order_changed_is_found_by_its_change(post, get):
    make_order(number="OLD")
    post("orders", ORDER)
    before = Order.objects.get(number="1001").changed_at.isoformat()
    post("orders", {"number": "1001", "paid_at": "2026-03-10T13:00:00+03:00"})

    assert [order["number"] for order in get("orders", changed_since=before).json()["items"]] == ["1001"]
