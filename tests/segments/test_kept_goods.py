"""Who bought something, who has it, and what goes with what they have."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.models import Product
from crm.orders.catalogue import LineData
from crm.orders.returns import return_goods
from segments.compile import matching
from segments.rule_json import parse
from segments.subjects import Subject, matching_subjects
from tests.conftest import NOW, make_customer, make_order, make_product
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def names(rule):
    return sorted(matching(parse(rule), NOW).values_list("first_name", flat=True))


@pytest.fixture
def kettle():
    kettle = make_product(sku="KETTLE", category="Kettles", price_tier="premium", complexity="complex")
    kettle.relations.create(related=make_product(sku="FILTER"), kind="accessory")
    return kettle


def buys(name, *skus, back=None, days=40):
    """Somebody who bought these, and gave back so many of some."""
    order = make_order(
        customer=make_customer(first_name=name),
        placed_at=NOW - days * DAY,
        delivered_at=NOW - days * DAY,
        lines=[LineData(sku, Decimal(2), Decimal(10)) for sku in skus],
    )
    if back:
        return_goods(order, at=NOW - 30 * DAY, lines={sku: Decimal(quantity) for sku, quantity in back.items()})
    return order


@pytest.fixture
def people(kettle):
    buys("keeps", "KETTLE")
    buys("keeps one of two", "KETTLE", back={"KETTLE": 1})
    buys("gave it back", "KETTLE", "FILTER", back={"KETTLE": 2})
    buys("gave the filter back", "KETTLE", "FILTER", back={"FILTER": 2})
    buys("has both", "KETTLE", "FILTER")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bought_product", ["KETTLE"]),
        ("bought_category", "Kettles"),
        ("bought_tier", ["premium"]),
        ("bought_complexity", ["complex"]),
    ],
)
def test_what_was_returned_was_bought_and_is_not_had(people, kettle, field, value):
    value = [str(kettle.category_id)] if value == "Kettles" else value
    everybody = ["gave it back", "gave the filter back", "has both", "keeps", "keeps one of two"]

    assert names(condition(field, "bought", value)) == everybody
    assert names(condition(field, "has", value)) == [name for name in everybody if name != "gave it back"]
    assert names(condition(field, "has_not", value)) == ["gave it back"]


def test_had_within_a_window_was_bought_in_it_and_kept(people):
    buys("lately", "KETTLE", days=3)

    assert names(condition("bought_product", "has", ["KETTLE"], window=10)) == ["lately"]


def test_goods_go_with_what_is_kept_and_what_was_returned_is_missing_again(people):
    found = names(condition("bought_without", "is", ["accessory"]))

    assert found == ["gave the filter back", "keeps", "keeps one of two"]


def test_to_the_goods_of_an_order_is_missing_what_goes_with_what_is_kept_of_it(kettle):
    orders = [
        buys("keeps", "KETTLE"),
        buys("gave it back", "KETTLE", "FILTER", back={"KETTLE": 2}),
        buys("gave the filter back", "KETTLE", "FILTER", back={"FILTER": 1}),
    ]
    subjects = [Subject(order.pk, order.customer_id, order.pk) for order in orders]

    assert matching_subjects(condition("order_lacking", "is", ["accessory"]), subjects, NOW) == {orders[0].pk}


def test_nobody_is_silent_about_something_complex_they_gave_back(kettle):
    assert Product.objects.filter(complexity="complex").count() == 1
    buys("keeps", "KETTLE")
    buys("gave it back", "KETTLE", back={"KETTLE": 2})

    assert names(condition("silent", "at_least", 30)) == ["keeps"]
