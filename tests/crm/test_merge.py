import datetime as dt
from decimal import Decimal

import pytest

from crm import consent
from crm.customers import merge
from crm.customers.conflicts import PersonTraits, conflict
from crm.models import Case, Contact, CustomerStats, Event, MergeProposal, OrderStanding
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("reason", "one", "other"),
    [
        ("two ids", PersonTraits(external_id="1"), PersonTraits(external_id="2")),
        ("names differ", PersonTraits(first_name="Ann"), PersonTraits(first_name="Bob")),
        ("names differ", PersonTraits(last_name="Lee"), PersonTraits(last_name="Poe")),
        ("birth dates", PersonTraits(born_on=dt.date(1990, 1, 1)), PersonTraits(born_on=dt.date(1991, 1, 1))),
        (
            "different addresses",
            PersonTraits(addresses={"email": frozenset({"a@x.com"})}),
            PersonTraits(addresses={"email": frozenset({"b@x.com"})}),
        ),
    ],
)
def test_what_speaks_against_one_person(reason, one, other):
    assert reason in conflict(one, other)
    assert reason in conflict(other, one)
    assert conflict(one, one) == conflict(one, PersonTraits()) == ""


def test_case_of_letters_is_no_other_name():
    assert conflict(PersonTraits(first_name="ann"), PersonTraits(first_name="ANN")) == ""


def test_history_moves_and_figures_are_counted_anew(now):
    keeper, duplicate = make_customer(), make_customer(phone="+79161234567", external_id="77", city="Omsk")
    make_order(customer=keeper, total=Decimal(10), placed_at=now - dt.timedelta(days=10))
    make_order(customer=duplicate, total=Decimal(5), placed_at=now - dt.timedelta(days=30))
    make_case(duplicate)

    merge.merge(keeper, duplicate, at=now)
    merge.merge(keeper, duplicate, at=now)

    keeper.refresh_from_db()
    duplicate.refresh_from_db()
    stats = CustomerStats.objects.get(customer=keeper)
    assert duplicate.merged_into == keeper
    assert (stats.orders_count, stats.revenue, stats.median_gap_days) == (2, Decimal(15), 20)
    assert list(OrderStanding.objects.order_by("placed_at").values_list("customer", "ordinal")) == [
        (keeper.pk, 1),
        (keeper.pk, 2),
    ]
    assert CustomerStats.objects.get(customer=duplicate).orders_count == 0
    assert Case.objects.get().customer == keeper
    assert (keeper.external_id, keeper.city) == ("77", "Omsk")
    assert not Event.objects.filter(customer=duplicate).exists()
    event = Event.objects.get(kind="customer.merged")
    assert (event.customer, event.properties) == (keeper, {"duplicate": duplicate.pk})


def test_two_ids_stay_with_their_records(now):
    keeper, duplicate = make_customer(external_id="1"), make_customer(external_id="2")

    merge.merge(keeper, duplicate, at=now)

    keeper.refresh_from_db()
    duplicate.refresh_from_db()
    assert (keeper.external_id, duplicate.external_id) == ("1", "2")


def test_a_no_of_either_holds_for_every_address_of_the_channel(now):
    keeper, duplicate = make_customer(email="new@example.com"), make_customer(email="old@example.com")
    consent.withdraw(duplicate, channel="email", address="old@example.com", purpose="marketing", at=now, source="page")

    merge.merge(keeper, duplicate, at=now)

    states = dict(Contact.objects.filter(customer=keeper).values_list("address", "marketing_consent"))
    assert states == {"new@example.com": "withdrawn", "old@example.com": "withdrawn"}
    latest = keeper.consent_records.filter(address="new@example.com").first()
    assert (latest.action, latest.source) == ("withdrawn", "merge")


def test_a_no_wins_over_a_later_yes_on_the_same_address(now):
    keeper, duplicate = make_customer(email="a@example.com"), make_customer(email="a@example.com", consent=False)
    consent.withdraw(
        duplicate,
        channel="email",
        address="a@example.com",
        purpose="marketing",
        at=now - dt.timedelta(days=500),
        source="page",
    )

    merge.merge(keeper, duplicate, at=now)

    assert keeper.contacts.get().marketing_consent == "withdrawn"


def test_a_broken_address_stays_broken(now):
    keeper, duplicate = make_customer(email="a@example.com"), make_customer(email="a@example.com")
    duplicate.contacts.update(state="bounced", state_reason="mailbox full")

    merge.merge(keeper, duplicate, at=now)

    contact = keeper.contacts.get()
    assert (contact.state, contact.state_reason) == ("bounced", "mailbox full")


def test_a_bad_mood_and_muted_topics_are_kept(now):
    keeper = make_customer(mood="good", mood_noted_at=now, muted_topics=["tips"], tags=["a"], notes="one")
    duplicate = make_customer(mood="bad", mood_noted_at=now, muted_topics=["offers"], tags=["b"], notes="two")

    merge.merge(keeper, duplicate, at=now)

    keeper.refresh_from_db()
    assert (keeper.mood, keeper.muted_topics, keeper.tags) == ("bad", ["tips", "offers"], ["a", "b"])
    assert keeper.notes == "one\n\ntwo"


def test_facts_told_about_the_duplicate_go_to_who_was_kept(now):
    keeper, duplicate = make_customer(), make_customer()
    merge.merge(keeper, duplicate, at=now)

    order = make_order(customer=duplicate, total=Decimal(7))
    case = make_case(duplicate)

    assert order.customer == case.customer == keeper
    assert CustomerStats.objects.get(customer=keeper).orders_count == 1


def test_a_chain_of_merges_points_to_the_last(now):
    first, second, third = make_customer(), make_customer(), make_customer()
    merge.merge(second, third, at=now)
    merge.merge(first, third, at=now)

    second.refresh_from_db()
    third.refresh_from_db()
    assert second.merged_into == third.merged_into == first


def test_staff_decide_once(now):
    one, other, third = make_customer(), make_customer(), make_customer()
    proposal = merge.propose(other, one, reason="alike", at=now)
    assert merge.propose(one, other, reason="alike", at=now) == proposal

    merge.reject(proposal, at=now)
    merge.merge_or_propose(one, other, at=now)
    assert proposal.status == MergeProposal.Status.REJECTED
    other.refresh_from_db()
    assert other.merged_into is None

    about_third = merge.propose(other, third, reason="alike", at=now)
    merge.accept(about_third, at=now)
    about_third.refresh_from_db()
    assert (about_third.status, about_third.decided_at) == (MergeProposal.Status.MERGED, now)


def test_open_questions_about_the_duplicate_become_questions_about_who_was_kept(now):
    keeper, duplicate, third = make_customer(), make_customer(), make_customer()
    merge.propose(duplicate, third, reason="alike", at=now)

    merge.merge(keeper, duplicate, at=now)

    proposal = MergeProposal.objects.get()
    assert {proposal.keeper, proposal.duplicate} == {keeper, third}


def test_other_apps_move_their_rows_in_the_same_transaction(now, monkeypatch):
    monkeypatch.setattr(merge, "_movers", [])
    moved = []
    merge.register(lambda keeper, duplicate, at: moved.append((keeper.pk, duplicate.pk, at)))
    keeper, duplicate = make_customer(), make_customer()

    merge.merge(keeper, duplicate, at=now)

    assert moved == [(keeper.pk, duplicate.pk, now)]
