import pytest
from django.contrib.sessions.models import Session

from crm.models import Contact, Customer
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db


def test_a_batch_of_ids_is_one_parameter():
    anna, ben, _other = make_customer(), make_customer(), make_customer()

    found = Customer.objects.filter(pk__in={anna.pk, ben.pk})

    assert set(found) == {anna, ben}
    assert "= ANY(" in str(found.query)


def test_foreign_keys_and_exclusion_take_arrays_too():
    anna, ben = make_customer(email="anna@example.com"), make_customer(email="ben@example.com")

    assert set(Contact.objects.filter(customer__in=[anna.pk]).values_list("customer", flat=True)) == {anna.pk}
    assert set(Contact.objects.filter(customer__in=[anna]).values_list("customer", flat=True)) == {anna.pk}
    assert set(Contact.objects.exclude(customer__in=[anna.pk]).values_list("customer", flat=True)) == {ben.pk}


def test_nothing_is_in_an_empty_batch_and_no_query_is_made(django_assert_num_queries):
    make_customer()

    with django_assert_num_queries(0):
        assert not list(Customer.objects.filter(pk__in=set()))
    assert Customer.objects.exclude(pk__in=[]).count() == 1


def test_querysets_nothing_known_and_other_types_go_the_usual_way():
    anna = make_customer()

    assert list(Customer.objects.filter(pk__in=Customer.objects.all())) == [anna]
    assert list(Customer.objects.filter(pk__in=[anna.pk, None])) == [anna]
    assert list(Customer.objects.filter(pk__in=[str(anna.pk)])) == [anna]
    assert not Session.objects.filter(pk__in=["none"]).exists()


def test_what_is_no_id_names_no_row():
    anna = make_customer()

    assert list(Customer.objects.filter(pk__in=[str(anna.pk), "no-number", "²", "9" * 20, "9" * 5_000])) == [anna]
    assert list(Customer.objects.filter(pk__in=[anna.pk, 10**20])) == [anna]
    assert not Customer.objects.filter(pk__in=[10**20]).exists()
    assert not Contact.objects.filter(customer__in=["no-number"]).exists()
