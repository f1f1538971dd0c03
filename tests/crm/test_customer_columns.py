"""Every column of a customer, and every table that names one, is known where a merge, an erasure and an export pass."""

import datetime as dt

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.admin.export import CustomerResource
from crm.customer_columns import CUSTOMER_COLUMNS
from crm.customers.merge import merge
from crm.customers.profiles import Profile
from crm.intake.files import columns as file_columns
from crm.models import Customer, CustomerTier, Tier
from crm.privacy.erase import erase
from crm.privacy.export import export_person
from tests.conftest import make_case, make_customer, make_order


def test_names_every_column_of_a_customer():
    assert [column.name for column in CUSTOMER_COLUMNS] == [field.name for field in Customer._meta.concrete_fields]


def test_tells_how_each_fact_about_a_customer_joins_what_is_known():
    assert [column.name for column in CUSTOMER_COLUMNS if column.update] == list(Profile.__annotations__)


def test_an_export_holds_no_column_that_an_import_does_not_read():
    read = [column.name for column in file_columns.CUSTOMER]

    assert set(CustomerResource().get_export_headers()) <= set(read)
    assert {column.file_name for column in CUSTOMER_COLUMNS if column.file_name} <= set(read)


def test_a_column_that_is_not_erased_is_no_part_of_the_profile():
    assert [column.name for column in CUSTOMER_COLUMNS if not column.is_erased] == [
        "id", "source", "merged_into", "links_revoked_at", "erased_at", "created_at"
    ]  # fmt: skip


# Tables that name a customer and are left as they are, with the reason.
NOT_MERGED = {
    "crm.ErasureCertificate": "nobody who was erased is merged",
    "chains.Letter": "a view of touches",
    "segments.Membership": "a refresh ends the stay of the duplicate and begins the keeper's, in silence",
    "chains.TestOrder": "shows a customer to staff; any record of the person does",
}
NOT_ERASED = {
    "crm.ErasureCertificate": "what an erasure leaves behind",
    "crm.CustomerStats": "figures without a name: the totals of the shop rest on them",
    "crm.OrderStanding": "figures without a name: the totals of the shop rest on them",
    "segments.Membership": "the refresh ends it; the sizes of the past rest on it",
    "chains.Enrolment": "holds nothing personal; advance ends it",
    "chains.Entrant": "holds nothing personal; enrol drops it",
    "chains.Letter": "a view of touches",
    "chains.TestOrder": "the reference alone: which record was shown to staff",
}
NOT_EXPORTED = {
    "crm.EventInbox": "which events wait to be read; the events are told",
    "crm.ErasureCertificate": "handed out by itself, when it is made",
    "crm.OrderStanding": "follows from the orders, which are told",
    "chains.Entrant": "waits to enter a chain: nothing is kept of it",
    "chains.Letter": "a view of touches",
    "crm.PrivacyRequest": "the request itself, which this answers",
}


def tables_naming_a_customer():
    return {
        model._meta.label: model._meta.db_table
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Customer and model is not Customer
    }


def left_out(queries, *verbs):
    """Labels of the tables naming a customer that appear in none of these statements."""
    statements = [query["sql"].replace('"', "").split() for query in queries]
    words = {word for statement in statements if statement[0] in verbs for word in statement}
    return {label for label, table in tables_naming_a_customer().items() if table not in words}


@pytest.fixture
def person(now):
    customer = make_customer(phone="+79161234567")
    make_order(customer=customer)
    make_case(customer)
    tier = Tier.objects.create(name="Gold", threshold=1_000)
    CustomerTier.objects.create(customer=customer, tier=tier, since=now)
    return customer


@pytest.mark.django_db
def test_a_merge_passes_every_table_that_names_a_customer(person, now):
    with CaptureQueriesContext(connection) as queries:
        merge(make_customer(), person, at=now)

    assert left_out(queries, "UPDATE", "DELETE", "INSERT") == NOT_MERGED.keys()


@pytest.mark.django_db
def test_an_erasure_passes_every_table_that_names_a_customer(person, now):
    with CaptureQueriesContext(connection) as queries:
        erase(person, at=now + dt.timedelta(days=1))

    assert left_out(queries, "UPDATE", "DELETE") == NOT_ERASED.keys()


@pytest.mark.django_db
def test_an_export_passes_every_table_that_names_a_customer(person, now):
    with CaptureQueriesContext(connection) as queries:
        export_person(person)

    assert left_out(queries, "SELECT") == NOT_EXPORTED.keys()
