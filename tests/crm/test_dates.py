"""Dates that chains count from tell the log when they change."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from crm.customers import attributes
from crm.intake.files.import_file import ImportOptions, import_file
from crm.models import Customer, Event
from crm.orders import orders
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def boss(client):
    client.force_login(User.objects.create_superuser("boss"))
    return client


def told(kind):
    return [event.properties for event in Event.objects.filter(kind=kind).order_by("pk")]


def test_an_appointment_moved_on_the_orders_page_is_told(boss, now):
    order = make_order(appointment_at=now)
    page = reverse("admin:crm_order_change", args=[order.pk])
    form = {"appointment_at_0": "2026-05-01", "appointment_at_1": "10:00:00", "responsible": "", "receipt_url": ""}
    form |= {"payment_due_at_0": "2026-05-02", "payment_due_at_1": "10:00:00"}
    form |= {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}

    for _ in range(2):
        answer = boss.post(page, form)
        assert answer.status_code == 302, answer.context["errors"]

    order.refresh_from_db()
    (moved,) = told("order.appointment_moved")
    assert moved["to"] == order.appointment_at.isoformat() != now.isoformat()
    (moved,) = told("order.payment_moved")
    assert moved == {"number": order.number, "from": None, "to": order.payment_due_at.isoformat()}


def test_a_birth_date_corrected_by_staff_is_told(boss, now):
    customer = make_customer(born_on=dt.date(1990, 5, 1), attributes={"departure_on": "2026-07-01"})
    page = reverse("admin:crm_customer_edit", args=[customer.pk])
    form = {"first_name": "Ann", "born_on": "1991-05-01", "language": "", "time_zone": ""}
    form |= {"contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}

    answer = boss.post(page, form)

    assert answer.status_code == 302, answer.context["errors"]
    assert told("customer.date") == [{"name": "born_on", "from": "1990-05-01", "to": "1991-05-01"}]


def test_an_attribute_is_put_once_and_only_a_date_is_told(now):
    customer = make_customer(attributes={"pet": "cat"})
    make_customer(attributes={"pet": "dog"})

    assert attributes.set_attribute(Customer.objects.all(), "pet", "dog", now) == 1
    assert attributes.set_attribute(Customer.objects.all(), "pet", "dog", now) == 0
    assert told("customer.date") == []

    attributes.set_attribute(Customer.objects.filter(pk=customer.pk), "trip", "2026-07-01", now)
    attributes.set_attribute(Customer.objects.filter(pk=customer.pk), "trip", "cancelled", now + DAY)
    assert told("customer.date") == [
        {"name": "trip", "from": None, "to": "2026-07-01"},
        {"name": "trip", "from": "2026-07-01", "to": None},
    ]
    customer.refresh_from_db()
    assert customer.attributes == {"pet": "dog", "trip": "cancelled"}


def test_an_appointment_moves_once_and_may_be_called_off(now):
    order = make_order(appointment_at=now)

    for _ in range(2):
        orders.move_appointment(order, to=now + DAY, at=now)
    orders.move_appointment(order, to=None, at=now)

    assert [moved["to"] for moved in told("order.appointment_moved")] == [(now + DAY).isoformat(), None]
    with pytest.raises(ValueError, match="time zone"):
        orders.move_appointment(order, to=dt.datetime(2026, 5, 1), at=now)  # noqa: DTZ001


def test_a_file_tells_of_dates_it_changes_for_those_known_before(tmp_path, now):
    make_customer(external_id="7", born_on=dt.date(1990, 5, 1), attributes={"departure_on": "2026-07-01", "pet": "cat"})
    file = tmp_path / "customers.csv"
    file.write_text(
        "customer_id,birth_date,departure_on,pet\n7,1990-05-01,2026-08-01,dog\n8,1991-05-01,2026-09-01,cat\n"
    )

    for _ in range(2):
        import_file("customers", file, now=now, options=ImportOptions(keeps_attributes=True))

    assert told("customer.date") == [{"name": "departure_on", "from": "2026-07-01", "to": "2026-08-01"}]
    assert not Event.objects.get(kind="customer.date").is_historic
