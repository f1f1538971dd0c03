import base64
import datetime as dt
import gzip
import json
from decimal import Decimal

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from crm.customers import visitors
from crm.customers.merge import merge
from crm.intake import deliveries, sources, test_order
from crm.intake.api.keys import key_of
from crm.intake.doors import read
from crm.intake.sources import change_secret, new_secret
from crm.intake.tracking import keys
from crm.intake.tracking.event_names import kind_of
from crm.models import (
    AnonymousEvent,
    ConsentRecord,
    Customer,
    Delivery,
    Event,
    EventInbox,
    KnownVisitor,
    MergeProposal,
    Order,
    Source,
)
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from crm.tasks import forget_visits
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db

ANN = {"userId": "7", "traits": {"email": "ann@example.com", "firstName": "Ann"}}
KETTLE = {"sku": "K-1", "name": "Kettle", "category": "Kitchen / Kettles", "price": 49.9, "quantity": 2}
ORDER = {
    "userId": "7",
    "event": "Order Completed",
    "properties": {
        "order_id": "1001", "total": 104.8, "revenue": 94.8, "shipping": 5, "tax": 5, "discount": "5", "coupon": "MAY",
        "currency": "eur", "products": [KETTLE],
    },
}  # fmt: skip


@pytest.fixture
def source():
    return Source.objects.create(kind="tracking", name="Site", secret=new_secret("tracking"))


@pytest.fixture
def post(client, source):
    """A call as clients make it; without a time it happens when it is sent."""

    def send(call, told=None, *, body=None, headers=None, key=None, content_type="application/json"):
        credentials = base64.b64encode(f"{key_of(source) if key is None else key}:".encode()).decode()
        body = json.dumps(told) if body is None else body
        headers = {"Authorization": f"Basic {credentials}"} if headers is None else headers
        return client.post(f"/v1/{call}", body, content_type=content_type, headers=headers)

    return send


def apply(at=None):
    return dict(deliveries.apply_due(at or timezone.now(), read))


def kinds():
    return list(Event.objects.order_by("occurred_at", "pk").values_list("kind", flat=True))


def at(minutes):
    return (timezone.now() - dt.timedelta(minutes=minutes)).isoformat()


# The door


@pytest.mark.parametrize("way", ["body", "basic", "bearer"])
def test_the_write_key_is_taken_wherever_clients_put_it(client, source, way):
    key = key_of(source)
    told = ANN | ({"writeKey": key} if way == "body" else {})
    basic = base64.b64encode(f"{key}:".encode()).decode()
    headers = {"basic": {"Authorization": f"Basic {basic}"}, "bearer": {"Authorization": f"Bearer {key}"}}

    answer = client.post("/v1/identify", json.dumps(told), content_type="text/plain", headers=headers.get(way))

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert apply() == {"applied": 1}
    assert Customer.objects.get().external_id == "7"
    assert "writeKey" not in Delivery.objects.get().payload


@pytest.mark.parametrize("key", ["", "x", "x.y", "{key}.", "{key}.wrong", "{secret}"])
def test_another_key_is_refused_in_words(post, source, key):
    answer = post("identify", ANN, key=key.format(key=source.key, secret=source.secret))

    assert (answer.status_code, answer.json()["message"]) == (401, "No source has this write key.")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic /w==", "Digest x", "Bearer é", "Basic AGEuYjo="])
def test_a_header_that_is_no_key_is_refused(post, header):
    assert post("identify", ANN, headers={"Authorization": header}).status_code == 401


def test_the_key_of_another_kind_of_source_is_refused(post):
    other = Source.objects.create(kind="api", name="Till", secret=new_secret("api"))

    assert post("identify", ANN, key=key_of(other)).status_code == 401


def test_the_key_before_is_good_for_a_day(post, source):
    before = key_of(source)
    change_secret(source, timezone.now())

    assert post("identify", ANN, key=before).status_code == 200

    Source.objects.update(previous_secret_until=timezone.now())
    assert post("identify", ANN, key=before).status_code == 401


def test_a_browser_may_ask_first_from_any_page(client):
    answer = client.options("/v1/t")

    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer


def test_another_method_and_a_paused_source_are_refused(client, post, source):
    assert client.get("/v1/batch").status_code == 405
    Source.objects.update(is_paused=True)
    assert post("batch", {"batch": [ANN]}).status_code == 503


@pytest.mark.parametrize("address", ["identify", "identify/", "i"])
def test_addresses_are_those_that_clients_call(post, address):
    assert post(address, ANN).status_code == 200
    assert Delivery.objects.get().topic == "identify"


def test_a_webhook_that_posts_all_types_to_one_address_is_read_by_what_each_says(post):
    post("track", ANN | {"type": "identify"})
    post("track", ANN | {"type": ["identify"], "event": "x"})

    assert apply() == {"applied": 2}
    assert list(Delivery.objects.order_by("pk").values_list("topic", flat=True)) == ["identify", "track x"]


def test_a_test_order_goes_through_the_door_and_leaves_nothing(source):
    result = test_order.send(source, timezone.now())

    assert (result.answer, result.is_kept, result.reason) == (200, True, "")
    assert result.order.number.startswith("TEST-")
    assert result.event_kinds == ["order.placed"]
    assert not Order.objects.exists()
    assert not Delivery.objects.exists()


def test_a_packed_body_is_unpacked(post, source):
    packed = gzip.compress(json.dumps({"batch": [ANN | {"type": "identify"}]}).encode())
    key = base64.b64encode(f"{key_of(source)}:".encode()).decode()

    answer = post("batch", body=packed, headers={"Authorization": f"Basic {key}", "Content-Encoding": "gzip"})

    assert answer.status_code == 200
    assert apply() == {"applied": 1}


@pytest.mark.parametrize(
    ("body", "coding", "why"),
    [
        (gzip.compress(b"0" * 50_000_000, mtime=0), "gzip", "larger than"),
        (gzip.compress(b"{}", mtime=0)[:-6], "gzip", "breaks off"),
        (b"{}", "gzip", "not gzip"),
        (b"{}", "br", "“br” is not known"),
        (b" " * 512_001, "", "larger than 512000 bytes"),
        (b"", "", "not JSON"),
        (b"nonsense", "", "not JSON"),
        (b"[]", "", "not a JSON object"),
        (b'{"x": NaN}', "", "not JSON"),
        (b'{"x": 1e999}', "", "not JSON"),
        (b'{"x": ' + b"9" * 5_000 + b"}", "", "not JSON"),
        (b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "", "not JSON"),
        (b'{"x": ' + b"[" * 500 + b"]" * 500 + b"}", "", "not JSON"),
        (b"\xff\xfe{", "", "not JSON"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(post, source, body, coding, why):
    headers = {"Authorization": f"Bearer {key_of(source)}"} | ({"Content-Encoding": coding} if coding else {})

    answer = post("track", body=body, headers=headers)

    assert answer.status_code == 400
    assert why in answer.json()["message"]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({}, "batch: is not a list of calls."),
        ({"batch": {}}, "batch: is not a list of calls."),
        ({"batch": [ANN, 5]}, "batch.1: is not a JSON object."),
        ({"batch": [ANN, {"userId": "7", "traits": {"x": "y" * 33_000}}]}, "batch.1: is larger than 32768 bytes."),
    ],
)
def test_a_batch_that_cannot_be_taken_is_refused_whole(post, told, why):
    answer = post("batch", told)

    assert (answer.status_code, answer.json()["message"]) == (400, why)
    assert not Delivery.objects.exists()


def test_characters_that_cannot_be_kept_are_replaced(post):
    assert (
        post("track", body='{"userId": "7", "event": "a\\u0000b\\ud800", "properties": {"c\\u0000": 1}}').status_code
        == 200
    )

    assert apply() == {"applied": 1}
    assert Event.objects.get().properties == {"event_name": "a\ufffdb\ufffd", "c\ufffd": 1}


def test_a_batch_is_kept_in_one_statement(post, django_assert_num_queries):
    told = {"batch": [ANN | {"type": "identify", "messageId": f"m{number}"} for number in range(100)]}

    # The source; its turn; the rows; when it was heard.
    with django_assert_num_queries(4):
        assert post("batch", told).status_code == 200

    assert Delivery.objects.count() == 100


def test_more_calls_than_a_source_may_make_come_again_later(post, monkeypatch):
    monkeypatch.setattr(sources, "MOST_SENT_A_MINUTE", 2)

    answers = [post("track", ANN | {"event": "A", "messageId": f"m{number}"}) for number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert answers[2]["Access-Control-Allow-Origin"] == "*"
    assert Delivery.objects.count() == 2


def test_an_empty_batch_is_taken(post):
    assert post("batch", {"batch": []}).status_code == 200


def test_a_call_is_known_by_its_id_and_without_one_by_what_it_says(post):
    for call in (ANN | {"messageId": "m1"}, ANN | {"messageId": "m1", "userId": "8"}, ANN, ANN | {"sentAt": at(0)}):
        post("identify", call)
    for tail in "ab":
        post("identify", ANN | {"messageId": "m" * 150 + tail})

    assert Delivery.objects.count() == 4


def test_what_holds_for_a_batch_holds_for_its_calls(post):
    calls = [
        {"type": "identify", "userId": "7"},
        {"type": "identify", "userId": "8", "context": {"locale": "de-DE"}},
        {"type": "identify", "userId": "9", "context": "none"},
    ]

    post("batch", {"batch": calls, "context": {"locale": "ru-RU", "timezone": "Europe/Moscow"}})

    assert apply() == {"applied": 3}
    languages = Customer.objects.order_by("external_id").values_list("language", "time_zone")
    assert list(languages) == [("ru", "Europe/Moscow"), ("de", "Europe/Moscow"), ("", "")]


@pytest.mark.parametrize(
    ("call", "told", "why"),
    [
        ("batch", {"type": "dance", "userId": "7"}, "type: “dance” is none of the calls."),
        ("identify", {"traits": {"plan": "a"}}, "neither a userId nor an anonymousId"),
        ("track", {"userId": "7"}, "event: is missing."),
        ("group", {"userId": "7"}, "groupId: is missing."),
        ("alias", {"userId": "7"}, "an alias needs both"),
        ("track", {"userId": "7" * 181, "event": "x"}, "longer than 180"),
        ("track", {"userId": "7", "event": "x", "timestamp": "yesterday"}, "timestamp: is not a moment"),
        ("track", {"userId": "7", "event": "x", "timestamp": 5}, "timestamp: is not a moment"),
        ("track", {"userId": "7", "event": "x", "timestamp": "0001-01-01"}, "The year 1 "),
        ("track", {"userId": "7", "event": "x", "timestamp": "9999-12-31", "sentAt": "0001-01-01"}, "cannot be right"),
        ("track", ORDER | {"properties": {"order_id": "1", "products": "x"}}, "products: is not a list"),
        ("track", ORDER | {"properties": {"order_id": "1", "products": [{}]}}, "products.0: has neither"),
        ("track", ORDER | {"properties": {"order_id": "1", "total": "a lot"}}, "total: is not a number"),
        ("track", ORDER | {"properties": {"order_id": "1", "total": True}}, "total: is not a number"),
        ("identify", {"userId": "7", "traits": {"consents": [{}]}}, "traits.consents.0.granted: "),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_taken_and_says_why(post, call, told, why):
    assert post(call, {"batch": [told]} if call == "batch" else told).status_code == 200

    assert apply() == {"failed": 1}
    assert why in Delivery.objects.get().reason
    assert not Customer.objects.exists()


def test_a_key_tells_no_more_than_its_kind_may(post, monkeypatch):
    monkeypatch.setitem(keys.RIGHTS, Source.Kind.TRACKING, frozenset({keys.Right.VISITS}))
    for call in (ANN | {"type": "identify"}, ORDER | {"type": "track"}, {"type": "page", "anonymousId": "a"}):
        post("batch", {"batch": [call]})
    post("track", {"anonymousId": "a", "event": "x", "context": {"traits": {"email": "bob@example.com"}}})

    assert apply() == {"ignored": 3, "applied": 1}
    assert not Customer.objects.exists()
    assert AnonymousEvent.objects.get().kind == "page.viewed"


# When it happened


def test_a_clock_that_is_wrong_is_set_right_by_when_it_was_sent(post):
    told = {"userId": "7", "event": "x", "timestamp": "2020-01-01T12:00:00Z", "sentAt": "2020-01-01T12:10:00Z"}

    before = timezone.now()
    post("track", told)
    apply()

    assert abs(Event.objects.get().occurred_at - (before - dt.timedelta(minutes=10))) < dt.timedelta(seconds=30)


def test_the_future_has_not_happened_and_the_past_has(post):
    post("track", {"userId": "7", "event": "future", "timestamp": "2150-01-01T12:00:00Z"})
    post("track", {"userId": "7", "event": "past", "timestamp": "2015-01-01T12:00:00"})
    apply()

    assert Event.objects.get(kind="future").occurred_at <= timezone.now()
    assert Event.objects.get(kind="past").occurred_at == dt.datetime(2015, 1, 1, 12, tzinfo=dt.UTC)


def test_an_import_is_history_and_starts_nothing(post):
    post("import", {"batch": [ORDER | {"type": "track", "timestamp": at(5)}]})

    assert apply() == {"applied": 1}
    assert Event.objects.get().is_historic
    assert not EventInbox.objects.exists()


# Who it was


def test_traits_are_what_is_known_of_a_customer(post):
    post("identify", {
        "userId": 7,
        "traits": {
            "email": "Ann@Example.com", "phone": "+44 20 7946 0000", "name": "Ann Mary Lee",
            "birthday": "1990-05-01T00:00:00Z",
            "address": {"city": "Leeds", "street": "Mill Lane 1"}, "plan": "gold", "logins": 5,
            "createdAt": "2020-01-01", "nothing": None,
        },
        "context": {"locale": "en_GB", "timezone": "Europe/London"},
    })  # fmt: skip

    assert apply() == {"applied": 1}
    ann = Customer.objects.get()
    assert (ann.external_id, ann.first_name, ann.last_name, ann.city) == ("7", "Ann", "Mary Lee", "Leeds")
    assert (ann.born_on, ann.language, ann.time_zone) == (dt.date(1990, 5, 1), "en", "Europe/London")
    assert ann.attributes == {"plan": "gold", "logins": 5, "address": {"city": "Leeds", "street": "Mill Lane 1"}}
    addresses = ann.contacts.order_by("channel").values_list("address", flat=True)
    assert list(addresses) == ["ann@example.com", "+442079460000"]
    assert not ConsentRecord.objects.exists()


def test_what_is_no_address_spoils_nothing_else(post):
    traits = {"email": "at work", "phone": "555", "first_name": "Ann", "timezone": "Mars", "birthday": "in May"}
    post("identify", {"userId": "7", "traits": traits | {"city": "x" * 151, "language": ["en"]}})

    assert apply() == {"applied": 1}
    ann = Customer.objects.get()
    assert (ann.first_name, ann.city, ann.time_zone, ann.born_on) == ("Ann", "", "", None)
    assert ann.attributes == {
        "email": "at work", "phone": "555", "timezone": "Mars", "birthday": "in May", "city": "x" * 151,
        "language": ["en"],
    }  # fmt: skip
    assert not ann.contacts.exists()


def test_an_id_that_is_an_address_is_one(post):
    post("identify", {"userId": "ann@example.com"})
    apply()

    assert Customer.objects.get().contacts.get().address == "ann@example.com"


def test_a_yes_needs_its_words_and_its_moment(post):
    said = {"channel": "email", "granted": True, "at": at(1)}
    post("identify", ANN | {"traits": ANN["traits"] | {"newsletter": True, "consents": [said]}, "messageId": "m1"})
    assert apply() == {"failed": 1}
    assert "traits.consents.0: a yes needs the words" in Delivery.objects.get().reason
    assert not Customer.objects.exists()

    said["wording"] = "Yes, write to me"
    post("identify", ANN | {"traits": ANN["traits"] | {"newsletter": True, "consents": [said]}, "messageId": "m2"})

    assert apply() == {"applied": 1}
    assert ConsentRecord.objects.get().wording == "Yes, write to me"
    assert Customer.objects.get().attributes == {"newsletter": True}


def test_an_id_and_the_address_of_another_id_are_two_people(post):
    post("identify", ANN)
    post("identify", ANN | {"userId": "8"})
    apply()

    assert set(Customer.objects.values_list("external_id", flat=True)) == {"7", "8"}
    assert MergeProposal.objects.count() == 1


def test_a_group_is_the_company_of_its_people(post):
    post("group", {"userId": "7", "groupId": "g1", "traits": {"name": "Initech", "employees": 20}})

    assert apply() == {"applied": 1}
    assert Customer.objects.get().attributes == {"company": "Initech", "company_id": "g1"}
    event = Event.objects.get()
    assert (event.kind, event.properties) == ("group_joined", {"name": "Initech", "employees": 20, "group_id": "g1"})


# What they did


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Product Viewed", "product_viewed"),
        ("order.placed", "order_placed"),
        ("Товар просмотрен", "tovar_prosmotren"),
        ("Größe gewählt", "grosse_gewahlt"),
        ("購入", "event_"),
        ("購入 done", "done_"),
        ("!", "event_"),
        ("x" * 150, "x" * 89 + "_"),
    ],
)
def test_a_kind_is_spelled_in_latin_words(name, kind):
    found = kind_of(name)

    assert found == kind or (kind.endswith("_") and found.startswith(kind) and len(found) == len(kind) + 10)
    assert kind_of(name + "?") == found or kind.endswith("_")


def test_an_event_keeps_its_name_and_properties_and_its_order(post):
    post("track", ORDER)
    post("track", {"userId": "7", "event": "Coupon Entered", "properties": {"order_id": "1001", "name": "MAY"}})

    assert apply() == {"applied": 2}
    event = Event.objects.get(kind="coupon_entered")
    assert event.properties == {"order_id": "1001", "name": "MAY", "event_name": "Coupon Entered"}
    assert event.order == Order.objects.get()
    assert event.source == f"source:{Source.objects.get().pk}"


def test_pages_and_screens_are_pages_viewed(post):
    page = {"url": "https://kettle.example.com/a", "title": "A"}
    post("page", {"userId": "7", "context": {"page": page}, "properties": {"seconds": 12}})
    post("page", {"userId": "7", "name": "Home", "properties": {"url": "https://kettle.example.com/"}})
    post("screen", {"userId": "7", "name": "Basket"})

    assert apply() == {"applied": 3}
    viewed = Event.objects.filter(kind="page.viewed").order_by("pk").values_list("properties", flat=True)
    assert list(viewed) == [
        page | {"seconds": 12}, {"url": "https://kettle.example.com/", "title": "Home"}, {"url": "", "title": "Basket"}
    ]  # fmt: skip


# What they ordered


def test_a_completed_order_is_an_order(post):
    post("track", ORDER | {"timestamp": at(10)})

    assert apply() == {"applied": 1}
    order = Order.objects.get()
    assert (order.number, order.currency, order.coupon_code) == ("1001", "EUR", "MAY")
    assert (order.total, order.discount, order.customer.external_id) == (Decimal("104.80"), 5, "7")
    line = order.lines.get()
    assert (line.product.sku, line.quantity, line.price) == ("K-1", 2, Decimal("49.9"))
    assert (line.product.category.parent.name, line.product.category.name) == ("Kitchen", "Kettles")
    assert kinds() == ["order.placed"]


@pytest.mark.parametrize(
    ("properties", "total"),
    [
        ({"total": 10, "revenue": 7}, "10"),
        ({"value": "10.5"}, "10.5"),
        ({"revenue": 7, "shipping": 2, "tax": 0.5}, "9.5"),
        ({"products": [KETTLE | {"quantity": None}], "discount": 9.9}, "40"),
    ],
)
def test_an_order_comes_to_what_is_told_of_it(post, properties, total):
    post("track", ORDER | {"properties": {"order_id": "1"} | properties})

    assert apply() == {"applied": 1}
    assert Order.objects.get().total == Decimal(total)


def test_an_order_told_anew_is_corrected_and_its_moments_come(post):
    post("track", ORDER | {"timestamp": at(9)})
    more = {"order_id": "1001", "total": 154.7, "products": [KETTLE | {"quantity": 3}]}
    post("track", {"userId": "7", "event": "Order Updated", "properties": more, "timestamp": at(8)})
    for minute, name in enumerate(("Paid", "Shipped", "Delivered", "Cancelled")):
        told = {
            "userId": "7",
            "event": f"Order {name}",
            "properties": {"order_id": "1001"},
            "timestamp": at(7 - minute),
        }
        post("track", told)

    assert apply() == {"applied": 6}
    order = Order.objects.get()
    assert (order.total, order.lines.get().quantity) == (Decimal("154.7"), 3)
    assert order.paid_at < order.shipped_at < order.delivered_at < order.cancelled_at


def test_a_refund_is_whole_or_by_goods_once(post):
    post("track", ORDER | {"timestamp": at(9)})
    one = {"order_id": "1001", "total": "49.90", "products": [{"sku": "K-1", "quantity": 1}]}
    part = {"userId": "7", "event": "Order Refunded", "properties": one, "messageId": "r1", "timestamp": at(8)}
    post("track", part)
    post("track", part)
    assert apply() == {"applied": 2}
    assert (Order.objects.get().refunded, Order.objects.get().lines.get().returned_quantity) == (Decimal("49.90"), 1)

    whole = {"event": "Order Refunded", "properties": {"order_id": "1001"}, "messageId": "r" * 99}
    post("track", {"userId": "7"} | whole)

    assert apply() == {"applied": 1}
    assert (Order.objects.get().refunded, Order.objects.get().lines.get().returned_quantity) == (Decimal("104.80"), 2)


@pytest.mark.parametrize("name", ["Order Updated", "Order Refunded", "Order Cancelled"])
def test_what_is_told_of_an_order_before_it_waits_for_it(post, name):
    post("track", {"userId": "7", "event": name, "properties": {"order_id": "1001", "total": 1}, "timestamp": at(5)})
    assert apply() == {"waiting": 1}

    post("track", ORDER | {"timestamp": at(6)})

    assert apply() == {"applied": 2}
    assert Order.objects.count() == 1


def test_a_guest_is_known_by_the_address_left_with_the_order(post):
    told = ORDER["properties"] | {"email": "bob@example.com"}
    post("track", {"anonymousId": "a", "event": "Order Completed", "properties": told})

    assert apply() == {"applied": 1}
    assert Order.objects.get().customer.contacts.get().address == "bob@example.com"
    assert KnownVisitor.objects.get().customer == Order.objects.get().customer


def test_an_order_of_somebody_unknown_waits_until_they_are_known(post):
    post("track", {"anonymousId": "a", "event": "Order Completed", "properties": ORDER["properties"]})
    assert apply() == {"waiting": 1}
    assert Delivery.objects.get().reason == "Who placed order 1001 is not known yet."

    post("identify", ANN | {"anonymousId": "a"})

    assert apply() == {"applied": 2}
    assert Order.objects.get().customer.external_id == "7"


# Visitors


def visit(post, name, *, ago, device="a", **more):
    post("track", {"anonymousId": device, "event": name, "timestamp": at(ago), **more})


@pytest.mark.parametrize(
    "known",
    [
        ("identify", ANN | {"anonymousId": "a"}),
        ("track", {"userId": "7", "anonymousId": "a", "event": "Signed Up"}),
        ("alias", {"userId": "7", "previousId": "a"}),
        ("identify", {"anonymousId": "a", "traits": {"email": "ann@example.com"}}),
    ],
)
def test_what_an_unknown_visitor_did_is_theirs_once_they_are_known(post, known):
    visit(post, "Long Ago", ago=90)
    visit(post, "Just Now", ago=30)
    visit(post, "Elsewhere", ago=20, device="b")
    assert apply() == {"applied": 3}
    assert not Event.objects.exists()
    assert not Customer.objects.exists()

    call, told = known
    post(call, told)
    assert apply() == {"applied": 1}

    ann = Customer.objects.get()
    joined = Event.objects.filter(kind__in=["long_ago", "just_now"]).order_by("occurred_at")
    assert [(event.kind, event.is_historic, event.customer) for event in joined] == [
        ("long_ago", True, ann), ("just_now", False, ann)
    ]  # fmt: skip
    assert EventInbox.objects.filter(event__in=joined).count() == 1
    assert AnonymousEvent.objects.get().kind == "elsewhere"

    visit(post, "After", ago=0)
    apply()
    assert Event.objects.get(kind="after").customer == ann


def test_the_second_person_at_a_device_has_what_follows(post):
    visit(post, "Before", ago=50)
    apply()
    post("identify", {"userId": "7", "anonymousId": "a", "timestamp": at(40)})
    visit(post, "First", ago=30)
    post("identify", {"userId": "8", "anonymousId": "a", "timestamp": at(20)})
    visit(post, "Second", ago=10)
    visit(post, "Late Word", ago=25)
    post("identify", {"userId": "8", "anonymousId": "a", "timestamp": at(5)})
    apply()

    owners = Event.objects.order_by("occurred_at").values_list("kind", "customer__external_id")
    assert list(owners) == [("before", "7"), ("first", "7"), ("late_word", "7"), ("second", "8")]
    assert KnownVisitor.objects.count() == 2


def test_traits_of_somebody_unknown_say_so(post):
    post("identify", {"anonymousId": "a", "traits": {"plan": "gold"}})

    assert apply() == {"ignored": 1}
    assert Delivery.objects.get().reason == "Traits of a visitor of whom neither an id nor an address is known."


def test_an_alias_of_two_customers_is_left_to_staff(post):
    post("identify", {"userId": "old", "messageId": "m1"})
    post("alias", {"userId": "7", "previousId": "old"})

    assert apply() == {"applied": 2}
    assert MergeProposal.objects.get().reason == "the shop's site says that both are one person"


def test_an_alias_of_an_address_adds_it(post):
    post("alias", {"userId": "7", "previousId": "ann@example.com"})
    apply()

    assert Customer.objects.get().contacts.get().address == "ann@example.com"


def test_two_sites_that_number_alike_have_visitors_of_their_own(post, source):
    post("identify", {"userId": "7", "anonymousId": "1"})
    apply()
    Source.objects.update(id_prefix="b-")
    visit(post, "Elsewhere", ago=1, device="1")
    apply()

    assert AnonymousEvent.objects.get().anonymous_id == "b-1"


def test_visits_take_the_same_queries_whoever_many_wait(post, django_assert_max_num_queries):
    for number in range(40):
        visit(post, f"Visit {number}", ago=number + 1)
    apply()
    post("identify", {"userId": "7", "anonymousId": "a"})

    with django_assert_max_num_queries(40):
        apply()

    assert Event.objects.count() == 40


def test_what_nobody_came_back_for_is_forgotten_after_three_months(post, now):
    visit(post, "Old", ago=1)
    visit(post, "New", ago=1)
    apply()
    AnonymousEvent.objects.filter(kind="old").update(received_at=timezone.now() - dt.timedelta(days=91))

    forget_visits()

    assert AnonymousEvent.objects.get().kind == "new"
    assert PeriodicTask.objects.get(task="crm.tasks.forget_visits").enabled


def test_devices_move_with_a_merge_are_exported_and_erased(now):
    keeper, duplicate = make_customer(), make_customer()
    KnownVisitor.objects.create(anonymous_id="a", customer=duplicate, since=now)

    merge(keeper, duplicate, at=now)
    assert visitors.owner_at("a", now) == keeper
    assert export_person(keeper)["devices"] == [{"anonymous_id": "a", "since": "2026-03-10T12:00:00Z", "until": None}]

    assert erase(keeper, at=now)["erased"]["devices"] == 1
    assert not KnownVisitor.objects.exists()
