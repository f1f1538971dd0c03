"""The script on the shop's site: what its public key may tell, who comes from a letter, and a look at a page."""

import datetime as dt
import gzip
import json

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chains.models import Touch
from crm.customers import visitors
from crm.customers.merge import merge
from crm.intake import deliveries
from crm.intake.doors import read
from crm.intake.site import guard, looks, readers
from crm.intake.site.reading import signature_of
from crm.intake.sources import change_secret, new_secret
from crm.models import AnonymousEvent, ConsentRecord, Contact, Customer, Delivery, Event, KnownVisitor, Order, Source
from crm.privacy.erase import erase
from tests.chains.written_messages import make_touch
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SITE = "https://www.kettle.example.com"
VISIT = {"type": "track", "anonymousId": "d-1", "event": "Product Viewed", "properties": {"sku": "K-1"}}


@pytest.fixture
def source():
    return Source.objects.create(kind="site", name="Site", secret=new_secret("site"), site_address=SITE)


@pytest.fixture
def tell(source):
    """As a browser does it: without a preflight, with the key in the body and the page's origin."""
    cache.clear()

    def send(*calls, origin=SITE, key=None, agent=PERSON, **more):
        told = {"writeKey": key or source.key, "batch": list(calls), **more}
        headers = {"User-Agent": agent} | ({"Origin": origin} if origin else {})
        return Client().post("/v1/batch", json.dumps(told), content_type="text/plain", headers=headers)

    return send


def apply(at=None):
    return dict(deliveries.apply_due(at or timezone.now(), read))


def identify(**encore):
    return {"type": "identify", "anonymousId": "d-1", "context": {"encore": encore}}


def page(seconds, is_open, **more):
    call = {"type": "page", "anonymousId": "d-1", "messageId": "look-1", "context": {"encore": {"open": is_open}}}
    return call | {"properties": {"url": f"{SITE}/kettles", "title": "Kettles", "seconds": seconds}, **more}


def nothing_but_visits():
    return (Customer.objects.count(), Order.objects.count(), ConsentRecord.objects.count(), Contact.objects.count())


# The file


def test_the_script_is_small_and_may_be_loaded_by_any_page_and_kept(client):
    response = client.get("/encore.js", headers={"Accept-Encoding": "gzip, br"})

    assert len(response.content) <= 3_000
    assert response["Content-Encoding"] == "gzip"
    text = gzip.decompress(response.content).decode()
    assert text.startswith("(() => {\n")
    assert "//" not in [line.strip()[:2] for line in text.splitlines()]
    assert client.get("/encore.js").content.decode() == text
    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=86400"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Encoding" in response["Vary"]
    assert not response.cookies

    again = client.get("/encore.js", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.post("/encore.js").status_code == 405


# The key


def test_a_visit_is_kept_for_whoever_it_turns_out_to_be(tell, source):
    answer = tell(VISIT)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert apply() == {"applied": 1}
    visit = AnonymousEvent.objects.get()
    assert (visit.anonymous_id, visit.kind) == ("d-1", "product_viewed")
    assert visit.properties == {"sku": "K-1", "event_name": "Product Viewed"}
    assert nothing_but_visits() == (0, 0, 0, 0)
    source.refresh_from_db()
    assert source.last_heard_at is not None


@pytest.mark.parametrize("key", ["{key}.{secret}", "{secret}", "{key}.", "x"])
def test_the_secret_is_no_key(tell, source, key):
    given = key.format(key=source.key, secret=source.secret)

    assert tell(VISIT, key=given).status_code == (200 if given == f"{source.key}." else 401)
    assert Delivery.objects.count() == (1 if given == f"{source.key}." else 0)


def test_the_public_key_of_a_site_opens_no_other_door(source):
    headers = {"Authorization": f"Bearer {source.key}"}

    answers = [
        Client().post(address, "{}", content_type="application/json", headers=headers)
        for address in (f"/hooks/{source.key}/", "/api/v1/orders", "/api/v1/customers")
    ]

    assert [answer.status_code for answer in answers] == [404, 401, 401]


@pytest.mark.parametrize(
    "call",
    [
        {"type": "identify", "userId": "7", "traits": {"email": "eve@example.com", "firstName": "Eve"}},
        {"type": "identify", "userId": "7", "context": {"encore": {"userHash": "00"}}},
        {"type": "identify", "userId": "7", "traits": {"consents": [{"channel": "email", "granted": True}]}},
        {"type": "alias", "userId": "7", "previousId": "d-1"},
        {"type": "identify", "userId": "ann@example.com", "context": {"encore": {"token": "forged"}}},
    ],
)
def test_a_page_may_not_say_who_somebody_is(tell, call):
    ann = make_customer(external_id="7", email="ann@example.com", first_name="Ann")
    before = nothing_but_visits()

    tell({"anonymousId": "d-1", **call})

    assert apply() == {"ignored": 1}
    assert "by a letter or the shop's signature" in Delivery.objects.get().reason
    assert nothing_but_visits() == before
    assert not KnownVisitor.objects.exists()
    ann.refresh_from_db()
    assert ann.first_name == "Ann"


def test_what_is_told_of_an_id_or_an_address_is_the_devices_only(tell):
    make_customer(external_id="7", email="ann@example.com")

    tell(VISIT | {"userId": "7", "context": {"traits": {"email": "ann@example.com"}}})

    assert apply() == {"applied": 1}
    assert not Event.objects.filter(kind="product_viewed").exists()
    assert AnonymousEvent.objects.get().anonymous_id == "d-1"


def test_an_order_told_by_a_page_is_an_event_and_no_order(tell):
    order = {"order_id": "1001", "total": 5, "email": "eve@example.com", "products": [{"sku": "K-1", "price": 5}]}

    tell(VISIT | {"event": "Order Completed", "properties": order}, VISIT | {"event": "Order Refunded"})

    assert apply() == {"applied": 2}
    assert nothing_but_visits() == (0, 0, 0, 0)
    assert sorted(AnonymousEvent.objects.values_list("kind", flat=True)) == ["order_completed", "order_refunded"]


def test_a_company_told_by_a_page_is_an_event(tell):
    tell({"type": "group", "anonymousId": "d-1", "groupId": "g1", "traits": {"name": "Initech"}})

    assert apply() == {"applied": 1}
    assert AnonymousEvent.objects.get().properties == {"name": "Initech", "group_id": "g1"}


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (VISIT | {"anonymousId": ""}, "anonymousId: is missing."),
        (VISIT | {"event": ""}, "event: is missing."),
        ({"type": "group", "anonymousId": "d-1"}, "groupId: is missing."),
        ({"type": "dance", "anonymousId": "d-1"}, "type: “dance” is none of the calls."),
        (VISIT | {"anonymousId": "x" * 181}, "userId or anonymousId: is longer than 180 characters."),
    ],
)
def test_what_cannot_be_read_says_why(tell, call, reason):
    tell(call)

    assert apply() == {"failed": 1}
    assert Delivery.objects.get().reason == reason


# The guard


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SITE, 200),
        ("https://kettle.example.com", 200),
        ("https://blog.kettle.example.com", 200),
        ("https://kettle.example.com.evil.example", 401),
        ("https://evilkettle.example.com", 401),
        ("null", 200),
        ("", 200),
        ("http://[", 400),
    ],
)
def test_a_page_of_another_site_is_refused(tell, origin, status):
    assert tell(VISIT, origin=origin).status_code == status
    assert Delivery.objects.count() == (status == 200)


def test_any_page_may_tell_where_the_site_is_not_said(tell, source):
    Source.objects.update(site_address="")

    assert tell(VISIT, origin="https://elsewhere.example").status_code == 200


def test_a_flood_is_stopped_for_a_minute(tell, monkeypatch):
    monkeypatch.setattr(guard, "MOST_OF_ONE_ADDRESS", 2)

    answers = [tell(VISIT | {"messageId": str(number)}) for number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "60"
    assert answers[2]["Access-Control-Allow-Origin"] == "*"
    assert Delivery.objects.count() == 2


def test_a_site_has_its_own_pace(tell):
    Source.objects.update(requests_a_minute=1)

    assert [tell(VISIT).status_code for _ in range(2)] == [200, 429]


def test_the_calls_of_a_visitor_are_counted_together_over_all_processes(tell, monkeypatch):
    """Another process has a cache of its own."""
    monkeypatch.setattr(guard, "MOST_OF_ONE_ADDRESS", 1)
    answers = [tell(VISIT)]
    cache.clear()
    answers += [tell(VISIT)]

    assert [answer.status_code for answer in answers] == [200, 429]


@pytest.mark.parametrize(
    ("calls", "why"),
    [
        ([VISIT] * 101, "batch: has more than 100 calls."),
        ([VISIT | {"properties": {str(n): n for n in range(101)}}], "properties: are more than 100."),
        ([VISIT | {"properties": {"text": "x" * 33_000}}], "batch.0: is larger than 32768 bytes."),
    ],
)
def test_too_much_is_refused(tell, calls, why):
    answer = tell(*calls)

    assert (answer.status_code, answer.json()["message"]) == (400, why)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("agent", ["Mozilla/5.0 (compatible; Googlebot/2.1)", "HeadlessChrome/140", ""])
def test_a_robot_is_answered_and_forgotten(tell, agent):
    assert tell(VISIT, agent=agent).status_code == 200
    assert not Delivery.objects.exists()


# Who comes from a letter


@pytest.fixture
def letter(source, shop):
    return make_touch(links=[f"{SITE}/kettles?colour=red#top", "https://elsewhere.example/"])


def follow(touch, link=0, agent=PERSON):
    address = reverse("chains:click", args=[touch.token, link])
    return Client(headers={"User-Agent": agent}).get(address)["Location"]


def token_in(location):
    return location.partition("enc=")[2].partition("#")[0]


def test_a_link_to_the_site_says_whose_letter_it_was(letter, tell):
    location = follow(letter)
    assert location.startswith(f"{SITE}/kettles?colour=red&enc=")
    assert location.endswith("#top")

    tell(VISIT, identify(token=token_in(location)), VISIT | {"event": "Cart Viewed"})

    assert apply() == {"applied": 3}
    found = Event.objects.filter(kind__in=["product_viewed", "cart_viewed"])
    assert {event.customer_id for event in found} == {letter.customer_id}
    assert (found.count(), AnonymousEvent.objects.count()) == (2, 0)
    known = KnownVisitor.objects.get()
    assert known.until - known.since == visitors.RECOGNISED_FOR
    assert token_in(follow(letter)) != token_in(location)


def test_a_link_to_another_site_says_nothing(letter):
    assert follow(letter, 1) == "https://elsewhere.example/"


def test_a_machine_learns_no_token(letter):
    assert follow(letter, agent="Mimecast Link Scanner") == letter.links[0]


@pytest.mark.parametrize("change", [{"are_readers_recognised": False}, {"is_paused": True}, {"kind": "tracking"}])
def test_no_site_asks_who_comes(letter, change):
    Source.objects.update(**change)

    assert follow(letter) == letter.links[0]


def test_the_shops_own_address_stands_in_for_the_sites(letter, shop):
    Source.objects.update(site_address="")
    shop.site_url = "https://kettle.example.com/"
    shop.save()

    assert "&enc=" in follow(letter)


def test_a_token_is_good_for_an_hour(now):
    token = readers.token_of(7, now)

    assert readers.reader_in(token, now + readers.GOOD_FOR) == 7
    assert readers.reader_in(token, now + readers.GOOD_FOR + dt.timedelta(seconds=1)) is None


@pytest.mark.parametrize("token", ["", "x", "gAAAAA", "é", "A" * 500, "\0"])
def test_what_is_no_token_is_nobodys(now, token):
    assert readers.reader_in(token, now) is None


def test_the_reader_is_taken_for_themselves_for_a_month(letter, tell, now):
    known = KnownVisitor(anonymous_id="d-1", customer=letter.customer, since=now, until=now + visitors.RECOGNISED_FOR)
    known.save()

    assert visitors.owner_at("d-1", now) == letter.customer
    assert visitors.owner_at("d-1", known.until - dt.timedelta(seconds=1)) == letter.customer
    assert visitors.owner_at("d-1", known.until) is None


def test_another_letter_prolongs_it(letter, tell, now):
    later = now + dt.timedelta(days=20)

    for moment in (now, later, now):
        visitors.recognise("d-1", letter.customer, at=moment, now=later)

    known = KnownVisitor.objects.get()
    assert (known.since, known.until) == (now, later + visitors.RECOGNISED_FOR)


def test_whom_the_letter_was_forwarded_to_buys_nothing_in_the_readers_name(letter, tell):
    tell(identify(token=token_in(follow(letter))))
    apply()
    shop = Source.objects.create(kind="tracking", name="Server", secret=new_secret("tracking"))
    told = {"type": "track", "event": "Order Completed", "anonymousId": "d-1"}
    told["properties"] = {"order_id": "1001", "products": [{"sku": "K-1", "price": 5}]}
    Delivery.objects.create(source=shop, key="1", topic="track", payload=told)

    assert apply() == {"waiting": 1}
    assert not Order.objects.exists()

    bob = {"type": "identify", "anonymousId": "d-1", "userId": "8", "traits": {"email": "bob@example.com"}}
    Delivery.objects.create(source=shop, key="2", topic="identify", payload=bob)
    assert apply() == {"applied": 2}
    assert Order.objects.get().customer.external_id == "8"


def test_a_letter_does_not_take_a_device_from_who_is_logged_in(letter, tell, source):
    own = signature_of("8", source.secret)
    tell(identify(userHash=own) | {"userId": "8"})
    apply()

    tell(identify(token=token_in(follow(letter))), VISIT)

    assert apply() == {"applied": 2}
    assert Event.objects.get(kind="product_viewed").customer.external_id == "8"


def test_who_logs_in_ends_what_the_letter_said(letter, tell, source):
    tell(identify(token=token_in(follow(letter))))
    apply()

    tell(identify(userHash=signature_of("8", source.secret)) | {"userId": "8"}, VISIT)

    assert apply() == {"applied": 2}
    assert Event.objects.get(kind="product_viewed").customer.external_id == "8"


def test_a_letter_to_somebody_merged_or_erased_since(letter, tell, now):
    kept = make_customer(email="kept@example.com")
    token = token_in(follow(letter))
    merge(kept, letter.customer, at=timezone.now())
    tell(identify(token=token), VISIT)
    assert apply() == {"applied": 2}
    assert Event.objects.get(kind="product_viewed").customer == kept

    erase(kept, at=timezone.now())
    tell(identify(token=readers.token_of(kept.pk, timezone.now())) | {"anonymousId": "d-2"})
    apply()
    assert not KnownVisitor.objects.exists()


# The shop's signature


def test_a_signed_id_makes_the_visits_the_customers(tell, source):
    ann = make_customer(external_id="7", email="ann@example.com", first_name="Ann")
    signed = identify(userHash=signature_of("7", source.secret)) | {"userId": "7", "traits": {"firstName": "Eve"}}

    tell(VISIT, signed)

    assert apply() == {"applied": 2}
    assert Event.objects.get(kind="product_viewed").customer == ann
    ann.refresh_from_db()
    assert ann.first_name == "Ann"


def test_the_signature_of_another_id_is_none(tell, source):
    make_customer(external_id="7")

    tell(identify(userHash=signature_of("8", source.secret)) | {"userId": "7"})

    assert apply() == {"ignored": 1}


def test_the_secret_before_signs_for_a_day(tell, source):
    before = signature_of("7", source.secret)
    change_secret(source, timezone.now())

    tell(identify(userHash=before) | {"userId": "7"})

    assert apply() == {"applied": 1}


# A look at a page


def views():
    return list(AnonymousEvent.objects.filter(kind="page.viewed").values_list("properties__seconds", flat=True))


def test_a_look_is_one_event_with_all_its_seconds(tell):
    tell(page(5, is_open=True))
    assert apply() == {}
    assert Delivery.objects.get().reason == "The page is still open."

    tell(page(9, is_open=True))
    tell(page(12, is_open=False))

    assert apply() == {"applied": 1}
    tell(page(20, is_open=True))
    assert apply() == {}
    assert views() == [12]
    assert AnonymousEvent.objects.get().properties == {"url": f"{SITE}/kettles", "title": "Kettles", "seconds": 12}


def test_a_look_that_nobody_ended_is_told_after_half_an_hour(tell):
    tell(page(5, is_open=True))

    assert apply(timezone.now() + looks.WAITING_FOR_MORE) == {"applied": 1}
    assert views() == [5]


def test_the_last_two_words_of_a_look_may_overtake_each_other(tell):
    tell(page(9, is_open=False))
    tell(page(9, is_open=True))
    tell(page(5, is_open=True, messageId="look-2"))
    tell(page(3, is_open=False, messageId="look-2"))

    assert apply() == {"applied": 1}
    assert apply(timezone.now() + looks.WAITING_FOR_MORE) == {"applied": 1}
    assert sorted(views()) == [5, 9]


def test_a_look_told_twice_at_once_is_one(tell):
    tell(page(5, is_open=True), page(7, is_open=False))

    assert Delivery.objects.count() == 1
    assert apply() == {"applied": 1}
    assert views() == [7]


@pytest.mark.parametrize("seconds", [None, "12", {"a": 1}, [], True, -1, 1e300])
def test_seconds_may_be_anything(tell, seconds):
    tell(page(5, is_open=True))

    assert tell(page(seconds, is_open=False)).status_code == 200


def test_of_a_paused_site_nothing_is_lost_nor_taken(tell):
    Source.objects.update(is_paused=True)

    assert tell(VISIT).status_code == 503
    assert not Delivery.objects.exists()
    assert not Touch.objects.exists()
