"""Strangers who share a placeholder stay strangers, whichever way they come in."""

from decimal import Decimal

import pytest

from chains.public.sign_up import SignUpPage
from crm.admin.contact_form import ContactForm
from crm.admin.new_customer import NewCustomerForm
from crm.customers.find_or_create import find_or_create
from crm.intake.any_shape.mapping import Pick, ShapeMapping
from crm.intake.any_shape.reading import Message, facts_of
from crm.intake.api import reading as api
from crm.intake.api.schemas import OrderIn
from crm.intake.facts import ConsentFact, CustomerFact, EventFact, OrderFact, PrivacyFact, ProductFact
from crm.intake.recording import record_fact
from crm.intake.shops.shopify.orders import order_fact as shopify_order
from crm.intake.shops.woocommerce.orders import order_fact as woocommerce_order
from crm.intake.site import reading as site
from crm.intake.tracking import reading as tracking
from crm.models import Channel, Company, Customer, Delivery, Order, Product, Source
from crm.orders.catalogue import LineData
from crm.orders.orders import place
from tests.conftest import NOW, make_customer
from tests.crm.shops import shopify_shop, woocommerce

pytestmark = pytest.mark.django_db

STRANGERS = ("anna@example.com", "boris@example.com")
IDS = ["0", "-1", "guest", "null", "None", "n/a", "undefined", "NaN", "гость", "#N/A", "—"]
BY_NAME = {"number": "n", "customer_id": "id", "email": "email", "phone": "phone", "total": "sum"}


@pytest.fixture
def source():
    return Source.objects.create(kind="webhook", name="Till", id_prefix="T-")


def by_api(number, customer_id, email, phone=""):
    customer = {"id": customer_id, "email": email, "phone": phone}
    return [api.order_fact(OrderIn(number=number, customer=customer, placed_at=NOW, total=5))]


def by_any_shape(number, customer_id, email, phone=""):
    mapping = ShapeMapping(about="order", fields={name: Pick(path=path) for name, path in BY_NAME.items()}, meanings={})
    body = {"n": number, "id": customer_id, "email": email, "phone": phone, "sum": 5}
    return facts_of(body, mapping, Message(number, NOW))


def by_tracking(number, customer_id, email, phone=""):
    told = {"order_id": number, "total": 5}
    call = {"type": "track", "event": "Order Completed", "userId": customer_id, "anonymousId": "undefined"}
    person = {"traits": {"email": email, "phone": phone}}
    source = Source(kind="tracking")
    payload = call | {"properties": told, "context": person}
    return tracking.read(Delivery(source=source, key=number, payload=payload, received_at=NOW))


def by_woocommerce(number, customer_id, email, phone=""):
    billing = {"first_name": "Ann", "email": email, "phone": phone, "country": "DE"}
    return [woocommerce_order(woocommerce.order(id=int(number), number=number, billing=billing, customer_id=0))]


def by_shopify(number, customer_id, email, phone=""):
    body = shopify_shop.order(id=int(number), name=number, customer=None, email=email, contact_email=email, phone=phone)
    body |= {"billing_address": {"phone": phone}, "shipping_address": {"phone": phone}}
    return [shopify_order(body, "")]


DOORS = [by_api, by_any_shape, by_tracking, by_woocommerce, by_shopify]


@pytest.mark.parametrize("customer_id", IDS)
@pytest.mark.parametrize("door", [by_api, by_any_shape, by_tracking])
def test_an_id_of_nobody_joins_no_strangers(door, customer_id, source):
    for number, email in zip(("71", "72"), STRANGERS, strict=True):
        for fact in door(number, customer_id, email):
            record_fact(fact, source, NOW)

    known = {customer.contacts.get().address: customer.external_id for customer in Customer.objects.all()}
    assert known == dict.fromkeys(STRANGERS)
    assert Order.objects.values("customer").distinct().count() == 2


@pytest.mark.parametrize("phone", ["0000000000", "+7 999 999 99 99", "1234567890", "нет"])
@pytest.mark.parametrize("door", DOORS)
def test_a_phone_of_nobody_joins_no_strangers(door, phone, source):
    for number, email in zip(("71", "72"), STRANGERS, strict=True):
        for fact in door(number, "", email, phone):
            record_fact(fact, source, NOW)

    assert {customer.contacts.get().address for customer in Customer.objects.all()} == set(STRANGERS)


@pytest.mark.parametrize("door", DOORS)
def test_who_is_named_by_placeholders_alone_is_refused_by_the_value(door, source):
    def tell():
        for fact in door("71", "0", "none@none.com", "0000000"):
            record_fact(fact, source, NOW)

    with pytest.raises(ValueError, match="none@none.com.*stands for nobody"):
        tell()

    assert (Customer.objects.count(), Order.objects.count()) == (0, 0)


@pytest.mark.parametrize("fact", [
    CustomerFact(external_id="guest", profile={"first_name": "Ann"}),
    EventFact("quiz_taken", CustomerFact(email="no@email.com"), NOW, "k-1"),
    PrivacyFact("erasure", "k-1", NOW, external_id="0"),
])  # fmt: skip
def test_every_fact_about_nobody_is_refused(fact, source):
    Customer.objects.create(external_id="T-0")

    with pytest.raises(ValueError, match="stands for nobody|needs an id of the shop"):
        record_fact(fact, source, NOW)

    assert Customer.objects.get().erased_at is None


def test_a_consent_needs_an_address_of_somebody(source):
    yes = ConsentFact("email", "marketing", True, NOW, "Yes", address="none@none.com")

    with pytest.raises(ValueError, match="none@none.com.*leave it out"):
        record_fact(CustomerFact(external_id="7", consents=(yes,)), source, NOW)


@pytest.mark.parametrize("number", ["0", "-", "#REF!", "null"])
def test_an_order_without_a_number_of_its_own_is_refused_by_name(number, source):
    ann = CustomerFact(external_id="7")
    with pytest.raises(ValueError, match="is no number of an order"):
        record_fact(OrderFact(number=number, customer=ann, placed_at=NOW, total=Decimal(5)), source, NOW)
    with pytest.raises(ValueError, match="is no number of an order"):
        place(number, customer=make_customer(), placed_at=NOW, total=Decimal(5))

    assert not Order.objects.exists()


def test_an_id_of_an_order_that_is_none_is_not_told(source):
    for number in ("A-1", "A-2"):
        told = {"number": number, "external_id": "0", "customer": CustomerFact(external_id="7"), "placed_at": NOW}
        record_fact(OrderFact(**told, total=Decimal(5)), source, NOW)

    known = Order.objects.order_by("number").values_list("number", "external_id")
    assert list(known) == [("T-A-1", None), ("T-A-2", None)]


def test_goods_without_a_sku_of_their_own_are_known_by_their_name(source):
    lines = tuple(LineData("0", Decimal(1), Decimal(5), name=name) for name in ("Kettle", "Sofa"))
    place("A-1", customer=make_customer(), placed_at=NOW, lines=lines)
    with pytest.raises(ValueError, match="line 1: “#N/A” is no SKU, and the goods have no name"):
        place(
            "A-2", customer=make_customer(), placed_at=NOW, lines=[LineData("#N/A", Decimal(1), Decimal(5), name="-")]
        )
    with pytest.raises(ValueError, match="is no SKU"):
        record_fact(ProductFact("0", {"name": "Kettle"}), source, NOW)

    assert set(Product.objects.values_list("sku", flat=True)) == {"Kettle", "Sofa"}


def test_a_shop_that_gives_no_sku_names_its_goods_by_their_id(source):
    lines = [woocommerce.line(sku="0", product_id=93), woocommerce.line(sku="-", product_id=94)]
    record_fact(woocommerce_order(woocommerce.order(line_items=lines)), source, NOW)

    assert set(Product.objects.values_list("sku", flat=True)) == {"wc-93", "wc-94"}


def test_an_error_of_a_spreadsheet_is_no_name_of_anything(source):
    profile = {
        "first_name": "#N/A",
        "last_name": "Null",
        "city": "#ССЫЛКА!",
        "company": "#REF!",
        "tags": ["#N/A", "vip"],
    }
    record_fact(CustomerFact(external_id="7", profile=profile | {"attributes": {"size": "#N/A"}}), source, NOW)

    ann = Customer.objects.get()
    assert (ann.first_name, ann.last_name, ann.city, ann.company, ann.tags) == ("", "Null", "", None, ["vip"])
    assert (ann.attributes, Company.objects.count()) == ({}, 0)


@pytest.mark.parametrize("call", [
    {"type": "identify", "userId": "null", "anonymousId": "undefined"},
    {"type": "page", "anonymousId": "0"},
])  # fmt: skip
@pytest.mark.parametrize("door", [tracking, site])
def test_a_device_of_nobody_is_refused_by_the_value(door, call):
    delivery = Delivery(source=Source(kind="tracking"), key="k-1", payload=call, received_at=NOW)

    with pytest.raises(ValueError, match="stands for nobody"):
        door.read(delivery)


def test_an_alias_of_nobody_joins_no_device():
    call = {"type": "alias", "previousId": "undefined", "userId": "7"}

    with pytest.raises(ValueError, match="an alias needs both"):
        tracking.read(Delivery(source=Source(kind="tracking"), key="k-1", payload=call, received_at=NOW))


def test_a_consent_of_a_form_is_about_the_address_that_is_one():
    fields = {name: Pick(path=name) for name in ("email", "phone", "consent")}
    mapping = ShapeMapping(
        about="customer", fields=fields, meanings={}, consent_wording="Yes", consent_channels=("email", "sms")
    )
    body = {"email": "none@none.com", "phone": "+442079460000", "consent": "yes"}

    [fact] = facts_of(body, mapping, Message("m-1", NOW))

    assert [consent.channel for consent in fact.consents] == ["sms"]


@pytest.mark.parametrize(("field", "typed"), [("email", "none@none.com"), ("phone", "+7 999 999 99 99")])
def test_staff_are_told_that_it_is_no_address(field, typed, shop):
    assert "leave it out" in NewCustomerForm({field: typed}).errors[field][0]
    channel = Channel.EMAIL if field == "email" else Channel.SMS
    contact = ContactForm({"channel": channel, "address": typed, "state": "active"})
    assert "leave it out" in contact.errors["address"][0]


def test_nobody_signs_up_with_an_address_of_nobody(db):
    from chains.models import SignUpForm

    page = SignUpPage(SignUpForm(title="News"), {"email": "noemail@example.com"})

    assert "leave it out" in page.errors["email"][0]


def test_whoever_is_known_by_a_placeholder_from_before_gets_no_more_people():
    old = make_customer(external_id="0", email="none@none.com")

    new = find_or_create(external_id="0", email="anna@example.com", phone="000000", now=NOW)

    assert new.pk != old.pk
    assert (new.external_id, new.contacts.get().address) == (None, "anna@example.com")
