import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from crm.customers.merge import merge
from crm.models import Event, Shop, StaffTask, Subscription, SubscriptionRenewal
from crm.privacy.erase import erase
from crm.subscriptions import renewals
from crm.subscriptions.rhythm import Rhythm, months_later
from crm.subscriptions.subscriptions import change, pause, resume, skip, stop, subscribe, unskip
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
TODAY = NOW.date()


def filter_of(customer=None, *, product=None, every=30, **terms):
    product = product or make_product(name="Filter", price=Decimal("12.50"))
    return subscribe(customer or make_customer(), product, at=NOW, every=every, **terms)


def kinds():
    told = Event.objects.filter(kind__startswith="subscription.").order_by("pk")
    return [kind.removeprefix("subscription.") for kind in told.values_list("kind", flat=True)]


def test_months_are_counted_from_the_first_date():
    rhythm = Rhythm(dt.date(2026, 1, 31), 1, "month")

    assert [rhythm.on(cycle) for cycle in range(4)] == [
        dt.date(2026, 1, 31),
        dt.date(2026, 2, 28),
        dt.date(2026, 3, 31),
        dt.date(2026, 4, 30),
    ]


@given(
    anchor=st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    every=st.integers(1, 24),
    unit=st.sampled_from(["day", "month"]),
    ahead=st.integers(0, 4000),
)
def test_the_first_date_from_a_day_is_the_soonest_that_is_not_before_it(anchor, every, unit, ahead):
    rhythm, day = Rhythm(anchor, every, unit), anchor + ahead * DAY

    found = rhythm.first_from(day)

    assert rhythm.on(found) >= day
    assert found == 0 or rhythm.on(found - 1) < day


def test_begins_one_interval_from_today_and_once_a_product():
    customer, product = make_customer(), make_product()

    first = filter_of(customer, product=product)
    again = filter_of(customer, product=product, every=7)

    assert first == again
    assert first.next_on == TODAY + 30 * DAY
    assert kinds() == ["started"]


def test_two_live_ones_to_a_product_are_impossible():
    first = filter_of()

    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.create(
            customer=first.customer, product=first.product, every=1, anchor_on=TODAY, next_on=TODAY
        )


def test_a_skip_moves_one_date_and_keeps_the_anchor():
    one = filter_of(every=1, unit="month", next_on=dt.date(2027, 1, 31))

    for _press in range(2):
        skip(one, at=NOW, date=dt.date(2027, 1, 31))
    assert one.next_on == dt.date(2027, 2, 28)
    skip(one, at=NOW, date=dt.date(2027, 2, 28))
    assert one.next_on == dt.date(2027, 3, 31)

    assert kinds() == ["started", "skipped", "skipped"]


def test_a_skipped_date_is_taken_back_while_it_lies_ahead():
    one = filter_of()
    date = one.next_on
    skip(one, at=NOW, date=date)

    for _press in range(2):
        unskip(one, at=NOW, date=date)

    assert one.next_on == date
    skip(one, at=NOW, date=date)
    unskip(one, at=NOW + 40 * DAY, date=date)
    assert one.next_on == date + 30 * DAY


def test_a_swap_keeps_the_subscription():
    one, other = filter_of(), make_product(name="Better filter")

    change(one, at=NOW, product=other, quantity=2)

    one.refresh_from_db()
    assert (one.product, one.quantity, one.stopped_at) == (other, 2, None)
    changed = Event.objects.get(kind="subscription.changed")
    assert changed.properties["now"] == {"sku": other.sku, "quantity": 2}


def test_a_swap_to_what_comes_already_is_refused():
    customer = make_customer()
    one, other = filter_of(customer), filter_of(customer)

    with pytest.raises(ValueError, match="already"):
        change(one, at=NOW, product=other.product)


@pytest.mark.parametrize("terms", [{"every": 731}, {"every": 25, "unit": "month"}, {"quantity": 100}, {"unit": "week"}])
def test_terms_beyond_the_bounds_are_refused_in_words(terms):
    one = filter_of()

    with pytest.raises(ValueError, match="interval|quantity"):
        change(one, at=NOW, **terms)


def test_another_date_is_counted_from():
    one = filter_of()

    change(one, at=NOW, next_on=TODAY + 5 * DAY)
    skip(one, at=NOW, date=TODAY + 5 * DAY)

    assert one.next_on == TODAY + 35 * DAY


def test_is_announced_three_days_before_and_once():
    filter_of()

    assert renewals.tend(NOW + 26 * DAY) == {}
    assert renewals.tend(NOW + 27 * DAY) == {"announce": 1}
    assert renewals.tend(NOW + 28 * DAY) == {}

    told = Event.objects.get(kind="subscription.upcoming")
    assert told.properties["price"] == "12.5000"
    assert told.properties["next_on"] == "2026-04-09"


def test_is_asked_of_the_shop_once_a_cycle_and_renewed_by_the_order_that_comes():
    one = filter_of()
    due = NOW + 30 * DAY

    assert renewals.tend(due) == {"announce": 1, "renew": 1}
    assert renewals.tend(due) == {}
    one.refresh_from_db()
    assert one.next_on == TODAY + 60 * DAY
    order = make_order(customer=one.customer, product=one.product, placed_at=due + DAY)
    assert renewals.tend(due + DAY) == {"settle": 1}

    renewal = one.renewals.get()
    assert (renewal.status, renewal.order, renewal.due_on) == ("fulfilled", order, TODAY + 30 * DAY)
    assert kinds() == ["started", "upcoming", "due", "renewed"]


def test_a_task_is_given_to_staff_where_nothing_else_makes_the_order():
    one = filter_of()

    renewals.tend(NOW + 30 * DAY)

    task = StaffTask.objects.get()
    assert (task.customer, task.title) == (one.customer, "Subscription: make the order of 1 × Filter")


def test_the_task_is_done_when_the_order_is_here_whoever_made_it():
    one, due = filter_of(), NOW + 30 * DAY
    renewals.tend(due)
    make_order(customer=one.customer, product=one.product, placed_at=due + DAY)

    renewals.tend(due + DAY)

    task = StaffTask.objects.get()
    assert (task.status, task.done_at, one.renewals.get().status) == ("done", due + DAY, "fulfilled")


def test_no_task_where_the_shops_systems_are_told():
    Shop.objects.update_or_create(pk=1, defaults={"repeat_by": Shop.RepeatBy.WEBHOOK})
    filter_of()

    renewals.tend(NOW + 30 * DAY)

    assert StaffTask.objects.count() == 0
    assert SubscriptionRenewal.objects.asked().count() == 1


def test_one_order_settles_one_renewal():
    one = filter_of(every=5)
    renewals.tend(NOW + 5 * DAY)
    renewals.tend(NOW + 10 * DAY)
    make_order(customer=one.customer, product=one.product, placed_at=NOW + 10 * DAY)

    renewals.tend(NOW + 11 * DAY)

    assert list(one.renewals.order_by("due_on").values_list("status", flat=True)) == ["fulfilled", "asked"]


@pytest.mark.parametrize("change", [{"product": True}, {"customer": True}, {"cancelled_at": NOW + 31 * DAY}])
def test_another_order_settles_nothing(change):
    one = filter_of()
    renewals.tend(NOW + 30 * DAY)
    facts = {"customer": one.customer, "product": one.product, "placed_at": NOW + 31 * DAY} | change
    if facts["product"] is True:
        facts["product"] = make_product()
    if facts["customer"] is True:
        facts["customer"] = make_customer()
    make_order(**facts)

    assert renewals.settle(NOW + 31 * DAY) == 0


def test_out_of_stock_waits_and_ends_nothing():
    one = filter_of()
    one.product.is_in_stock = False
    one.product.save()

    renewals.tend(NOW + 30 * DAY)
    assert (one.renewals.get().status, StaffTask.objects.count()) == ("waiting", 0)
    one.product.is_in_stock = True
    one.product.save()
    assert renewals.tend(NOW + 33 * DAY) == {"ask_for_stocked": 1}

    one.refresh_from_db()
    assert (one.status, one.next_on) == ("active", TODAY + 60 * DAY)
    assert kinds() == ["started", "upcoming", "out_of_stock", "due"]


def test_after_an_outage_one_renewal_is_asked_for():
    one = filter_of(every=10)

    renewals.tend(NOW + 45 * DAY)

    one.refresh_from_db()
    assert [renewal.due_on for renewal in one.renewals.all()] == [TODAY + 10 * DAY]
    assert one.next_on == TODAY + 50 * DAY


def test_what_nobody_ordered_comes_to_nothing():
    one = filter_of()
    renewals.tend(NOW + 30 * DAY)

    renewals.tend(NOW + 52 * DAY)

    assert one.renewals.get().status == "missed"


def test_a_paused_one_rests_until_its_day():
    one = filter_of(every=10)
    pause(one, at=NOW, until=TODAY + 25 * DAY)

    assert renewals.tend(NOW + 20 * DAY) == {}
    assert renewals.tend(NOW + 25 * DAY) == {"wake_rested": 1}

    one.refresh_from_db()
    assert (one.status, one.next_on) == ("active", TODAY + 30 * DAY)
    assert kinds() == ["started", "paused", "resumed"]


def test_goes_on_far_enough_ahead_to_be_announced():
    one = filter_of(every=10)
    pause(one, at=NOW)

    resume(one, at=NOW + 29 * DAY)

    assert one.next_on == TODAY + 40 * DAY


def test_stopped_for_a_reason_nothing_comes_any_more():
    one = filter_of()

    for _press in range(2):
        stop(one, at=NOW, reason="too_dear", words="Another shop\0")

    assert (one.status, one.stop_reason, one.stop_words) == ("stopped", "too_dear", "Another shop")
    assert renewals.tend(NOW + 90 * DAY) == {}
    assert kinds() == ["started", "stopped"]
    with pytest.raises(ValueError, match="stopped"):
        skip(one, at=NOW, date=one.next_on)


def test_of_two_to_one_product_the_keepers_goes_on():
    product = make_product()
    keeper, duplicate = make_customer(), make_customer()
    kept, double = filter_of(keeper, product=product), filter_of(duplicate, product=product)
    other = filter_of(duplicate)

    merge(keeper, duplicate, at=NOW)

    double.refresh_from_db()
    assert (double.customer, double.stop_reason) == (keeper, "merged")
    assert set(Subscription.objects.live()) == {kept, other}


def test_whoever_is_erased_gets_nothing_more():
    one = filter_of()
    pause(one, at=NOW, until=TODAY + 5 * DAY)

    erase(one.customer, at=NOW)

    one.refresh_from_db()
    assert one.stop_reason == "erased"
    assert renewals.tend(NOW + 40 * DAY) == {}


def test_takes_a_batch_in_as_many_queries_as_one(shop, django_assert_num_queries):
    for _one in range(3):
        filter_of()

    with django_assert_num_queries(9):
        assert renewals.renew(NOW + 30 * DAY) == 3


def test_months_later_ends_with_the_month():
    assert months_later(dt.date(2024, 1, 31), 13) == dt.date(2025, 2, 28)
