"""A refresh asks about customers whose facts changed, and finds what a full count finds."""

import datetime as dt
import random

import pytest
from django.db.models import Max
from django.urls import reverse

from crm.figures import stats
from crm.intake.files.import_file import import_file
from crm.models import Category, Customer, CustomerStats, Product
from crm.orders import orders
from crm.timezones import day_of
from segments import changes
from segments.compile import matching
from segments.models import Change, Membership, Segment
from segments.refresh import refresh, refresh_due
from segments.rule_json import parse
from tests.conftest import make_case, make_customer, make_order, make_product
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

BUYERS = condition("orders_count", "at_least", 1)
MINUTE = dt.timedelta(minutes=1)


def members(segment):
    return set(Membership.objects.open().filter(segment=segment).values_list("customer", flat=True))


def noted():
    """Whose facts were noted as changed since the last look."""
    found = set(Change.objects.values_list("customer_id", flat=True))
    Change.objects.all().delete()
    return found


def test_whatever_changes_about_a_customer_is_noted(now):
    customer, other = make_customer(), make_customer()
    noted()

    order = make_order(customer=customer, placed_at=now)
    assert noted() == {customer.pk}
    orders.cancel(order, at=now)
    assert noted() == {customer.pk}
    make_case(customer=customer)
    assert noted() == {customer.pk}
    Customer.objects.filter(pk=customer.pk).update(city="Perm")
    assert noted() == {customer.pk}
    customer.contacts.update(state="bounced")
    assert noted() == {customer.pk}
    customer.cases.update(customer=other)
    assert noted() == {customer.pk, other.pk}
    order.lines.all().delete()
    assert noted() <= {customer.pk}


def test_what_is_said_about_goods_concerns_everybody(now):
    product = make_product(category="Kitchen / Kettles")
    noted()

    Product.objects.filter(pk=product.pk).update(price_tier="premium")
    assert noted() == {None}
    Product.objects.filter(pk=product.pk).update(name="Kettle")
    assert noted() == set()
    Category.objects.update(parent=None)
    assert noted() == {None}


def test_goods_that_are_saved_as_they_were_concern_nobody(now):
    product = make_product(category="Kitchen / Kettles")
    noted()

    product.save()
    product.category.save()
    Product.objects.filter(pk=None).update(price_tier="premium")

    assert noted() == set()


def test_an_import_concerns_whom_it_tells_of_and_nobody_else(now, tmp_path):
    bought, cancelled, other = (make_customer(external_id=name) for name in ("1", "2", "3"))
    segment = make_segment(condition("happened", "at_least", 1, where=[condition("kind", "is", ["order.cancelled"])]))
    refresh(segment, now)
    noted()
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_number,customer_id,placed_at,cancelled_at,sku,quantity,price\n"
        "A-1,1,2026-03-01,,K-1,1,30\n"
        "A-2,2,2026-03-01,2026-03-02,K-1,1,30\n"
    )

    assert import_file("orders", file, now=now).is_applied

    assert changes.changed_customers(segment.seen) == {bought.pk, cancelled.pk}
    refresh(segment, now + MINUTE)
    assert members(segment) == {cancelled.pk}
    assert other.pk not in noted()


def test_only_changed_customers_are_asked_about(now):
    for _ in range(3):
        make_order(placed_at=now)
    segment = make_segment(BUYERS)
    refresh(segment, now)
    Change.objects.all().delete()
    customer = make_order(placed_at=now).customer

    assert changes.customers_to_check(segment, parse(segment.rule), now + MINUTE) == {customer.pk}
    outcome = refresh(segment, now + MINUTE)

    assert (outcome.entered, outcome.left, segment.members_count) == (1, 0, 4)
    assert segment.proved_at == now


@pytest.mark.parametrize(
    ("rule", "later", "everybody"),
    [
        (BUYERS, dt.timedelta(days=1), False),
        (condition("last_order", "ago", 30), MINUTE, False),
        (condition("last_order", "ago", 30), dt.timedelta(days=1), True),
        (condition("orders_count", "at_least", 1, window=30), dt.timedelta(days=1), True),
        (
            condition("orders_count", "at_least", 1, where=[condition("delivered", "ago", 3)]),
            dt.timedelta(days=1),
            True,
        ),
        (condition("stage", "is", ["new"]), dt.timedelta(days=1), True),
        (condition("age", "at_least", 30), dt.timedelta(days=1), True),
    ],
)
def test_a_new_day_asks_everybody_where_days_matter(now, rule, later, everybody):
    segment = make_segment(rule)
    refresh(segment, now)

    assert (changes.customers_to_check(segment, parse(segment.rule), now + later) is None) == everybody


def test_a_segment_that_asks_for_another_is_counted_in_full(now):
    segment = make_segment(condition("segment", "is", [str(make_segment(BUYERS).pk)]))
    refresh(segment, now)

    assert changes.customers_to_check(segment, parse(segment.rule), now + MINUTE) is None


def test_a_full_count_once_a_day_tells_what_changes_missed(now, caplog):
    segment = make_segment(BUYERS)
    customer = make_order(placed_at=now).customer
    refresh(segment, now)
    CustomerStats.objects.update(orders_count=0)
    Change.objects.all().delete()

    refresh(segment, now + 60 * MINUTE)
    assert members(segment) == {customer.pk}
    refresh(segment, now + dt.timedelta(hours=25))

    assert members(segment) == set()
    assert segment.drifted_count == 1
    assert "a full count found 1 customers that changes had missed" in caplog.text


def test_a_segment_switched_on_again_looks_at_everybody(now):
    segment = make_segment(BUYERS)
    refresh(segment, now)
    Segment.objects.filter(pk=segment.pk).update(is_active=False)
    refresh_due(now + 10 * MINUTE)

    segment.refresh_from_db()
    assert segment.seen is None


def test_changes_that_all_have_seen_are_forgotten(now, no_starters):
    segment = make_segment(BUYERS)
    make_order(placed_at=now)
    refresh(segment, now)
    # As if this transaction were over, and all that ran beside it, in other databases too.
    Segment.objects.update(seen=Change.objects.aggregate(last=Max("written_in"))["last"] + 1)

    assert changes.delete_seen() > 0
    assert not Change.objects.exists()


def test_day_after_day_of_sales_asking_few_agrees_with_asking_all(now):
    rng = random.Random(5)
    rules = [
        BUYERS,
        condition("last_order", "ago", 3),
        condition("orders_count", "at_least", 2, window=4),
        condition("open_case", "has_not", ["complaint"]),
        condition("city", "is", ["Perm"]),
    ]
    segments = [make_segment(rule) for rule in rules]
    customers = [make_customer(city=rng.choice(["Perm", ""])) for _ in range(12)]
    at = now
    for segment in segments:
        refresh(segment, at)

    for _ in range(25):
        at += rng.choice([7, 60, 700]) * MINUTE
        for customer in rng.sample(customers, 2):
            act(rng, customer, at)
        for segment in segments:
            refresh(segment, at)
            assert members(segment) == set(matching(segment.rule, at).values_list("pk", flat=True)), segment.rule
            assert segment.members_count == len(members(segment))
            assert segment.drifted_count == 0
    assert day_of(at) > day_of(now) + dt.timedelta(days=2)


def act(rng, customer, at):
    choice = rng.randrange(4)
    if choice == 0:
        make_order(customer=customer, placed_at=at)
    elif choice == 1:
        Customer.objects.filter(pk=customer.pk).update(city=rng.choice(["Perm", "Kazan"]))
    elif choice == 2:
        make_case(customer=customer)
    else:
        for order in customer.orders.filter(cancelled_at=None)[:1]:
            orders.cancel(order, at=at)
    stats.refresh([customer.pk])


def test_a_difference_is_told_on_the_page_of_the_segment(admin_client, now):
    segment = make_segment(BUYERS)
    address = reverse("admin:segments_segment_change", args=[segment.pk])

    assert "The last full count found" not in admin_client.get(address).content.decode()
    Segment.objects.filter(pk=segment.pk).update(drifted_count=2)
    assert "The last full count found 2 differences" in admin_client.get(address).content.decode()
