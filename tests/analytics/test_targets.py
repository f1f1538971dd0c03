import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction

from analytics.models import Target, TargetReading
from analytics.targets.course import read_course
from analytics.targets.figures import FIGURES, read_days
from analytics.targets.progress import Standing, needed_on, progress
from analytics.targets.setting import give_up, take_up_again
from analytics.tasks import read_targets
from tests.conftest import make_customer, make_order

DAY = dt.timedelta(days=1)
START, DUE = dt.date(2026, 1, 1), dt.date(2026, 4, 11)


def target(**fields):
    """A hundred days from 9,000 to 10,000."""
    way = {"starts_on": START, "due_on": DUE, "read_until": START, "start_value": 9000, "wanted_value": 10_000}
    return Target(**{"figure": "lifetime_value", **way, **fields})


def night_after(day):
    return dt.datetime.combine(day + DAY, dt.time(4, 15), tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("what", "value", "today", "needed", "standing"),
    [
        ("the first day", 9000, START, 9000, "on_the_way"),
        ("the first day, fallen already", 8999, START, 9000, "behind"),
        ("on the line", 9300, START + 30 * DAY, 9300, "on_the_way"),
        ("just under it", Decimal("9299.99"), START + 30 * DAY, 9300, "behind"),
        ("without a figure", None, START + 30 * DAY, 9300, "behind"),
        ("above the goal, on a day that has not ended", 10_100, START + 30 * DAY, 9300, "on_the_way"),
        ("the last day", 9999, DUE, 10_000, "behind"),
        ("there on the last day", 10_000, DUE, 10_000, "on_the_way"),
        ("the night after, before it is read", 9999, DUE + DAY, 10_000, "over"),
    ],
)
def test_where_it_stands(what, value, today, needed, standing):
    found = progress(target(), value and Decimal(value), today)

    assert (found.needed, found.standing) == (needed, standing), what


def test_what_became_of_it_stays():
    read = {"read_until": DUE}

    assert progress(target(**read), Decimal(9999), DUE + DAY).standing is Standing.MISSED
    assert progress(target(**read, reached_on=DUE), Decimal(9999), DUE + DAY).standing is Standing.REACHED
    assert progress(target(reached_on=START + DAY), Decimal(9999), START + 9 * DAY).standing is Standing.REACHED
    assert progress(target(given_up_at=night_after(START)), None, START + DAY).standing is Standing.GIVEN_UP


def test_way_and_time_are_shares_of_the_whole():
    found = progress(target(), Decimal(9250), START + 50 * DAY)
    fallen = progress(target(), Decimal(8000), START - DAY)

    assert (found.share_of_way, found.share_of_time) == (Decimal("0.25"), Decimal("0.5"))
    assert (fallen.share_of_way, fallen.share_of_time) == (0, 0)
    assert needed_on(target(), DUE + 40 * DAY) == 10_000


@pytest.mark.django_db
def test_figures_are_read_over_the_year_up_to_each_day_and_lifetime_value_over_everything(now):
    customer = make_customer()
    for years, total in ((3, 100), (0, 60), (0, 40)):
        make_order(customer=customer, placed_at=now - dt.timedelta(days=365 * years + 30), total=total)
    make_order(placed_at=now, total=20)

    before, today = read_days([now.date() - DAY, now.date()])

    assert (before["lifetime_value"], today["lifetime_value"]) == (200, 110)
    assert (before["buyer_value"], today["buyer_value"]) == (100, 60)
    assert (before["repeat_rate"], today["repeat_rate"]) == (1, Decimal("0.5"))
    assert today["buyer_margin"] is today["lifetime_margin"] is None
    assert set(today) == {figure.value for figure in FIGURES} == set(Target.Figure.values)


@pytest.mark.django_db
def test_each_night_reads_the_day_before_and_a_missed_one_is_made_up_for(now):
    wanted = target(figure="revenue", start_value=10, wanted_value=100)
    wanted.save()
    for number in (2, 4):
        moment = dt.datetime.combine(START + number * DAY, dt.time(12), tzinfo=dt.UTC)
        make_order(placed_at=moment, total=50)

    written = [read_course(night_after(START + number * DAY)) for number in (0, 1, 1, 5, 5)]

    wanted.refresh_from_db()
    # On the first there is no order in its twelve months, yet its revenue is known: none.
    assert written == [0, 1, 0, 4, 0]
    assert list(wanted.readings.order_by("day").values_list("value", flat=True)) == [0, 50, 50, 100, 100]
    assert (wanted.read_until, wanted.reached_on) == (START + 5 * DAY, START + 4 * DAY)
    assert wanted.history.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("reached_after", "reached_on"), [(0, DUE), (1, None)])
def test_the_last_day_counts_whole_and_the_one_after_it_no_more(reached_after, reached_on):
    wanted = target(figure="revenue", start_value=10, wanted_value=100, read_until=DUE - DAY)
    wanted.save()
    last_moment = dt.datetime.combine(DUE + reached_after * DAY, dt.time(23, 59), tzinfo=dt.UTC)
    make_order(placed_at=last_moment, total=100)

    read_course(night_after(DUE + 5 * DAY))

    wanted.refresh_from_db()
    assert (wanted.read_until, wanted.reached_on, wanted.readings.count()) == (DUE, reached_on, 1)


@pytest.mark.django_db
def test_a_day_without_a_figure_has_no_row_and_is_read_once():
    target(figure="average_order").save()

    assert [read_course(night_after(START + 40 * DAY)) for _night in range(2)] == [0, 0]

    assert Target.objects.get().read_until == START + 40 * DAY
    assert not TargetReading.objects.exists()


@pytest.mark.django_db
def test_targets_of_different_age_are_read_together_and_none_is_taken_back():
    old, young = target(figure="revenue"), target(figure="revenue", due_on=DUE + DAY, read_until=START + 50 * DAY)
    old.save()
    young.save()

    read_course(night_after(START + 51 * DAY))

    assert (old.readings.count(), young.readings.count()) == (51, 1)
    assert set(Target.objects.values_list("read_until", flat=True)) == {START + 51 * DAY}


@pytest.mark.django_db
def test_what_is_given_up_is_read_no_more_and_taken_up_again_made_up_for():
    wanted = target(figure="revenue")
    wanted.save()
    give_up(wanted, night_after(START))

    assert read_course(night_after(START + 3 * DAY)) == 0
    take_up_again(wanted)
    assert read_course(night_after(START + 3 * DAY)) == 3
    assert [one.history_type for one in wanted.history.order_by("history_id")] == ["+", "~", "~"]


@pytest.mark.django_db
def test_neither_is_done_twice_nor_where_another_took_its_place():
    wanted = target()
    wanted.save()

    with pytest.raises(ValueError, match="was not given up"):
        take_up_again(wanted)
    give_up(wanted, night_after(START))
    with pytest.raises(ValueError, match="given up already"):
        give_up(wanted, night_after(START))
    target().save()
    with pytest.raises(ValueError, match="by this day already"):
        take_up_again(wanted)
    with pytest.raises(ValueError, match="is reached"):
        give_up(target(reached_on=START), night_after(START))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("below its start", {"wanted_value": 9000}),
        ("over before it began", {"due_on": START}),
        ("of no figure", {"figure": "happiness"}),
    ],
)
def test_the_database_keeps_no_target_that_makes_no_sense(what, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        target(**fields).save()

    assert not Target.objects.exists()


@pytest.mark.django_db
def test_the_task_reads_up_to_yesterday():
    target(figure="revenue").save()

    with time_machine.travel(night_after(START + DAY), tick=False):
        read_targets()

    assert [one.day for one in TargetReading.objects.all()] == [START + DAY]
