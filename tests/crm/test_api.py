import json
from decimal import Decimal

import pytest

from crm.intake.api.keys import key_of
from crm.models import Customer, Order, Source

pytestmark = pytest.mark.django_db

ORDER = {
    "number": "1001",
    "customer": {"email": "ann@example.com", "first_name": "Ann"},
    "placed_at": "2026-03-10T12:00:00+03:00",
    "lines": [{"sku": "K-1", "name": "Kettle", "quantity": 1, "price": "49.90"}],
}


@pytest.fixture
def source():
    return Source.objects.create(kind="api", name="Till", secret="s3cret")


@pytest.fixture
def post(client, source):
    def send(path, body, key=None):
        return client.post(
            f"/api/v1/{path}", json.dumps(body), content_type="application/json",
            headers={"authorization": f"Bearer {key or key_of(source)}"},
        )  # fmt: skip

    return send


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
