"""What the law has a shop pass on: it is answered at once, and really carried out."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from crm import consent, events
from crm.customers.merge import merge
from crm.intake.privacy import leaving, payloads
from crm.models import Contact, Customer, Delivery, ErasureCertificate, Order, PrivacyRequest
from crm.tasks import carry_out_privacy
from tests.conftest import make_customer, make_order
from tests.crm.shops.shopify_shop import DOMAIN, PLACED, apply, connected, customer, order, post, tell

pytestmark = pytest.mark.django_db

SHOP = {"shop_id": 1, "shop_domain": DOMAIN}
ANN = {"id": 7, "email": "ann@example.com", "phone": "+441134960001"}
ACCESS = SHOP | {"orders_requested": [501], "customer": ANN, "data_request": {"id": 99}}
REDACT = SHOP | {"orders_to_redact": [501], "customer": ANN}
BOB = customer(id=8, email="bob@example.com", phone=None)


@pytest.fixture
def source(shop):
    return connected()


@pytest.fixture
def enter(client):
    def sign_in(role):
        user = User.objects.create_user(role, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


def asked():
    return PrivacyRequest.objects.get()


def current():
    return sorted(Customer.objects.current().values_list("external_id", flat=True))


def test_who_asks_what_is_kept_is_answered_by_staff_within_a_month(source, enter):
    tell(source, "orders/create", order())
    told = tell(source, "customers/data_request", ACCESS, key="p1")
    assert post(source, "customers/data_request", ACCESS, key="p1").status_code == 200
    assert told.status == "applied"
    assert asked().due_at - asked().received_at == dt.timedelta(days=30)

    manager = enter("Managers")
    assert "to be done" in manager.get("/admin/crm/privacyrequest/").text
    page = manager.get(f"/admin/crm/privacyrequest/{asked().pk}/change/")
    assert "Download what is kept" in page.text
    file = manager.post(f"/admin/crm/privacyrequest/{asked().pk}/download/")
    assert file["content-disposition"].startswith("attachment")
    assert [one["number"] for one in file.json()["orders"]] == ["#1001"]

    manager.post(f"/admin/crm/privacyrequest/{asked().pk}/do/done/")

    assert (asked().outcome, asked().done_by.username) == ("Given to the person.", "Managers")
    assert asked().done_at
    assert "It is done already" in manager.post(f"/admin/crm/privacyrequest/{asked().pk}/do/done/", follow=True).text


def test_who_asks_and_is_not_known_is_answered_that_nothing_is_kept(source, enter):
    tell(source, "customers/data_request", ACCESS)

    assert asked().outcome == "Nobody here has this id, address or number: nothing is kept."
    page = enter("Managers").get(f"/admin/crm/privacyrequest/{asked().pk}/change/")
    assert "Download what is kept" not in page.text
    assert "It is done" in page.text


def test_a_request_past_its_day_is_shown_as_overdue(source, enter):
    tell(source, "customers/data_request", ACCESS)
    PrivacyRequest.objects.update(due_at=timezone.now() - dt.timedelta(days=1))

    assert "overdue" in enter("Managers").get("/admin/crm/privacyrequest/").text


@pytest.mark.parametrize("role", ["Support", "Marketing"])
def test_only_managers_answer(source, enter, role):
    tell(source, "orders/create", order())
    tell(source, "customers/data_request", ACCESS)
    staff = enter(role)

    assert staff.get("/admin/crm/privacyrequest/").status_code == 403
    for what in ("download", "do/done"):
        assert staff.post(f"/admin/crm/privacyrequest/{asked().pk}/{what}/").status_code == 403
    assert asked().done_at is None


def test_what_is_kept_is_not_given_out_by_a_link(source, enter):
    tell(source, "orders/create", order())
    tell(source, "customers/data_request", ACCESS)

    assert enter("Managers").get(f"/admin/crm/privacyrequest/{asked().pk}/download/").status_code == 405


def test_whoever_is_to_be_forgotten_is_erased_with_what_came_about_them(source):
    tell(source, "orders/create", order())
    tell(source, "customers/update", customer())
    tell(source, "orders/create", order(id=502, name="#1002", customer=BOB, email="bob@example.com"))
    post(source, "customers/update", customer(first_name="Anne"))

    told = tell(source, "customers/redact", REDACT)

    assert told.status == "applied"
    assert current() == ["8"]
    assert not Contact.objects.filter(address="ann@example.com").exists()
    kept = {one.subject for one in Delivery.objects.exclude(payload={})}
    assert kept == {"order 502"}
    certificate = ErasureCertificate.objects.get()
    assert (asked().kind, asked().outcome) == ("erasure", f"Erased. Certificates: {certificate.pk}.")
    assert asked().done_at
    assert Order.objects.count() == 2


def test_what_was_not_applied_yet_never_is(source):
    tell(source, "customers/create", customer())
    post(source, "customers/redact", REDACT, key="w-redact")
    waiting = Delivery.objects.create(
        source=source, key="early", subject="order 501", topic="orders/create", payload=order(),
        received_at=timezone.now() - dt.timedelta(hours=1), due_at=timezone.now() + dt.timedelta(hours=1),
    )  # fmt: skip
    apply()

    waiting.refresh_from_db()
    assert (waiting.status, waiting.payload) == ("ignored", {})
    assert waiting.reason == "Erased with the person, before it was applied."


def test_whom_the_shop_gave_no_id_leaves_no_address_behind(source):
    checkout = {"id": 1, "token": "t", "email": "Ann@example.com", "updated_at": PLACED}
    tell(source, "checkouts/update", checkout)
    assert Delivery.objects.get().subject == "customer ann@example.com"

    tell(source, "customers/redact", REDACT | {"customer": {"id": None, "email": "ann@example.com"}})

    assert not Customer.objects.current().exists()
    assert set(Delivery.objects.values_list("subject", flat=True)) == {""}
    assert not Delivery.objects.exclude(payload={}).exists()


def test_what_comes_afterwards_is_a_new_beginning(source):
    tell(source, "orders/create", order())
    tell(source, "customers/redact", REDACT)

    tell(source, "orders/create", order(id=502, name="#1002"))

    assert current() == ["7"]


def test_somebody_else_at_the_same_address_stays_and_a_guest_record_goes(source):
    tell(source, "customers/create", customer())
    other = make_customer(email="ann@example.com", external_id="till-5")
    guest = make_customer(email="ann@example.com")
    shared = make_customer(email="ann@example.com", phone="+441134960009")

    tell(source, "customers/redact", REDACT)

    assert set(Customer.objects.current()) == {other, shared}
    assert not Customer.objects.current().filter(pk=guest.pk).exists()
    assert asked().erased == 2


def test_whoever_was_merged_is_erased_under_the_id_they_had(source):
    tell(source, "customers/create", customer())
    keeper = make_customer(external_id="till-5")
    merge(keeper, Customer.objects.get(external_id="7"), at=timezone.now())

    tell(source, "customers/redact", REDACT)

    keeper.refresh_from_db()
    assert keeper.erased_at
    assert asked().erased == 1


def test_nobody_to_erase_is_told_in_words(source):
    told = tell(source, "customers/redact", REDACT)

    assert told.status == "applied"
    assert asked().outcome == "Nobody here has this id, address or number: there was nothing to erase."


@pytest.mark.parametrize(
    ("topic", "body", "why"),
    [
        pytest.param("shop/redact", order(), "shop_id", id="an order under the topic of an erasure"),
        pytest.param("shop/redact", SHOP | {"id": 501}, "id", id="more than a shop"),
        pytest.param("customers/redact", ACCESS, "orders_to_redact", id="a question under the topic of an erasure"),
        pytest.param("customers/redact", customer(), "shop_id", id="a customer under the topic of an erasure"),
        pytest.param("shop/redact", SHOP | {"shop_domain": "other.myshopify.com"}, "not kettle", id="another shop"),
    ],
)
def test_nothing_is_erased_because_of_a_header_that_nobody_signed(source, topic, body, why):
    tell(source, "orders/create", order())

    told = tell(source, topic, body)

    assert told.status == "failed"
    assert why in told.reason
    assert current() == ["7"]
    assert not PrivacyRequest.objects.exists()


@pytest.fixture
def leaving_shop(source):
    """Ann bought, Bob registered, a guest bought; Cleo is known elsewhere too in each of the ways there are."""
    tell(source, "orders/create", order())
    tell(source, "customers/create", BOB)
    tell(source, "orders/create", order(id=503, name="#1003", customer=None, email="guest@example.com"))
    return source


def known_elsewhere(source, number, how):
    tell(source, "customers/create", customer(id=number, email=f"c{number}@example.com", phone=None))
    cleo = Customer.objects.get(external_id=str(number))
    if how == "before":
        Customer.objects.filter(pk=cleo.pk).update(created_at=source.created_at - dt.timedelta(days=1))
    elif how == "order":
        make_order(customer=cleo)
    elif how == "consent":
        email = f"c{number}@example.com"
        consent.grant(cleo, channel="email", address=email, purpose="marketing", at=timezone.now(), source="fair")
    elif how == "event":
        events.record("quiz", customer=cleo, occurred_at=timezone.now(), source="source:0", key="q")
    else:
        merge(cleo, make_customer(), at=timezone.now())


WAYS = ["before", "order", "consent", "event", "merged"]


def test_a_shop_that_leaves_takes_those_along_who_came_from_it_alone(leaving_shop):
    for number, how in enumerate(WAYS, start=20):
        known_elsewhere(leaving_shop, number, how)
    stranger = make_customer(external_id="till-1")
    other = connected("Other", id_prefix="B-")
    tell(other, "customers/create", customer(id=7, email="x@example.com", phone=None))

    told = tell(leaving_shop, "shop/redact", SHOP)
    assert (told.status, asked().done_at) == ("applied", None)
    carry_out_privacy()

    assert current() == sorted([*(str(number) for number in range(20, 25)), "B-7", stranger.external_id])
    assert asked().outcome == "Customers erased: 3. Known from elsewhere too, and kept: 5."
    assert asked().done_at
    assert not leaving_shop.deliveries.exclude(payload={}).exists()
    assert other.deliveries.exclude(payload={}).count() == 1


def test_what_a_worker_left_half_done_goes_on_from_there(leaving_shop, monkeypatch):
    tell(leaving_shop, "shop/redact", SHOP)
    monkeypatch.setattr(leaving, "BATCH", 1)
    monkeypatch.setattr(payloads, "BATCH", 2)

    assert leaving.carry_out_some(timezone.now()) == 1
    assert (asked().erased, asked().done_at) == (1, None)

    carry_out_privacy()

    assert asked().outcome == "Customers erased: 3. Known from elsewhere too, and kept: 0."
    assert ErasureCertificate.objects.count() == 3
    assert leaving.carry_out_some(timezone.now()) == 0


def test_what_takes_long_is_rung_by_beat(db):
    assert PeriodicTask.objects.get(task="crm.tasks.carry_out_privacy").enabled
