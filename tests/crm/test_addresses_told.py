"""Of several addresses of a channel the one told last is used, whoever tells it and in whatever order."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from chains.engine.run import tick
from crm.customers.find_or_create import find_or_create
from crm.customers.merge import merge
from crm.intake.files.import_file import import_file
from crm.models import Contact, Customer, Event, EventKind
from crm.service.cases import open_case
from crm.service.sending import send_reply
from crm.webhooks_out.payload import emails_of
from tests.chains.factories import live_chain, message
from tests.conftest import NOW, make_order

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def load(tmp_path):
    def load_rows(kind, *rows, columns, at):
        path = tmp_path / "rows.csv"
        path.write_text("\n".join([columns, *rows]) + "\n")
        return import_file(kind, path, now=at)

    return load_rows


def in_use(customer=None, channel="email"):
    contacts = Contact.objects.filter(channel=channel)
    return (contacts.filter(customer=customer) if customer else contacts).told_last_first().first().address


def tell(email, *, at=NOW, told_at=None):
    return find_or_create(external_id="7", email=email, now=at, told_at=told_at)


def test_a_door_that_tells_another_address_changes_what_is_used():
    ann = tell("old@example.com", at=NOW - DAY)

    tell("new@example.com")

    assert in_use() == "new@example.com"
    told = Event.objects.get(kind=EventKind.ADDRESS_CHANGED)
    assert (told.customer, told.properties["contact"]) == (ann, ann.contacts.get(address="new@example.com").pk)


def test_an_older_word_that_comes_late_takes_nothing_back():
    tell("new@example.com", told_at=NOW - DAY)

    tell("old@example.com", told_at=NOW - 3 * DAY)

    assert in_use() == "new@example.com"


def test_an_address_told_again_is_the_one_told_last():
    tell("first@example.com", at=NOW - 9 * DAY)
    tell("second@example.com", at=NOW - 5 * DAY)

    tell("first@example.com")

    assert in_use() == "first@example.com"
    assert Event.objects.filter(kind=EventKind.ADDRESS_CHANGED).count() == 1


def test_the_only_address_is_told_anew_once_a_day():
    tell("ann@example.com", at=NOW - 2 * DAY)

    tell("ann@example.com", at=NOW)
    tell("ann@example.com", at=NOW + dt.timedelta(hours=2))

    assert Contact.objects.get().told_at == NOW


def test_a_file_of_customers_tells_as_of_its_import(load):
    columns = "customer_id,email"
    load("customers", "7,old@example.com", columns=columns, at=NOW - 9 * DAY)
    load("customers", "7,new@example.com", columns=columns, at=NOW - 5 * DAY)
    assert in_use() == "new@example.com"

    load("customers", "7,old@example.com", columns=columns, at=NOW)

    assert in_use() == "old@example.com"
    told = Event.objects.get(kind=EventKind.ADDRESS_CHANGED)
    assert told.is_historic
    assert told.properties["contact"] == Contact.objects.get(address="new@example.com").pk


def test_orders_of_a_file_tell_as_of_their_days(load):
    columns = "order_number,customer_id,email,placed_at,total"

    load(
        "orders",
        "A-2,7,new@example.com,2026-02-02,10",
        "A-1,7,old@example.com,2025-01-01,10",
        columns=columns,
        at=NOW,
    )
    load("orders", "A-0,7,older@example.com,2024-01-01,10", columns=columns, at=NOW)

    assert in_use() == "new@example.com"


def test_a_service_letter_goes_to_the_address_told_last_of_those_that_work(shop):
    tell("old@example.com", at=NOW - 9 * DAY)
    ann = tell("new@example.com", at=NOW - 5 * DAY)
    live_chain(message(), at=NOW - DAY)
    make_order(customer=ann, placed_at=NOW)
    tick(NOW)
    Contact.objects.filter(address="new@example.com").update(state="bounced")
    make_order(customer=ann, placed_at=NOW + DAY)
    tick(NOW + DAY)

    assert [letter.to for letter in mail.outbox] == [["new@example.com"], ["old@example.com"]]


def test_agents_and_webhooks_out_use_the_same_address(shop, django_user_model):
    tell("old@example.com", at=NOW - 9 * DAY)
    ann = tell("new@example.com", at=NOW - 5 * DAY)
    case = open_case(ann, kind="question", subject="Lid", at=NOW)

    send_reply(case, text="On Friday", at=NOW, by=django_user_model.objects.create_user("agent"))

    assert [letter.to for letter in mail.outbox] == [["new@example.com"]]
    assert emails_of([ann.pk]) == {ann.pk: "new@example.com"}


def test_a_merge_keeps_when_an_address_was_told_last():
    keeper, duplicate = (Customer.objects.create(first_name=name) for name in ("Ann", "Anna"))
    for customer, told_at in ((keeper, NOW - 9 * DAY), (duplicate, NOW)):
        Contact.objects.create(customer=customer, channel="email", address="same@example.com", told_at=told_at)
    Contact.objects.create(customer=keeper, channel="email", address="other@example.com", told_at=NOW - DAY)

    merge(keeper, duplicate, at=timezone.now())

    assert in_use(Customer.objects.get(pk=keeper.pk)) == "same@example.com"
