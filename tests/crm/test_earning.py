"""What orders and other occasions earn, when it comes, and what a return takes back of it."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest

from crm import loyalty
from crm.events import as_history
from crm.loyalty.earning_terms import Terms, points_for
from crm.loyalty.ledger import balances
from crm.loyalty.order_points import approve_due, pending_points
from crm.models import CustomerTier, Earning, EarningRule, Event, LoyaltySettings, PointsEntry, Tier
from crm.orders import correcting, orders
from crm.orders.orders import LineData
from crm.orders.returns import returns_of, undo_return
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def rule():
    return EarningRule.objects.create(name="Points for orders")


def balance(customer, at=NOW):
    return balances([customer.pk], at)[customer.pk]


def pending(customer):
    return pending_points({customer.pk})[customer.pk]


def test_order_without_rules_earns_nothing():
    order = make_order(price=10)

    assert pending(order.customer) == 0
    assert not Earning.objects.exists()


def test_order_earns_what_comes_once_the_goods_stay(rule):
    order = make_order(price="99.90", delivered_at=NOW)

    before = balance(order.customer), pending(order.customer)
    approve_due(NOW + 16 * DAY)
    still = balance(order.customer), pending(order.customer)
    for _turn in range(2):
        approve_due(NOW + 17 * DAY)

    assert before == still == (0, 99)
    assert (balance(order.customer), pending(order.customer)) == (99, 0)
    event = Event.objects.get(kind="points.earned")
    assert event.properties == {"points": 99, "number": order.number}
    assert PointsEntry.objects.get().reason == "Points for orders"


def test_order_that_nobody_says_was_delivered_earns_nothing_yet(rule):
    order = make_order(price=10)

    approve_due(NOW + 400 * DAY)

    assert (balance(order.customer), pending(order.customer)) == (0, 10)


def test_each_return_takes_the_difference_of_whole_points(rule):
    order = make_order(price="3.50", quantity=3)
    sku = order.lines.get().product.sku
    seen = [pending(order.customer)]

    for number in range(3):
        orders.return_goods(order, at=NOW, lines={sku: Decimal(1)}, key=f"r-{number}")
        seen.append(pending(order.customer))

    assert seen == [10, 7, 3, 0]


def test_return_after_the_points_came_goes_by_the_rule_as_it_was_then(rule):
    order = make_order(price="50", delivered_at=NOW)
    approve_due(NOW + 17 * DAY)
    EarningRule.objects.update(points=2)
    rule.delete()

    orders.return_goods(order, at=NOW + 18 * DAY)
    returned = balance(order.customer)
    undo_return(order, returns_of(order)[0].key, at=NOW + 19 * DAY)

    assert returned == 0
    assert balance(order.customer) == 50
    assert [entry.kind for entry in PointsEntry.objects.order_by("pk")] == ["accrual", "reversal", "accrual"]


def test_return_of_what_was_spent_leaves_a_debt(rule):
    order = make_order(price="100", delivered_at=NOW)
    approve_due(NOW + 17 * DAY)
    loyalty.spend_points(order.customer, 80, at=NOW + 18 * DAY, key="spent")

    orders.return_goods(order, at=NOW + 19 * DAY)
    loyalty.give_points([loyalty.PointsGift(order.customer_id, 50, "gift", NOW + 20 * DAY)])

    assert balance(order.customer, NOW + 20 * DAY) == -30


def test_cancelled_order_earns_nothing_until_it_counts_again(rule):
    order = make_order(price="10", delivered_at=NOW, cancelled_at=NOW)
    approve_due(NOW + 30 * DAY)
    cancelled = pending(order.customer)

    correcting.take_back(order, "cancelled_at", at=NOW + DAY)

    assert (cancelled, pending(order.customer)) == (0, 10)


def test_corrected_order_earns_what_it_came_to(rule):
    order = make_order(price="10")

    correcting.correct_figures(order, told_at=NOW + DAY, total=Decimal("7.99"), discount=Decimal("2.01"))

    assert pending(order.customer) == 7


@pytest.mark.parametrize(
    ("total", "discount", "points"),
    [(None, "0", 100), (None, "10", 90), ("105", "0", 100), ("95", "10", 90), ("80", "0", 80)],
)
def test_delivery_and_discount_earn_nothing(rule, total, discount, points):
    lines = [LineData(make_product().sku, Decimal(2), Decimal(50))]

    order = make_order(lines=lines, total=total and Decimal(total), discount=Decimal(discount))

    assert pending(order.customer) == points


def test_order_in_another_currency_earns_by_the_shops(rule, settings):
    settings.CURRENCY = "EUR"

    order = make_order(price="100", currency="USD", rate=Decimal("0.9"))

    assert pending(order.customer) == 90


def test_rule_for_a_category_counts_its_goods_and_those_below_it():
    tea = make_product(category="Drinks / Tea / Green")
    kettle = make_product(category="Kitchen")
    category = tea.category.parent
    EarningRule.objects.create(name="Tea", points=1, per=10, category=category)

    order = make_order(
        lines=[LineData(tea.sku, Decimal(1), Decimal(95)), LineData(kettle.sku, Decimal(1), Decimal(500))]
    )

    assert pending(order.customer) == 9


def test_points_are_multiplied_for_a_time_for_some_goods(rule):
    tea, kettle = make_product(category="Tea"), make_product(category="Kitchen")
    EarningRule.objects.create(
        name="Twice for tea", way="times", times=2, category=tea.category, ends_on=NOW.date() + DAY
    )
    lines = [LineData(tea.sku, Decimal(1), Decimal(10)), LineData(kettle.sku, Decimal(1), Decimal(5))]

    in_time = make_order(lines=lines)
    late = make_order(lines=lines, placed_at=NOW + 2 * DAY)

    assert (pending(in_time.customer), pending(late.customer)) == (25, 15)


def test_goods_may_be_kept_out_of_points(rule):
    cards = make_product(category="Gift cards")
    EarningRule.objects.create(name="No points for gift cards", way="times", times=0, category=cards.category)

    order = make_order(product=cards, price=100)

    assert pending(order.customer) == 0


def test_tier_multiplies_what_orders_earn(rule):
    ann = make_customer()
    CustomerTier.objects.create(
        customer=ann, tier=Tier.objects.create(name="Gold", threshold=1, times="1.5"), since=NOW
    )

    make_order(customer=ann, price=11)

    assert pending(ann) == 16


def test_rule_for_some_customers_reads_the_language_of_segments():
    loyal = {"field": "orders_count", "operator": "at_least", "value": 2}
    EarningRule.objects.create(name="From the second order on", audience=loyal)
    ann = make_customer()

    make_order(customer=ann, price=10)
    first = pending(ann)
    make_order(customer=ann, price=10)

    assert (first, pending(ann)) == (0, 10)


def test_first_order_has_a_rule_of_its_own():
    EarningRule.objects.create(name="Welcome", occasion="first_order", way="fixed", points=300)
    ann = make_customer()

    make_order(customer=ann, price=10)
    make_order(customer=ann, price=10)

    assert pending(ann) == 300


def test_rule_gives_at_most_so_many_an_order_and_a_month(rule):
    EarningRule.objects.update(most_by_order=50, most_by_month=80)
    ann = make_customer()
    seen = []

    for number in range(3):
        make_order(customer=ann, price=60, placed_at=NOW + number * DAY)
        seen.append(pending(ann))
    make_order(customer=ann, price=60, placed_at=NOW + 30 * DAY)

    assert seen == [50, 80, 80]
    assert pending(ann) == 130


def test_past_of_a_shop_earns_nothing(rule):
    with as_history():
        order = make_order(price=10)

    assert pending(order.customer) == 0


def test_other_occasions_earn_at_once_and_once():
    EarningRule.objects.create(name="Thanks for the review", occasion="rating", way="fixed", points=20)
    ann = make_customer()

    for _turn in range(2):
        loyalty.earn("rating", [ann.pk], key="feedback:7", at=NOW)
    loyalty.earn("rating", [ann.pk], key="feedback:8", at=NOW)

    assert balance(ann) == 40
    assert Earning.objects.filter(approved_at=NOW).count() == 2


def test_order_paid_with_points_gives_them_back_as_it_comes_back():
    ann = make_customer()
    loyalty.give_points([loyalty.PointsGift(ann.pk, 100, "gift", NOW)])
    order = make_order(customer=ann, price=10, quantity=4)
    sku = order.lines.get().product.sku
    for _turn in range(2):
        loyalty.spend_with_order(order, 50, at=NOW)
    seen = [balance(ann)]

    orders.return_goods(order, at=NOW, lines={sku: Decimal(1)}, key="one")
    seen.append(balance(ann))
    orders.return_goods(order, at=NOW, key="rest")
    seen.append(balance(ann))
    for event in returns_of(order):
        undo_return(order, event.key, at=NOW + DAY)
    seen.append(balance(ann, NOW + DAY))
    orders.cancel(order, at=NOW + 2 * DAY)
    seen.append(balance(ann, NOW + 2 * DAY))

    assert seen == [50, 62, 100, 50, 100]


def test_order_paid_with_more_points_than_there_are_stands_and_the_story_says_so():
    order = make_order(price=10)

    loyalty.spend_with_order(order, 50, at=NOW)

    event = Event.objects.get(kind="points.refused")
    assert event.properties["reason"] == "There are only 0 points on the balance, not 50."
    assert not PointsEntry.objects.exists()


def test_orders_changed_by_other_means_are_followed_at_night(rule):
    order = make_order(price=10)
    type(order).objects.filter(pk=order.pk).update(refunded=4)

    loyalty.follow_changed(NOW - 10_000 * DAY, NOW)

    assert pending(order.customer) == 6


def test_waiting_lasts_as_long_as_the_settings_say(rule):
    LoyaltySettings(pk=1, return_days=30, margin_days=0).save()
    order = make_order(price=10, delivered_at=NOW)

    approve_due(NOW + 29 * DAY)
    early = balance(order.customer)
    approve_due(NOW + 30 * DAY)

    assert (early, balance(order.customer)) == (0, 10)


def test_points_for_each_amount_are_counted_exactly():
    terms = Terms("", "per_amount", 5, "100", {"1": "1", "2": "1"})

    assert points_for(terms, {"1": Fraction(200, 3), "2": Fraction(550, 3), "3": Fraction(10_000)}) == 12
