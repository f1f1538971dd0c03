import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from crm.intake import test_order
from crm.intake.sources import replace_secret
from crm.models import Customer, Delivery, Order, Source
from tests.crm.shops.shopify_shop import DOMAIN, PLACED, apply, connected, order, post, refund, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(shop):
    return connected()


def test_what_the_shop_signed_is_kept_and_answered_at_once(source):
    assert post(source, "orders/create", order(), key="w1").status_code == 202

    kept = Delivery.objects.get()
    assert (kept.key, kept.topic, kept.subject, kept.status) == ("w1", "orders/create", "order 501", "waiting")
    assert kept.payload == order()


def test_the_same_message_is_kept_once(source):
    assert [post(source, "orders/create", order(), key="w1").status_code for _turn in range(2)] == [202, 200]
    assert [post(source, "orders/create", order(), Webhook_Id="").status_code for _turn in range(2)] == [202, 200]

    assert Delivery.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        pytest.param({"secret": "another"}, "The signature does not hold", id="another secret"),
        pytest.param({"signed": b"{}"}, "The signature does not hold", id="another body"),
        pytest.param({"Hmac_SHA256": ""}, "X-Shopify-Hmac-SHA256 is missing", id="not signed"),
        pytest.param({"Hmac_SHA256": "é"}, "The signature does not hold", id="a signature that is none"),
        pytest.param({"Shop_Domain": "evil.myshopify.com"}, "the shop “evil.myshopify.com”", id="another shop"),
        pytest.param({"Shop_Domain": ""}, f"not from {DOMAIN}", id="no shop"),
    ],
)
def test_what_is_not_from_the_shop_is_refused_in_words(source, changed, why):
    answer = post(source, "orders/create", order(), **changed)

    assert answer.status_code == 401
    assert why in answer.json()["detail"]
    assert not Delivery.objects.exists()


def test_a_message_for_another_source_is_refused(source):
    other = connected("Other")

    assert post(other, "orders/create", order(), secret=source.secret).status_code == 401


def test_a_source_without_a_secret_refuses_everything(shop):
    source = connected()
    Source.objects.update(secret="")

    answer = post(source, "orders/create", order())

    assert (answer.status_code, answer.json()["detail"]) == (401, "This source has no secret.")
    source.refresh_from_db()
    assert "This source has no secret." in test_order.send(source, timezone.now()).refusal


def test_the_address_of_the_shop_window_says_nothing_about_whose_it_is(source):
    Source.objects.update(site_address="https://kettle.example.com")

    assert post(source, "orders/create", order()).status_code == 202


def test_the_secret_before_signs_for_a_day(source):
    old = source.secret
    replace_secret(source, "new", timezone.now())
    source.save()

    assert post(source, "orders/create", order(), secret=old).status_code == 202
    assert post(source, "orders/create", order(), secret="new").status_code == 202
    Source.objects.update(previous_secret_until=timezone.now())
    assert post(source, "orders/create", order(), secret=old).status_code == 401


@pytest.mark.parametrize(
    ("body", "changed", "why"),
    [
        (b"nonsense", {}, "Expecting value"),
        (b"[]", {}, "The body is not a JSON object."),
        (b"{}", {"Topic": ""}, "X-Shopify-Topic is missing"),
        (b'{"id": "\\u0000"}', {}, None),
    ],
)
def test_what_cannot_be_read_or_kept_is_refused(source, body, changed, why):
    answer = post(source, "orders/create", body, **changed)

    assert answer.status_code == 400
    assert why is None or why in answer.json()["detail"]


def test_what_is_told_days_late_is_taken_as_of_then(source):
    tell(source, "orders/create", order())
    past = (timezone.now() - dt.timedelta(days=2)).isoformat()

    told = tell(source, "orders/delete", {"id": 501}, Triggered_At=past)

    assert told.payload == {"id": 501, "X-Shopify-Triggered-At": past}
    assert Order.objects.get().cancelled_at == dt.datetime.fromisoformat(past)


@pytest.mark.parametrize("moment", ["nonsense", "2020-01-01T00:00:00", "9999-01-01T00:00:00Z"])
def test_a_moment_in_a_header_that_cannot_be_is_when_it_came(source, moment):
    tell(source, "orders/create", order())

    told = tell(source, "orders/delete", {"id": 501}, Triggered_At=moment)

    assert Order.objects.get().cancelled_at == told.received_at


def test_a_test_notification_says_that_it_arrived(source):
    told = tell(source, "orders/create", order(), Test="true")

    assert (told.status, told.reason) == ("ignored", "A test notification of Shopify's: it arrives as it should.")
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("topic", "subject"),
    [
        ("refunds/create", "order 501"),
        ("fulfillments/update", "order 501"),
        ("fulfillment_events/create", "order 501"),
        ("customers/update", "customer 9"),
        ("customers_email_marketing_consent/update", "customer 9"),
        ("products/update", "product 9"),
        ("themes/publish", ""),
        ("orders/create", "order 9"),
    ],
)
def test_all_about_one_order_or_customer_is_one_subject(source, topic, subject):
    post(source, topic, {"id": 9, "order_id": 501})

    assert Delivery.objects.get().subject == subject


@pytest.mark.parametrize(
    "topic",
    ["themes/publish", "app/uninstalled", "orders/risk_assessment_changed", "customers/merge", "products/publish",
     "checkouts/delete"],
)  # fmt: skip
def test_a_topic_of_nobodys_is_ignored_in_words(source, topic):
    told = tell(source, topic, {"id": 9})

    assert (told.status, told.reason) == ("ignored", f"Encore takes nothing from “{topic}”.")


def test_a_body_that_is_not_shopifys_fails_and_names_the_field(source):
    told = tell(source, "orders/updated", order(total_price="much", line_items=[{"quantity": "x"}]))

    assert told.status == "failed"
    assert "total_price" in told.reason
    assert "line_items[0].quantity" in told.reason or "line_items.0.quantity" in told.reason
    assert not Customer.objects.exists()


def test_the_rest_apis_objects_are_read_by_the_same_door(source):
    assert tell(source, "orders/updated", {"order": order()}).subject == "order 501"
    tell(source, "refunds/create", {"refund": refund(amount="4.00")})

    assert str(Order.objects.get().refunded) == "4.00"


def test_a_test_order_goes_through_the_door_and_leaves_nothing(source):
    result = test_order.send(source, timezone.now())

    assert (result.refusal, result.reason, result.event_kinds) == ("", "", ["order.placed"])
    assert "TEST-" in result.order.number
    assert not Order.objects.exists()


@pytest.fixture
def manager(client):
    user = User.objects.create_user("manager", is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    client.force_login(user)
    return client


def test_a_shop_is_connected_before_its_secret_is_known(manager, shop):
    form = {"kind": "shopify", "name": "Kettle", "site_address": f"https://{DOMAIN}", "silent_after_hours": "48"}

    page = manager.post("/admin/crm/source/add/", form, follow=True)

    source = Source.objects.get()
    assert f"/hooks/{source.key}/" in page.text
    assert "Your webhooks will be signed with" in page.text
    assert "Until it is entered below, what arrives is refused" in page.text

    form |= {"their_secret": "abc"}
    page = manager.post(f"/admin/crm/source/{source.pk}/change/", form | {"_continue": "1"}, follow=True)
    source.refresh_from_db()
    assert (source.secret, source.previous_secret) == ("abc", "")
    assert "abc" not in page.text
    assert "Until it is entered below" not in page.text

    manager.post(f"/admin/crm/source/{source.pk}/change/", form | {"their_secret": "def"})
    source.refresh_from_db()
    assert source.secrets_at(timezone.now()) == ["def", "abc"]


def test_the_moment_of_an_order_is_its_own(source):
    tell(source, "orders/create", order())

    assert Order.objects.get().placed_at == dt.datetime.fromisoformat(PLACED)
    assert apply() == {}
