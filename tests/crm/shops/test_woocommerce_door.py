"""Who is believed at the door, what is kept of it, and what is forgotten."""

import json

import pytest
from django.utils import timezone

from crm.intake.shops.woocommerce.reading import arrival
from crm.intake.sources import change_secret
from crm.models import Delivery, Order, Source
from tests import order_files
from tests.crm.shops.woocommerce import SHOP, apply, connected, customer, line, order, post, product, refund

pytestmark = pytest.mark.django_db


def test_what_the_shop_signed_is_kept_and_applied(client, woo):
    assert post(client, woo, "order.created", order()).status_code == 202

    kept = Delivery.objects.get()
    assert (kept.topic, kept.subject, kept.payload) == ("order.created", "order 727", order())
    assert apply() == {"applied": 1}
    assert Order.objects.get().source == "Kettles"


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"secret": "another"}, "another secret"),
        ({"X-WC-Webhook-Signature": None}, "signature is missing"),
        ({"X-WC-Webhook-Signature": ""}, "signature is missing"),
        ({"X-WC-Webhook-Signature": "é"}, "another secret"),
    ],
)
def test_what_the_shop_did_not_sign_is_refused_in_words(client, woo, told, why):
    answer = post(client, woo, "order.created", order(), **told)

    assert answer.status_code == 401
    assert why in answer.json()["detail"]
    assert not Delivery.objects.exists()


def test_a_body_changed_on_its_way_and_one_of_another_source_are_refused(client, woo):
    other = connected("Other")
    signed = post(client, other, "order.created", order(), secret=woo.secret)
    changed = client.post(
        f"/hooks/{woo.key}/",
        json.dumps(order(total="0.01")),
        content_type="application/json",
        headers={key.removeprefix("HTTP_"): str(value) for key, value in signed.request.items() if "_WC_" in key},
    )

    assert (signed.status_code, changed.status_code) == (401, 401)
    assert not Delivery.objects.exists()


def test_a_source_without_a_secret_believes_nobody(client, woo):
    Source.objects.update(secret="")

    assert post(client, woo, "order.created", order(), secret="").status_code == 401


def test_the_secret_before_signs_for_a_day(client, woo):
    old = woo.secret
    change_secret(woo, timezone.now())

    assert post(client, woo, "order.created", order(), secret=old).status_code == 202
    assert post(client, woo, "order.updated", order()).status_code == 202

    Source.objects.update(previous_secret_until=timezone.now())
    assert post(client, woo, "order.restored", order(), secret=old).status_code == 401


@pytest.mark.parametrize(
    ("named", "status"),
    [(f"{SHOP}/", 202), ("http://www.KETTLES.example.com", 202), ("https://evil.example.com/", 401), ("", 401),
     (None, 401), ("http://[", 401)],
)  # fmt: skip
def test_a_source_that_has_its_shops_address_believes_only_that_shop(client, woo, named, status):
    woo.site_address = SHOP
    woo.save()

    assert post(client, woo, "order.created", order(), **{"X-WC-Webhook-Source": named}).status_code == status


FORM = "application/x-www-form-urlencoded"


def test_the_ping_of_a_set_up_is_answered_and_forgotten(client, woo):
    answer = client.post(f"/hooks/{woo.key}/", "webhook_id=3", content_type=FORM)

    assert answer.status_code == 200
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        ("webhook_id=3&status=completed", FORM, {}),
        ("webhook_id=", FORM, {}),
        ("webhook_id=3\n", FORM, {}),
        ("webhook_id=3", "text/plain", {}),
        ("webhook_id=3", FORM, {"X-WC-Webhook-Signature": "bm8="}),
        ("", FORM, {}),
    ],
)
def test_nothing_else_comes_in_unsigned(client, woo, body, content_type, headers):
    answer = client.post(f"/hooks/{woo.key}/", body, content_type=content_type, headers=headers)

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "headers", "why"),
    [
        (b"nonsense", {}, "not JSON"),
        (b"[" * 100_000, {}, "not JSON"),
        (b"\xff", {}, "not JSON"),
        (b"{}", {"X-WC-Webhook-Topic": None}, "X-WC-Webhook-Topic is missing"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(client, woo, body, headers, why):
    answer = post(client, woo, "order.created", body, **headers)

    assert answer.status_code == 400
    assert why in answer.json()["detail"]


def test_the_same_word_is_kept_once_and_another_of_the_same_second_too(client, woo):
    told = [order(), order(), order(total="90.00")]
    numbers = [{"X-WC-Webhook-Delivery-ID": number} for number in ("a", "b", "c")]

    answers = [
        post(client, woo, "order.updated", body, **number).status_code
        for body, number in zip(told, numbers, strict=True)
    ]

    assert answers == [202, 200, 202]


def test_an_order_deleted_twice_is_told_twice(client, woo):
    answers = [
        post(client, woo, "order.deleted", {"id": 727}, **{"X-WC-Webhook-Delivery-ID": number}).status_code
        for number in ("a", "a", "b")
    ]

    assert answers == [202, 200, 202]


def test_what_rest_answers_has_the_key_of_what_the_webhook_brought(client, woo):
    post(client, woo, "order.updated", order())

    assert arrival("order.updated", dict(reversed(order().items()))).key == Delivery.objects.get().key


@pytest.mark.parametrize(
    ("topic", "body", "subject"),
    [
        ("order.deleted", {"id": 727}, "order 727"),
        ("refund.created", refund(), "order 727"),
        ("refund.created", {"id": 1}, ""),
        ("customer.updated", customer(), "customer 25"),
        ("product.updated", product(), "product 93"),
        ("action.woocommerce_add_to_cart", {"action": "x", "arg": "y"}, ""),
        ("order.updated", [], ""),
    ],
)
def test_each_stands_in_the_line_of_what_it_is_about(topic, body, subject):
    assert arrival(topic, body).subject == subject


@pytest.mark.parametrize(
    ("topic", "body", "became", "why"),
    [
        ("action.woocommerce_add_to_cart", "3f2b", "ignored", "none of orders, refunds, customers and products"),
        ("webhook.updated", {"id": 1}, "ignored", "“webhook.updated” is none of"),
        ("coupon.created", {"id": 719, "code": "10off"}, "ignored", "Coupons of the shop stay in the shop"),
        ("customer.deleted", {"id": 25}, "ignored", "Nothing is erased here"),
        ("refund.deleted", {"id": 731}, "ignored", "what was paid back is not undone"),
        ("order.created", [], "failed", "Not as described: body"),
        ("order.created", {"id": 0}, "failed", "id: It has to be more than 0."),
        ("order.created", {"id": 5, "status": "pending"}, "failed", "does not say when it was changed"),
        ("order.created", order(total="1e400"), "failed", "total: It has to be less than"),
        ("order.created", order(total="much"), "failed", "total: It has to be a decimal number."),
        ("order.created", order(total="-5"), "failed", "total is below zero"),
        ("order.created", order(date_created_gmt="yesterday"), "failed", "date_created_gmt: "),
        ("order.created", order(currency="EURO"), "failed", "currency: "),
        ("order.created", order(line_items=[line() | {"quantity": "1e-900000"}]), "applied", ""),
        ("order.created", order(line_items=[line(sku="K" * 101)]), "failed", "needs a SKU of 1 to 100 characters"),
        ("refund.created", {"id": 5, "amount": "1"}, "failed", "of which order"),
        ("order.updated", {"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."}, "ignored",
         "deleted in the shop before the shop told of it"),
        ("order.updated", {"code": "woocommerce_rest_cannot_view", "message": "Sorry, you cannot view"}, "failed",
         "an error of its own: Sorry, you cannot view"),
    ],
)  # fmt: skip
def test_what_is_nothing_for_encore_or_wrong_says_so_in_words(tell, topic, body, became, why):
    assert tell(topic, body) == {became: 1}
    assert why in Delivery.objects.get().reason


@pytest.mark.real_data
def test_every_example_of_woocommerce_itself_is_taken_or_refused_in_words(client, woo, settings):
    settings.CURRENCY = "USD"
    folder = order_files.NOT_SHIPPED / "webhooks" / "woocommerce"
    topics = {path.name.removesuffix(".json"): path for path in sorted(folder.glob("*.json"))}
    topics["webhook.created"] = topics.pop("webhook_resource")

    for topic, path in topics.items():
        assert post(client, woo, topic, path.read_bytes()).status_code == 202

    apply()
    became = {kept.topic: (kept.status, kept.reason) for kept in Delivery.objects.all()}
    assert became == {
        "coupon.created": (
            "ignored",
            "Coupons of the shop stay in the shop: an order tells which one it was bought with.",
        ),
        "customer.created": ("applied", ""),
        "order.created": ("applied", ""),
        "refund.created": ("waiting", "Order 723 is not known yet."),
        "webhook.created": (
            "ignored",
            "“webhook.created” is none of orders, refunds, customers and products: Encore does not use it.",
        ),
    }
    placed = Order.objects.get()
    assert (placed.number, str(placed.total), placed.customer.external_id) == ("727", "29.35", "25")
    assert dict(placed.lines.values_list("product__sku", "product__name")) == {
        "wc-93": "Woo Single #1", "Bar3": "Ship Your Idea – Color: Black, Size: M Test",
    }  # fmt: skip
