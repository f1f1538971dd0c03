import datetime as dt

import pytest

from crm import consent
from crm.models import ConsentRecord, Contact, Customer, Event
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
TOLD = {"channel": "email", "address": "ann@example.com", "purpose": "marketing", "source": "checkout"}


@pytest.mark.parametrize(
    ("reason", "history", "state"),
    [
        ("never asked", [], "unknown"),
        ("asked", [("requested", 0)], "requested"),
        ("asked and confirmed", [("requested", 0), ("granted", 1)], "granted"),
        ("said no", [("granted", 0), ("withdrawn", 1)], "withdrawn"),
        ("said yes again", [("withdrawn", 0), ("granted", 1)], "granted"),
        ("the older record arrives last", [("withdrawn", 1), ("granted", 0)], "withdrawn"),
        ("both at one moment: the no", [("withdrawn", 0), ("granted", 0)], "withdrawn"),
        ("asked again after a yes", [("granted", 0), ("requested", 1)], "granted"),
        ("asked again after a no", [("withdrawn", 0), ("requested", 1)], "withdrawn"),
    ],
)
def test_what_a_history_comes_to(reason, history, state):
    assert consent.current_consent([(action, NOON + day * DAY) for action, day in history]) == state, reason


def test_a_yes_reaches_ledger_contact_and_log(now):
    customer = make_customer(email="ann@example.com", consent=False)

    line = consent.grant(
        customer, **TOLD | {"address": "Ann@Example.com"}, at=now, wording="Yes", evidence={"ip": "::1"}
    )

    assert ConsentRecord.objects.get() == line
    assert (line.action, line.address, line.wording, line.evidence) == (
        "granted",
        "ann@example.com",
        "Yes",
        {"ip": "::1"},
    )
    contact = customer.contacts.get()
    assert (contact.marketing_consent, contact.service_consent) == ("granted", "unknown")
    event = Event.objects.get()
    assert (event.kind, event.occurred_at) == ("consent.changed", now)
    assert event.properties == {"channel": "email", "purpose": "marketing", "action": "granted"}


def test_the_same_line_twice_is_one_line(now):
    customer = make_customer(email="ann@example.com", consent=False)

    first = consent.withdraw(customer, **TOLD, at=now)
    second = consent.withdraw(customer, **TOLD, at=now)

    assert first == second
    assert (ConsentRecord.objects.count(), Event.objects.count()) == (1, 1)


def test_an_older_record_arriving_late_changes_the_ledger_only(now):
    customer = make_customer(email="ann@example.com", consent=False)
    consent.withdraw(customer, **TOLD, at=now)

    consent.grant(customer, **TOLD, at=now - DAY)

    assert customer.contacts.get().marketing_consent == "withdrawn"
    assert ConsentRecord.objects.count() == 2


def test_double_opt_in_needs_both(now):
    customer = make_customer(email="ann@example.com", consent=False)

    consent.request(customer, **TOLD, at=now)
    assert not Customer.objects.reachable("email").exists()

    consent.grant(customer, **TOLD, at=now + DAY)
    assert Customer.objects.reachable("email").get() == customer


def test_an_unknown_address_becomes_a_contact(now):
    customer = make_customer(email="", consent=False)

    consent.grant(customer, **TOLD | {"channel": "sms", "address": "+7 916 123-45-67"}, at=now)

    assert Contact.objects.get().address == "+79161234567"


def test_purposes_are_told_apart(now):
    customer = make_customer(email="ann@example.com")

    consent.withdraw(customer, **TOLD | {"purpose": "service"}, at=now)

    contact = customer.contacts.get()
    assert (contact.marketing_consent, contact.service_consent) == ("granted", "withdrawn")
    assert not Customer.objects.reachable("email", "service").exists()


def test_consent_to_profiling_is_about_no_channel(now):
    customer = make_customer(consent=False)

    consent.grant(customer, channel="", address="", purpose="profiling", at=now, source="checkout")

    assert customer.consent_records.get().purpose == "profiling"
    with pytest.raises(ValueError, match="is not a channel"):
        consent.grant(customer, **TOLD | {"channel": "fax"}, at=now)
