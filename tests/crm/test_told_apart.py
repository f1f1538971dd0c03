import pytest
from django.urls import reverse

from crm.customers.told_apart import find_told_apart
from tests.conftest import make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_of_one_name(shop):
    return [make_customer(first_name="Ann", last_name="Brown", city=city) for city in ("Leeds", "Cork")]


def test_people_of_one_name_are_told_apart_by_city_and_address(two_of_one_name):
    hints = [hint for _customer, hint in find_told_apart("Ann Brown", 10)]

    assert {hint.split(" · ")[0] for hint in hints} == {"Leeds", "Cork"}


def test_a_field_that_offers_customers_tells_them_apart(admin_client, two_of_one_name):
    offered = admin_client.get(
        reverse("admin:autocomplete"),
        {"term": "Brown", "app_label": "chains", "model_name": "incomingmail", "field_name": "customer"},
    ).json()["results"]

    assert {one["text"].split(" · ")[1] for one in offered} == {"Leeds", "Cork"}
