import datetime as dt

import pytest

from crm.customers.find_or_create import find_or_create
from crm.customers.mood import note_mood
from crm.models import Contact, Customer, Event, MergeProposal
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db


def test_creates_a_customer_with_normalised_contacts(now, shop):
    shop.phone_country = "RU"
    shop.save()

    customer = find_or_create(external_id="77", email="Ann@Example.com", phone="8 916 123-45-67", now=now, city="Omsk")

    assert (customer.external_id, customer.city, customer.created_at) == ("77", "Omsk", now)
    contacts = set(customer.contacts.values_list("channel", "address"))
    assert contacts == {("email", "ann@example.com"), ("sms", "+79161234567")}


@pytest.mark.parametrize("again", [{"external_id": "77"}, {"email": "ANN@example.com"}, {"phone": "+7 916 123-45-67"}])
def test_finds_the_same_customer_by_any_identity(again, now):
    known = find_or_create(external_id="77", email="ann@example.com", phone="+79161234567", now=now)

    assert find_or_create(**again, now=now) == known
    assert find_or_create(**again, now=now) == known
    assert Customer.objects.count() == 1
    assert Contact.objects.count() == 2


@pytest.mark.parametrize(
    "told", [{}, {"email": " "}, {"email": "nonsense"}, {"phone": "12"}, {"external_id": "x" * 201}]
)
def test_refuses_identities_that_identify_nobody(told, now):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        find_or_create(**told, now=now)

    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"first_name": "x" * 151}, "customer 77: first name: "),
        ({"time_zone": "Mars/Olympus"}, "time zone: .*Mars/Olympus"),
        ({"tags": ["x" * 101]}, "tags: "),
        ({"city": "Om\0sk"}, "city: holds an unprintable"),
        ({"attributes": {"dogs": [{"a\0": 1}]}}, "attributes: holds an unprintable"),
    ],
)
def test_a_profile_no_column_can_hold_is_refused_in_words(told, words, now):
    with pytest.raises(ValueError, match=words):
        find_or_create(external_id="77", now=now, **told)

    assert not Customer.objects.exists()


def test_an_address_of_several_means_the_oldest(now):
    younger = make_customer(email="home@example.com", created_at=now - dt.timedelta(days=5))
    older = make_customer(email="home@example.com", created_at=now - dt.timedelta(days=50), first_name="Bob")

    assert find_or_create(email="home@example.com", now=now) == older
    assert younger.contacts.exists()


def test_one_known_by_an_address_gets_the_id_of_the_shop(now):
    guest = find_or_create(email="ann@example.com", now=now)

    assert find_or_create(external_id="77", email="ann@example.com", now=now) == guest
    guest.refresh_from_db()
    assert guest.external_id == "77"


def test_another_id_with_the_same_address_is_another_customer_and_a_question_to_staff(now):
    mother = find_or_create(external_id="1", email="home@example.com", now=now)

    daughter = find_or_create(external_id="2", email="home@example.com", now=now)
    find_or_create(external_id="2", email="home@example.com", now=now)

    assert daughter != mother
    proposal = MergeProposal.objects.get()
    assert (proposal.keeper, proposal.duplicate) == (mother, daughter)
    assert "two ids" in proposal.reason


def test_two_halves_of_one_person_become_one_when_a_purchase_names_both(now):
    by_email = find_or_create(email="ann@example.com", now=now)
    by_phone = find_or_create(phone="+79161234567", now=now)

    whole = find_or_create(email="ann@example.com", phone="+79161234567", now=now)

    by_phone.refresh_from_db()
    assert whole == by_email
    assert by_phone.merged_into == by_email
    assert whole.contacts.count() == 2
    assert find_or_create(phone="+79161234567", now=now) == by_email


def test_people_of_different_names_sharing_a_phone_are_not_merged(now):
    ann = find_or_create(email="ann@example.com", now=now, first_name="Ann")
    bob = find_or_create(phone="+79161234567", now=now, first_name="Bob")

    assert find_or_create(email="ann@example.com", phone="+79161234567", now=now) == ann

    bob.refresh_from_db()
    assert bob.merged_into is None
    assert MergeProposal.objects.get().reason == "their names differ"


def test_the_id_of_somebody_merged_away_leads_to_who_was_kept(now):
    kept = find_or_create(external_id="1", email="a@example.com", now=now)
    gone = find_or_create(external_id="2", email="b@example.com", now=now)
    gone.merged_into = kept
    gone.save()

    assert find_or_create(external_id="2", now=now) == kept


def test_the_shops_id_brings_a_profile_up_to_date_but_not_where_it_came_from(now):
    find_or_create(external_id="1", now=now, first_name="Ann", city="Omsk", source="fair", tags=["a"],
                   attributes={"dog": 1, "cat": 1})  # fmt: skip

    customer = find_or_create(external_id="1", now=now, first_name="", city="Perm", source="ads", tags=["b", "a"],
                              attributes={"dog": 2})  # fmt: skip

    customer.refresh_from_db()
    assert (customer.first_name, customer.city, customer.source) == ("Ann", "Perm", "fair")
    assert customer.tags == ["a", "b"]
    assert customer.attributes == {"dog": 2, "cat": 1}


def test_an_address_alone_only_fills_gaps(now):
    find_or_create(email="home@example.com", now=now, first_name="Ann")

    customer = find_or_create(email="home@example.com", now=now, first_name="Bob", city="Perm")

    assert (customer.first_name, customer.city) == ("Ann", "Perm")


def test_finding_again_writes_nothing(now, django_assert_max_num_queries):
    find_or_create(external_id="1", email="a@example.com", now=now, city="Omsk")

    with django_assert_max_num_queries(7) as queries:
        find_or_create(external_id="1", email="a@example.com", now=now, city="Omsk")

    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_a_mood_is_noted_once_and_the_newest_note_stands(now):
    customer = make_customer()

    note_mood(customer, "bad", now)
    note_mood(customer, "bad", now + dt.timedelta(hours=1))
    note_mood(customer, "good", now - dt.timedelta(hours=1))

    customer.refresh_from_db()
    assert (customer.mood, customer.mood_noted_at) == ("bad", now)
    assert Event.objects.filter(kind="customer.mood").count() == 1
    with pytest.raises(ValueError, match="is not a mood"):
        note_mood(customer, "so-so", now)
