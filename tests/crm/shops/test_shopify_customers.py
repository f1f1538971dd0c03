import datetime as dt

import pytest
from django.utils import translation

from crm.models import ConsentRecord, Contact, Customer, MergeProposal, Order
from tests.crm.shops.shopify_shop import ADDRESS, LATER, PLACED, connected, customer, order, tell

pytestmark = pytest.mark.django_db

SAID_AT = dt.datetime.fromisoformat("2026-01-05T10:00:00+01:00")


@pytest.fixture
def source(shop):
    return connected()


def consents():
    return {(one.channel, one.action): one.occurred_at for one in ConsentRecord.objects.exclude(purpose="profiling")}


def said(state, **changes):
    return {"state": state, "opt_in_level": "single_opt_in", "consent_updated_at": LATER} | changes


@pytest.mark.parametrize("what", ["create", "update", "enable", "disable"])
def test_a_customer_comes_with_profile_and_addresses(source, what):
    tell(source, f"customers/{what}", customer())

    known = Customer.objects.get()
    assert (known.external_id, known.first_name, known.last_name, known.city) == ("7", "Ann", "Lee", "Leeds")
    assert known.tags == ["vip", "tea"]
    assert sorted(Contact.objects.values_list("channel", "address")) == [
        ("email", "ann@example.com"), ("sms", "+441134960001"),
    ]  # fmt: skip


def test_a_yes_comes_with_its_moment_and_with_words_that_say_what_it_is(source):
    for _turn in range(2):
        tell(source, "customers/update", customer())

    line = ConsentRecord.objects.get()
    assert (line.channel, line.action, line.occurred_at) == ("email", "granted", SAID_AT)
    assert line.wording == (
        "The box to subscribe in Shopify's checkout or account (ticked once). Shopify does not tell its words."
    )
    assert (line.source, line.evidence) == ("Kettle shop", {"opt_in_level": "single_opt_in"})


def test_the_words_are_in_the_language_of_the_shop(source, settings):
    settings.LANGUAGE_CODE = "ru"

    with translation.override("en"):
        tell(source, "customers/update", customer())

    assert "Shopify" in ConsentRecord.objects.get().wording
    assert "The box" not in ConsentRecord.objects.get().wording


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (said("unsubscribed"), {("email", "withdrawn")}),
        (said("subscribed", opt_in_level="confirmed_opt_in"), {("email", "granted")}),
        (said("subscribed", opt_in_level=None), {("email", "granted")}),
        (said("subscribed", consent_updated_at=None), set()),
        (said("not_subscribed"), set()),
        (said("pending"), set()),
        (said("redacted"), set()),
    ],
)
def test_only_a_yes_or_no_with_its_moment_is_recorded(source, told, expected):
    tell(source, "customers/update", customer(email_marketing_consent=told))

    assert set(consents()) == expected


def test_sms_has_a_consent_of_its_own(source):
    told = customer(email_marketing_consent=None, sms_marketing_consent=said("subscribed"))
    tell(source, "customers/update", told)

    assert set(consents()) == {("sms", "granted")}


@pytest.mark.parametrize(
    ("accepts", "at", "expected"),
    [
        (True, LATER, {("email", "granted")}),
        (True, None, set()),
        (False, LATER, {("email", "withdrawn")}),
        pytest.param(False, customer()["created_at"], set(), id="nobody was asked"),
        (None, LATER, set()),
    ],
)
def test_older_versions_tell_consent_otherwise(source, accepts, at, expected):
    old = {"accepts_marketing": accepts, "accepts_marketing_updated_at": at, "marketing_opt_in_level": "single_opt_in"}
    tell(source, "customers/update", customer(email_marketing_consent=None) | old)

    assert set(consents()) == expected


@pytest.mark.parametrize(
    ("topic", "body", "expected"),
    [
        (
            "customers_email_marketing_consent/update",
            {"customer_id": 7, "email_address": "ann@example.com", "email_marketing_consent": said("unsubscribed")},
            ("email", "withdrawn"),
        ),
        (
            "customers_marketing_consent/update",
            {"id": 7, "phone": "+441134960001", "sms_marketing_consent": said("subscribed")},
            ("sms", "granted"),
        ),
    ],
)
def test_consent_told_by_itself_is_that_of_the_known_customer(source, topic, body, expected):
    tell(source, "customers/create", customer(email_marketing_consent=None))

    tell(source, topic, body)

    assert list(consents()) == [expected]
    assert Customer.objects.get().first_name == "Ann"


def test_a_customer_deleted_in_the_shop_stays_until_erasure_is_asked_for(source):
    tell(source, "customers/create", customer())

    told = tell(source, "customers/delete", {"id": 7})

    assert told.status == "ignored"
    assert "asks for erasure" in told.reason
    assert Customer.objects.current().exists()


def test_an_unusable_phone_does_not_keep_an_order_out(source):
    tell(source, "orders/create", order(customer=customer(phone="ask me")))

    assert list(Contact.objects.values_list("channel", flat=True)) == ["email"]


def test_a_phone_without_its_country_is_read_by_that_of_the_address(source):
    tell(source, "customers/create", customer(email=None, phone="0113 496 0001"))

    assert Contact.objects.get().address == "+441134960001"


def test_a_guest_is_known_by_what_they_typed(source):
    tell(source, "orders/create", order(customer=None, phone="+441134960002"))

    guest = Customer.objects.get()
    assert (guest.external_id, guest.first_name, guest.city, guest.language) == (None, "Ann", "Leeds", "en")
    assert sorted(Contact.objects.values_list("address", flat=True)) == ["+441134960002", "ann@example.com"]


def test_the_phone_of_an_address_names_only_whom_nothing_else_does(source):
    tell(source, "orders/create", order(customer=None, email=None, contact_email=None))

    assert Contact.objects.get().address == "+441134960000"


def test_a_guest_who_opens_an_account_is_one_customer(source):
    tell(source, "orders/create", order(customer=None))
    tell(source, "customers/create", customer())
    tell(source, "orders/create", order(id=502, name="#1002"))

    known = Customer.objects.current().get()
    assert (known.external_id, known.orders.count()) == ("7", 2)
    assert not MergeProposal.objects.exists()


def test_the_address_of_an_order_is_not_taken_for_another_of_the_customer(source):
    tell(source, "orders/create", order(email="mum@example.com"))

    assert list(Contact.objects.filter(channel="email").values_list("address", flat=True)) == ["ann@example.com"]


def test_sales_to_nobody_make_no_customer_of_strangers(source):
    nobody = {"customer": None, "email": None, "contact_email": None, "phone": None}
    for number in range(2):
        told = order(id=600 + number, name=f"#{number}", billing_address=None, shipping_address=None, **nobody)
        assert tell(source, "orders/create", told).status == "ignored"

    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_whom_nothing_usable_names_fails_in_words(source):
    told = order(customer=None, email="not an address", contact_email=None, billing_address={}, shipping_address={})

    assert "is not an email address" in tell(source, "orders/create", told).reason


def test_null_says_nothing(source):
    tell(source, "customers/create", customer())
    tell(source, "customers/update", dict.fromkeys(customer(), None) | {"id": 7, "updated_at": PLACED})

    assert (Customer.objects.get().first_name, Customer.objects.get().city) == ("Ann", ADDRESS["city"])
