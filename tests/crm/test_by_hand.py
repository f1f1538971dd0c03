import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from crm.intake import recording
from crm.intake.facts import OrderFact
from crm.models import Contact, Customer, Event, EventKind, Milestone, Order
from crm.orders import orders
from crm.orders.catalogue import LineData
from crm.orders.correcting import take_back
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client, shop):
    def as_role(role):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return user

    return as_role


@pytest.fixture
def agent(sign_in):
    return sign_in("Support")


def do(client, order, verb, **posted):
    return client.post(reverse("admin:crm_order_do", args=[order.pk, verb]), posted, follow=True)


def test_what_happens_again_after_an_undo_is_told_again(shop):
    order = make_order(total=100)
    for day in (1, 3, 5):
        orders.cancel(order, at=NOW + dt.timedelta(days=1))
        take_back(order, "cancelled_at", at=NOW + dt.timedelta(days=day + 1))
    orders.cancel(order, at=NOW + dt.timedelta(days=1))

    assert Event.objects.filter(kind=EventKind.ORDER_CANCELLED).count() == 4
    assert Event.objects.filter(kind=EventKind.ORDER_MOMENT_UNDONE).count() == 3


def test_a_moment_is_noted_with_its_time(client, agent):
    order = make_order()
    day = timezone.now() - dt.timedelta(days=1)

    do(client, order, "pay", at=timezone.localtime(day).strftime("%Y-%m-%dT%H:%M"))

    order.refresh_from_db()
    assert order.paid_at == day.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("typed", "words"), [("2150-01-01T10:00", "still ahead"), ("soon", "not a day"), ("2026-02-31T10:00", "not a day")]
)
def test_a_moment_that_cannot_be_is_refused_in_words(client, agent, typed, words):
    order = make_order()

    response = do(client, order, "deliver", at=typed)

    order.refresh_from_db()
    assert order.delivered_at is None
    assert words in response.text


def test_a_mistake_is_undone(client, agent):
    order = make_order()
    do(client, order, "cancel")

    response = do(client, order, "mistake", moment="cancelled_at")

    order.refresh_from_db()
    assert order.cancelled_at is None
    assert Event.objects.filter(kind=EventKind.ORDER_MOMENT_UNDONE).exists()
    assert "Undone" in response.text


def test_only_what_may_be_undone_is(client, agent):
    order = make_order()

    assert "Choose what did not happen" in do(client, order, "mistake", moment="placed_at").text


def test_another_promise_and_a_stage_are_noted(client, agent):
    order = make_order()

    do(client, order, "promise", to="2150-01-01T10:00")
    do(client, order, "milestone", name="Frame up")

    order.refresh_from_db()
    assert timezone.localtime(order.promised_at).year == 2150
    assert Milestone.objects.get().name == "Frame up"
    assert "which day" in do(client, order, "promise").text
    assert "Name the stage" in do(client, order, "milestone", name=" ").text


def test_an_old_report_does_not_bring_back_what_was_undone(shop):
    order = make_order(total=100)
    orders.cancel(order, at=NOW)
    take_back(order, "cancelled_at", at=NOW + dt.timedelta(days=2))

    fact = OrderFact(number=order.number, moments={"cancelled_at": NOW})
    recording._happen(order, fact, NOW + dt.timedelta(days=1))

    assert Order.objects.get().cancelled_at is None


def test_a_customer_is_added(client, agent):
    response = client.post(
        reverse("admin:crm_customer_new"),
        {"first_name": "Ann", "email": "Ann@Example.com", "born_on": "1990-05-01", "notes": "Called"},
        follow=True,
    )

    customer = Customer.objects.get()
    assert (customer.name, customer.notes, customer.source) == ("Ann", "Called", "staff")
    assert Contact.objects.get().address == "ann@example.com"
    assert "The customer is added." in response.text


def test_a_known_person_is_opened_instead_of_doubled(client, agent):
    ann = make_customer(email="ann@example.com", first_name="Ann", notes="Likes tea")

    response = client.post(
        reverse("admin:crm_customer_new"),
        {"first_name": "Anna", "email": "ANN@example.com", "city": "Tula", "notes": "Called"},
        follow=True,
    )

    ann.refresh_from_db()
    assert (ann.first_name, ann.city, ann.notes) == ("Ann", "Tula", "Likes tea\nCalled")
    assert "known already" in response.text
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Type an email address or a phone number"),
        ({"email": "nobody"}, "is not an email address"),
        ({"phone": "12"}, "12"),
        ({"email": "a@example.com", "born_on": "2150-01-01"}, "still ahead"),
    ],
)
def test_what_is_wrong_with_a_customer_is_said_and_nothing_typed_is_lost(client, agent, typed, words):
    response = client.post(reverse("admin:crm_customer_new"), {"city": "Tula", **typed})

    assert response.status_code == 400
    assert words in response.text
    assert 'value="Tula"' in response.text
    assert not Customer.objects.exists()


def order_form(*lines, **changes):
    posted = {"number": "H-1", "kind": "goods", "lines-TOTAL_FORMS": "6", "lines-INITIAL_FORMS": "0", **changes}
    for position, line in enumerate(lines):
        posted |= {f"lines-{position}-{name}": value for name, value in line.items()}
    return posted


def test_an_order_is_placed_with_its_event(client, agent):
    ann = make_customer()
    kettle = make_product(name="Kettle", price=40)

    response = client.post(
        reverse("admin:crm_customer_order", args=[ann.pk]),
        order_form(
            {"sku": "kettle", "quantity": "2"},
            {"sku": "NEW-1", "name": "Lid", "quantity": "1", "price": "5.50"},
            discount="1.50",
            responsible=agent.pk,
        ),
        follow=True,
    )

    order = Order.objects.get()
    assert (order.total, order.customer, order.responsible, order.source) == (84, ann, agent, "staff")
    assert {line.product.sku for line in order.lines.all()} == {kettle.sku, "NEW-1"}
    assert Event.objects.filter(kind=EventKind.ORDER_PLACED, order=order).exists()
    assert "The order is placed." in response.text


@pytest.mark.parametrize(
    ("line", "changes", "words"),
    [
        ({"sku": "X"}, {}, "This field is required"),
        ({"sku": "X", "quantity": "1", "price": "3"}, {}, "This product is new: type its name"),
        ({"sku": "X", "name": "Lid", "quantity": "1"}, {}, "has no price for it"),
        ({"sku": "X", "name": "Lid", "quantity": "0", "price": "3"}, {}, "greater than or equal to 0.001"),
        ({"sku": "X", "name": "Lid", "quantity": "1", "price": "3"}, {"discount": "9"}, "larger than the goods"),
        ({"sku": "X", "name": "Lid", "quantity": "1", "price": "3"}, {"number": "R-1"}, "exists already"),
        ({"sku": "X", "name": "Lid", "quantity": "1", "price": "3"}, {"placed_at": "2150-01-01T10:00"}, "still ahead"),
        ({}, {}, "at least 1 form"),
    ],
)
def test_what_is_wrong_with_an_order_is_said_and_nothing_typed_is_lost(client, agent, line, changes, words):
    ann = make_order(number="R-1").customer

    response = client.post(
        reverse("admin:crm_customer_order", args=[ann.pk]), order_form(line, coupon_code="KEEP", **changes)
    )

    assert response.status_code == 400
    assert words in response.text
    assert "KEEP" in response.text
    assert Order.objects.count() == 1


def test_a_number_is_proposed_that_is_free(client, agent):
    year = timezone.localdate().year
    ann = make_order(number=f"H-{year}-2").customer

    page = client.get(reverse("admin:crm_customer_order", args=[ann.pk]))

    assert f'value="H-{year}-3"' in page.text


def test_a_consent_is_noted_with_its_evidence(client, agent):
    ann = make_customer(consent=False)
    address = reverse("admin:crm_customer_consent", args=[ann.pk])
    posted = {"contact": ann.contacts.get().pk, "purpose": "marketing", "action": "granted", "how": "phone"}

    assert "A yes is worth only its words" in client.post(address, posted).text
    client.post(address, {**posted, "wording": "May we write?", "note": "Sure"})

    record = ann.consent_records.get()
    assert (record.wording, record.recorded_by) == ("May we write?", agent)
    assert record.evidence == {"how": "phone", "note": "Sure"}
    assert ann.contacts.get().marketing_consent == "granted"
    client.post(address, {**posted, "action": "withdrawn"})
    assert ann.contacts.get().marketing_consent == "withdrawn"


@pytest.mark.parametrize(("role", "status"), [("Support", 200), ("Managers", 200), ("Marketing", 403)])
def test_who_may_work_by_hand(client, sign_in, role, status):
    ann = make_customer()
    sign_in(role)

    addresses = [
        reverse("admin:crm_customer_new"),
        *(reverse(f"admin:crm_customer_{page}", args=[ann.pk]) for page in ("order", "consent")),
    ]

    assert [client.get(address).status_code for address in addresses] == [status] * 3
    page = client.get(reverse("admin:crm_customer_change", args=[ann.pk])).text
    assert ("New order" in page) == (status == 200)
    assert ("Add a customer" in client.get(reverse("admin:crm_customer_find")).text) == (status == 200)


@pytest.fixture
def delivered(shop):
    kettle, lid = make_product(sku="KET", name="Kettle"), make_product(sku="LID", name="Lid")
    lines = [LineData(kettle.sku, Decimal(3), Decimal(10)), LineData(lid.sku, Decimal(1), Decimal(5))]
    return make_order(lines=lines, delivered_at=NOW)


def return_form(order, **posted):
    return {"token": "a" * 32, f"line_{order.lines.first().pk}": "2", **posted}


def test_a_return_by_line_is_shown_and_then_booked_once(client, agent, delivered):
    address = reverse("admin:crm_order_return", args=[delivered.pk])

    shown = client.post(address, return_form(delivered))
    delivered.refresh_from_db()
    assert delivered.refunded == 0
    summary = shown.context["summary"]
    assert "2 × Kettle" in summary
    assert "20.00" in summary
    changed = client.post(address, return_form(delivered, amount="7", shown=summary))
    assert "7.00" in changed.context["summary"]
    client.post(address, return_form(delivered, shown=summary))

    delivered.refresh_from_db()
    assert delivered.refunded == 20
    assert delivered.lines.get(product__sku="KET").returned_quantity == 2
    assert client.post(address, return_form(delivered, shown=summary)).status_code == 400


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"KET": "4"}, "less than or equal to 3"),
        ({"amount": "35.01"}, "No more than 35.00 is left"),
        ({"KET": ""}, "Say which goods come back"),
    ],
)
def test_more_than_is_left_cannot_come_back(client, agent, delivered, posted, words):
    line = f"line_{delivered.lines.first().pk}"
    data = {line if name == "KET" else name: value for name, value in posted.items()}

    response = client.post(reverse("admin:crm_order_return", args=[delivered.pk]), return_form(delivered, **data))

    delivered.refresh_from_db()
    assert (response.status_code, delivered.refunded) == (400, 0)
    assert words in response.text
