import uuid

import pytest
from django.urls import reverse

from crm.models import Case, ConsentRecord, Customer, StaffTask
from tests.conftest import make_customer
from tests.crm.test_admin_customer import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client, shop):
    return sign_in(client, "Support")


def call(client, **changes):
    form = {
        "first_name": "Ann",
        "last_name": "Petrova",
        "phone": "+447700900123",
        "email": "",
        "about": "question",
        "subject": "Does the lid fit?",
        "body": "Bought elsewhere",
        "may_answer": "on",
        "token": uuid.uuid4().hex,
    }
    return client.post(reverse("admin:crm_customer_caller"), form | changes)


def test_a_stranger_who_asks_is_added_with_their_question(client, agent):
    response = call(client)

    ann, case = Customer.objects.get(), Case.objects.get()
    assert response.url == reverse("admin:crm_customer_change", args=[ann.pk])
    assert (ann.name, ann.source) == ("Ann Petrova", "staff")
    assert (case.customer, case.kind, case.subject, case.channel, case.owner) == (
        ann,
        "question",
        "Does the lid fit?",
        "phone",
        agent,
    )
    consent = ConsentRecord.objects.get()
    assert (consent.purpose, consent.address, consent.recorded_by) == ("service", "+447700900123", agent)


def test_whoever_wants_to_order_goes_on_to_the_order(client, agent):
    response = call(client, about="order", subject="")

    assert response.url == reverse("admin:crm_customer_order", args=[Customer.objects.get().pk])
    assert not Case.objects.exists()


def test_what_is_to_be_done_for_them_is_a_task(client, agent):
    call(client, about="task", subject="Send the catalogue")

    assert StaffTask.objects.get().title == "Send the catalogue"


def test_a_second_press_adds_nothing(client, agent):
    token = uuid.uuid4().hex

    call(client, token=token)
    call(client, token=token, known=Customer.objects.get().pk)

    assert (Customer.objects.count(), Case.objects.count()) == (1, 1)


def test_whoever_is_known_by_this_phone_is_offered_instead(client, agent):
    ben = make_customer(first_name="Ben", phone="+447700900123", consent=False)

    asked = call(client)
    assert "It is them: note it there" in asked.text
    assert (Customer.objects.count(), Case.objects.count()) == (1, 0)
    call(client, known=ben.pk)

    assert Case.objects.get().customer == ben
    ben.refresh_from_db()
    assert ben.first_name == "Ben"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone": ""}, "Type an email address or a phone number"),
        ({"subject": ""}, "Say in a line what it is about"),
        ({"about": ""}, "This field is required"),
        ({"phone": "12"}, "errorlist"),
    ],
)
def test_what_is_missing_is_said_at_its_field(client, agent, changes, words):
    response = call(client, **changes)

    assert response.status_code == 400
    assert words in response.text
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("typed", "field", "value"),
    [
        ("+44 7700 900123", "phone", "+44 7700 900123"),
        ("ann@example.com", "email", "ann@example.com"),
        ("ann petrova", "last_name", "Petrova"),
    ],
)
def test_what_was_searched_for_is_filled_in(client, agent, typed, field, value):
    found = client.get(reverse("admin:crm_customer_find"), {"q": typed}).text
    page = client.get(reverse("admin:crm_customer_caller"), {"q": typed})

    assert "A new caller" in found
    assert page.context["form"].initial[field] == value
