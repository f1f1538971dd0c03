import datetime as dt
import json
from decimal import Decimal

import pytest
from django.contrib.admin.models import CHANGE, LogEntry

from crm import consent, events
from crm.customers import merge
from crm.customers.find_or_create import find_or_create
from crm.figures.scores import score_all
from crm.intake import deliveries
from crm.intake.arrival import Arrival
from crm.intake.files.import_file import ImportOptions, import_file
from crm.models import Contact, Customer, CustomerStats, Delivery, ErasureCertificate, Event, EventInbox, Source
from crm.orders import correcting, orders
from crm.orders.orders import LineData
from crm.orders.placing import place as place_order
from crm.privacy import kept as keeping
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from crm.privacy.kept import Kept
from crm.service import feedback
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

SECRETS = ["Annabel", "Lee-Poe", "annabel@example.com", "+79161234567", "Omsk", "EXT-77", "poodle", "RR-SECRET",
           "it bites", "my neighbour", "10.1.2.3", "a quiet one", "old@example.com"]  # fmt: skip


@pytest.fixture
def person(now):
    """Somebody of whom everything is known, one half of it under a duplicate."""
    customer = make_customer(
        email="annabel@example.com",
        phone="+79161234567",
        first_name="Annabel",
        last_name="Lee-Poe",
        city="Omsk",
        external_id="EXT-77",
        attributes={"dog": "poodle"},
        notes="a quiet one",
        source="fair",
    )
    lines = [LineData("K-1", Decimal(1), Decimal(50), name="Kettle")]
    order = make_order(customer=customer, number="A-1", lines=lines)
    orders.ship(order, at=now, tracking_number="RR-SECRET")
    orders.reach_milestone(order, "Boiled", at=now)
    make_case(customer, body="it bites")
    feedback.leave(customer, kind="rating", score=2, at=now, source="s", key="1", text="my neighbour has a better one")
    consent.grant(customer, channel="email", address="annabel@example.com", purpose="service", at=now, source="page",
                  evidence={"ip": "10.1.2.3"})  # fmt: skip
    merge.merge(customer, make_customer(email="old@example.com", first_name="Annabel"), at=now)
    score_all(now)
    return Customer.objects.get(pk=customer.pk)


def everything_stored():
    """All that the tables of crm hold, as text."""
    from django.apps import apps

    rows = [row for model in apps.get_app_config("crm").get_models() for row in model._default_manager.values()]
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_exports_everything_about_one_person(person):
    make_order(customer=make_customer(first_name="Stranger"), number="B-1", total=Decimal(1))

    told = export_person(person)

    text = json.dumps(told, ensure_ascii=False)
    assert [secret for secret in SECRETS if secret not in text] == []
    assert "Stranger" not in text
    assert "B-1" not in text
    (order,) = told["orders"]
    assert (order["number"], order["total"]) == ("A-1", "50.00")
    assert order["lines"][0]["sku"] == "K-1"
    assert order["milestones"][0]["name"] == "Boiled"
    assert {event["kind"] for event in told["events"]} >= {"order.placed", "order.shipped", "consent.changed"}
    assert export_person(person) == told


def test_erases_what_identifies_and_keeps_the_totals(person, now, django_user_model):
    agent = django_user_model.objects.create_user("agent")
    before = CustomerStats.objects.values().get(customer=person)
    text = everything_stored()
    assert [secret for secret in SECRETS if secret not in text] == []

    certificate = erase(person, at=now, by=agent)

    text = everything_stored()
    assert [secret for secret in SECRETS if secret in text] == []
    person.refresh_from_db()
    assert (person.erased_at, person.source, person.name) == (now, "fair", "")
    assert CustomerStats.objects.values().get(customer=person) == before
    assert person.orders.get().lines.get().price == 50
    assert person.feedback.get().score == 2
    assert person.cases.filter(resolved_at=None).count() == 0
    assert not EventInbox.objects.exists()
    assert certificate["erased_by"] == "agent"
    assert certificate["erased"]["customers"] == 2
    assert certificate["erased"]["contacts"] == 3
    assert json.loads(json.dumps(certificate)) == certificate


def test_erasing_twice_returns_the_first_certificate(person, now):
    first = erase(person, at=now)

    assert erase(person, at=now + dt.timedelta(days=1)) == first
    assert ErasureCertificate.objects.count() == 1


def test_only_that_person_is_erased(person, now):
    other = make_customer(first_name="Other")
    make_order(customer=other, total=Decimal(1))

    erase(person, at=now)

    other.refresh_from_db()
    assert (other.first_name, other.contacts.count(), other.erased_at) == ("Other", 1, None)
    assert Event.objects.filter(customer=other).exclude(properties={}).count() == 2


def test_an_old_list_imported_again_does_not_bring_back_the_yes(person, now):
    erase(person, at=now)
    told = {"channel": "email", "address": "annabel@example.com", "purpose": "marketing", "source": "import"}

    back = find_or_create(email="annabel@example.com", now=now)
    consent.grant(back, **told, at=now - dt.timedelta(days=9))

    assert back != person
    assert Contact.objects.get(customer=back).marketing_consent == "withdrawn"

    consent.grant(back, **told, at=now + dt.timedelta(days=9))
    assert Contact.objects.get(customer=back).marketing_consent == "granted"


def test_a_file_imported_again_does_not_bring_back_the_yes(person, now, tmp_path):
    erase(person, at=now)
    file = tmp_path / "customers.csv"
    later = now + dt.timedelta(days=2)
    file.write_text(
        "email,marketing_consent,consent_at\n"
        "annabel@example.com,yes,2026-01-01\n"
        "old@example.com,yes,\n"
        "stranger@example.com,yes,2026-01-01\n"
    )

    import_file("customers", file, now=later, options=ImportOptions())

    states = dict(Contact.objects.exclude(customer=person).values_list("address", "marketing_consent"))
    assert states["annabel@example.com"] == "unknown"
    assert states["old@example.com"] != "granted"
    assert states["stranger@example.com"] == "granted"


def test_nobody_is_merged_with_the_erased(person, now):
    erase(person, at=now)

    with pytest.raises(ValueError, match="was erased"):
        merge.merge(make_customer(), person, at=now)


def test_other_apps_export_and_erase_too(person, now, monkeypatch):
    monkeypatch.setattr(keeping, "_kept", [])
    tell, count = (lambda ids: [{"to": ids, "at": now}]), (lambda ids, at: len(ids))
    keeping.register(Kept("letters", lambda person: list(person.ids), tell, count))

    assert person.pk in export_person(person)["letters"][0]["to"]
    assert erase(person, at=now)["erased"]["letters"] == 2


@pytest.fixture
def told(person, now):
    """What a shop whose numbers get a prefix sent: of her by id, by address alone, not applied yet, and of another."""
    place_order("w-77", customer=person, placed_at=now, total=Decimal(5))
    shop = Source.objects.create(kind="webhook", name="Shop", id_prefix="w-")
    arrivals = [
        Arrival("m1", "order.updated", {"data": {"number": "77"}}, "order 77"),
        Arrival("m2", "form.sent", {"mail": "Annabel@Example.com"}),
        Arrival("m3", "order.created", {"data": {"number": "78"}}, "order 78"),
    ]
    deliveries.keep_all(shop, arrivals, now)
    return shop


def test_what_sources_sent_about_a_person_is_part_of_their_export(person, told):
    sent = export_person(person)["told_by_sources"]

    assert [(row["topic"], row["payload"]) for row in sent] == [
        ("order.updated", {"data": {"number": "77"}}),
        ("form.sent", {"mail": "Annabel@Example.com"}),
    ]


def test_what_sources_sent_about_an_erased_person_is_emptied_and_never_applied(person, told, now):
    certificate = erase(person, at=now)

    assert certificate["erased"]["payloads"] == 2
    kept = list(Delivery.objects.order_by("key").values_list("status", "payload"))
    assert kept[:2] == [("ignored", {})] * 2
    assert kept[2] == ("waiting", {"data": {"number": "78"}})


def test_what_was_sent_about_somebody_else_is_not_taken_for_theirs(person, told, now):
    """Neither by an address that ends alike, nor by the same number in another shop, nor by an address they share."""
    bob = make_customer(email="bob@example.com", external_id="x-9")
    place_order("x-78", customer=bob, placed_at=now, total=Decimal(5))
    other = Source.objects.create(kind="webhook", name="Other", id_prefix="x-")
    arrivals = [
        Arrival("m4", "order.updated", {"data": {"mail": "joannabel@example.com"}}, "order 80"),
        Arrival("m5", "order.updated", {"data": {"mail": "annabel@example.com.br"}}, "order 81"),
        Arrival("m6", "order.updated", {"data": {"number": "77"}}, "order 77"),
        Arrival("m7", "order.updated", {"data": {"sent_to": "annabel@example.com"}}, "order 78"),
    ]
    deliveries.keep_all(other, [*arrivals, Arrival("m8", "note", {"note": "Write to:\nannabel@example.com."})], now)

    certificate = erase(person, at=now)

    assert certificate["erased"]["payloads"] == 3
    untouched = Delivery.objects.exclude(payload={})
    assert set(untouched.values_list("key", flat=True)) == {"m3", "m4", "m5", "m6", "m7"}


def test_nothing_more_is_noted_of_whoever_was_erased(person, now):
    """As somebody still has them at hand who looked before."""
    before = Customer.objects.get(pk=person.pk)
    order = before.orders.get()
    erase(person, at=now)

    with pytest.raises(ValueError, match="was erased"):
        consent.grant(before, channel="email", address="new@example.com", purpose="service", at=now, source="page")
    with pytest.raises(ValueError, match="was erased"):
        make_case(before, subject="Annabel called")
    feedback.leave(before, kind="rating", score=1, at=now, source="s", key="2", text="my neighbour", may_publish=True)
    events.record("wished", customer=before, occurred_at=now, source="s", key="3", properties={"dog": "poodle"})
    orders.ship(order, at=now, tracking_number="RR-SECRET")
    correcting.correct_details(order, told_at=now, receipt_url="https://shop.example/Annabel")

    text = everything_stored()
    assert [secret for secret in SECRETS if secret in text] == []
    assert (Event.objects.get(kind="wished").properties, before.feedback.count()) == ({}, 2)
    assert before.cases.open().count() == 0


def test_a_file_of_orders_brings_back_no_word_about_an_erased_person(person, now, tmp_path):
    erase(person, at=now)
    file = tmp_path / "orders.csv"
    file.write_text("order_number,customer_id,placed_at,total,tracking_number\nA-1,7,2026-03-10,50,RR-SECRET\n")

    import_file("orders", file, now=now + dt.timedelta(days=2), options=ImportOptions())

    order = person.orders.get()
    assert (order.number, order.tracking_number) == ("A-1", "")


def test_erasing_again_erases_what_came_since_and_adds_it_to_the_certificate(person, now):
    first = erase(person, at=now)
    Event.objects.filter(kind="order.placed").update(properties={"name": "Annabel"})
    Customer.objects.filter(pk=person.pk).update(notes="a quiet one")

    second = erase(person, at=now + dt.timedelta(days=1))

    text = everything_stored()
    assert [secret for secret in SECRETS if secret in text] == []
    assert second["certificate"] == first["certificate"]
    assert second["erased"]["events"] == first["erased"]["events"] + 1
    assert second["erased"]["customers"] == first["erased"]["customers"] + 1
    assert ErasureCertificate.objects.get().repeated_at == now + dt.timedelta(days=1)
    person.refresh_from_db()
    assert person.erased_at == now


def test_the_log_of_staff_forgets_whom_they_changed(person, now, admin_user):
    other = make_customer(first_name="Other")
    for changed in (person, person.contacts.first(), person.cases.first()):
        LogEntry.objects.log_actions(admin_user.pk, [changed], CHANGE, change_message="typed Annabel")
    LogEntry.objects.log_actions(admin_user.pk, [other], CHANGE, change_message="typed Other")

    certificate = erase(person, at=now)

    assert certificate["erased"]["staff_log"] == 3
    left = LogEntry.objects.exclude(object_repr="")
    assert list(left.values_list("object_repr", "change_message")) == [("Other", "typed Other")]
