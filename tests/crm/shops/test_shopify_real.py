"""Bodies that others collected from Shopify: each is taken, or refused in words."""

import json

import pytest

from crm.models import Customer, Delivery, Order
from tests.crm.shops.shopify_shop import apply, connected, post
from tests.order_files import NOT_SHIPPED

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]

FOLDER = NOT_SHIPPED / "webhooks" / "shopify"
# By the name of the file; a list holds several.
TOPICS = {
    "go_customer": "customers/update",
    "go_fulfillment": "fulfillments/create",
    "go_fulfillment_event": "fulfillment_events/create",
    "go_order": "orders/create",
    "go_order_with_transaction": "orders/updated",
    "go_webhook": "webhooks/create",
    "orders_create.from_rest_fixture": "orders/create",
    "rest_checkouts": "checkouts/create",
    "rest_customer": "customers/update",
    "rest_draft_order": "draft_orders/create",
    "rest_fulfillment": "fulfillments/update",
    "rest_fulfillment_event": "fulfillment_events/create",
    "rest_order": "orders/updated",
    "rest_orders": "orders/updated",
    "rest_refund": "refunds/create",
}
WAITING, IGNORED, APPLIED = "waiting", "ignored", "applied"
OUTCOMES = {
    "go_customer": APPLIED,
    "go_fulfillment": APPLIED,
    "go_fulfillment_event": IGNORED,
    "go_order": IGNORED,
    "go_order_with_transaction": IGNORED,
    "go_webhook": IGNORED,
    "orders_create.from_rest_fixture": APPLIED,
    "rest_checkouts": APPLIED,
    "rest_customer": APPLIED,
    "rest_draft_order": IGNORED,
    "rest_fulfillment": IGNORED,
    "rest_fulfillment_event": IGNORED,
    "rest_order": APPLIED,
    "rest_orders": APPLIED,
    "rest_refund": APPLIED,
}


def bodies(name):
    told = json.loads((FOLDER / f"{name}.json").read_text())
    lists = [value for value in told.values() if isinstance(value, list)] if len(told) == 1 else []
    return lists[0] if lists else [told]


@pytest.fixture
def source(shop):
    return connected()


@pytest.mark.parametrize("reverse", [False, True])
def test_every_body_is_taken_or_left_out_in_words(source, reverse, settings):
    settings.CURRENCY = "USD"
    assert {path.stem for path in FOLDER.glob("*.json")} == set(TOPICS)

    for name in sorted(TOPICS, reverse=reverse):
        for place, body in enumerate(bodies(name)):
            assert post(source, TOPICS[name], body, key=f"{name} {place}").status_code == 202
    while apply():
        pass

    outcomes = {one.key.rpartition(" ")[0]: one.status for one in Delivery.objects.all()}
    assert outcomes == OUTCOMES, list(Delivery.objects.values_list("key", "status", "reason"))
    assert all(one.reason for one in Delivery.objects.filter(status=IGNORED))
    order = Order.objects.get()
    assert (order.number, order.external_id, str(order.refunded)) == ("#1001", "450789469", "209.00")
    assert {(one.product.sku, one.returned_quantity) for one in order.lines.select_related("product")} == {
        ("IPOD2008GREEN", 1), ("IPOD2008RED", 0), ("IPOD2008BLACK", 1),
    }  # fmt: skip
    assert order.shipped_at
    assert Customer.objects.current().count() == 2
