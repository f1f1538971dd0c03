"""What the compiler makes of a rule, where it matters for a large shop."""

import pytest
from django.db import connection

from segments.compile import matching
from tests.conftest import make_customer
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db

OPENED = condition("opened", "at_least", 2)


@pytest.fixture
def shop(db):
    """Two of a hundred customers came by a friend, and the planner knows."""
    for number in range(100):
        make_customer(email="", source="friend" if number < 2 else "ads")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_customer")


def compiled(rule, now, customers=None):
    return str(matching(rule, now, customers).query)


def test_a_group_asks_about_profiling_once_however_many_conditions_rest_on_it(now):
    items = [condition("age", "at_least", 25), condition("age", "at_most", 34), condition("city", "is", ["Perm"])]

    assert compiled({"all": items}, now).count('FROM "crm_consentrecord"') == 1
    assert compiled({"all": [*items, {"none": items[:1]}]}, now).count('FROM "crm_consentrecord"') == 2


def test_letters_of_few_are_looked_up_and_those_of_many_are_grouped(shop, now):
    few = compiled({"all": [condition("source", "is", ["friend"]), OPENED]}, now)
    many = compiled({"all": [condition("source", "is", ["ads"]), OPENED]}, now)

    assert '"customer_id" = ("crm_customer"."id")' in few
    assert "AS found (customer)" not in few
    assert "AS found (customer)" in many


def test_letters_of_a_batch_are_looked_up_whatever_the_planner_expects(shop, now):
    assert "AS found (customer)" in compiled({"all": [OPENED]}, now)
    assert "AS found (customer)" not in compiled({"all": [OPENED]}, now, [1, 2])


def test_light_conditions_that_nobody_can_meet_leave_nobody(shop, now):
    rule = {"all": [condition("source", "is", ["nobody"]), OPENED]}

    assert not matching(rule, now).exists()
