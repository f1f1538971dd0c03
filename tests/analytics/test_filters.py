import datetime as dt

import pytest

from analytics.admin.choices import Choices
from analytics.filters import Filters, with_descendants
from analytics.metrics.order_interval import OrderInterval
from analytics.metrics.repeat_rate import RepeatRate
from analytics.period_counts import count_periods
from analytics.relations import relations_of_orders
from crm.figures.periods import ALL_TIME
from segments.models import Membership, Segment
from tests.conftest import make_category, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def test_an_order_is_the_first_of_its_category_whatever_was_bought_before(now):
    customer = make_customer()
    kettle, tea = make_product(category="Kitchen / Kettles"), make_product(category="Food")
    make_order(customer=customer, product=kettle, placed_at=now - dt.timedelta(days=50))
    make_order(customer=customer, product=tea, placed_at=now - dt.timedelta(days=30))
    make_order(customer=customer, product=kettle, placed_at=now - dt.timedelta(days=10))

    everything = counts()
    kitchen = counts(category=make_category("Kitchen"))
    food = counts(category=make_category("Food"))

    assert (everything.orders, kitchen.orders, food.orders) == (3, 2, 1)
    assert OrderInterval.of(everything).median_days == 20
    assert OrderInterval.of(kitchen).median_days == 40
    assert RepeatRate.of(food).rate == 0


def test_an_order_with_two_lines_of_a_category_is_one_order(now):
    from crm.orders.orders import LineData

    first, second = make_product(category="Kitchen"), make_product(category="Kitchen / Kettles")
    make_order(lines=[LineData(first.sku, 1, 10), LineData(second.sku, 1, 20)])

    found = counts(category=make_category("Kitchen"))

    assert (found.orders, found.revenue) == (1, 30)


def test_a_segment_is_its_present_members(now):
    stays, left, never = make_customer(), make_customer(), make_customer()
    segment = Segment.objects.create(name="Friends")
    Membership.objects.create(segment=segment, customer=stays, entered_at=now)
    Membership.objects.create(segment=segment, customer=left, entered_at=now, left_at=now)
    for customer in (stays, left, never):
        make_order(customer=customer, total=10)

    assert counts(segment=segment).buyers == 1


def test_filters_narrow_together(now):
    product = make_product(category="Food")
    make_order(customer=make_customer(source="ads"), product=product)
    make_order(customer=make_customer(source="ads"), total=5)
    make_order(customer=make_customer(source="friend"), product=product)

    assert counts(source="ads", category=product.category).orders == 1
    chosen = Choices({"source": "ads", "category": product.category.pk}, ["ads", "friend"], now.date())
    assert chosen.qs.count() == 1


@pytest.mark.parametrize(
    ("what", "parents", "found"),
    [
        ("a leaf", [(1, None), (2, 1)], {2}),
        ("two levels", [(2, None), (3, 2), (4, 3), (5, None)], {2, 3, 4}),
        ("a circle", [(2, 3), (3, 2)], {2, 3}),
    ],
)
def test_descendants_of_a_category(what, parents, found):
    assert with_descendants(2, parents) == found


def counts(**filters):
    return count_periods(relations_of_orders(Filters(**filters).standings()), [ALL_TIME], 180)[0]
