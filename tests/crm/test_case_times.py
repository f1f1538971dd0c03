import datetime as dt

import pytest
from django.contrib.auth.models import User

from crm.models import CaseMessage
from crm.service import case_merging, case_pauses, cases
from crm.service.case_times import Figure, service_times, times_of
from tests.conftest import make_case, make_customer

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def written(case, at, direction="received", **fields):
    return CaseMessage.objects.create(case=case, direction=direction, occurred_at=at, **fields)


def test_a_case_that_was_opened_again_was_settled_first_and_for_good(now):
    case = make_case(at=now)
    cases.acknowledge(case, at=now + HOUR)
    cases.resolve(case, at=now + 5 * HOUR)
    cases.reopen(case, at=now + 100 * HOUR)

    assert (times_of(case).first_settled, times_of(case).settled) == (5 * HOUR, None)
    cases.resolve(case, at=now + 120 * HOUR)
    times = times_of(case)
    assert (times.first_word, times.first_settled, times.settled) == (HOUR, 5 * HOUR, 120 * HOUR)
    assert service_times(now, now + DAY).first_settled == Figure(1, 5 * HOUR, 5 * HOUR)


def test_each_next_word_counts_from_when_the_customer_wrote_again(now):
    case, ada = make_case(at=now, kind="question"), User.objects.create_user("ada")
    written(case, now)
    written(case, now + HOUR, "sent")
    written(case, now + 10 * HOUR)
    written(case, now + 11 * HOUR)
    written(case, now + 12 * HOUR, "sent", failed_at=now)
    written(case, now + 13 * HOUR, "sent")
    cases.note_unanswered(case, since=now + 20 * HOUR, at=now + 20 * HOUR)
    written(case, now + 20 * HOUR)
    cases.answer(case, at=now + 21 * HOUR, solution="A lid", by=ada)

    assert times_of(case).first_word == HOUR
    assert times_of(case).next_words == [3 * HOUR, HOUR]


def test_time_in_which_it_was_not_our_turn_is_left_out(now):
    case = make_case(at=now)
    cases.acknowledge(case, at=now + HOUR)
    case_pauses.hold(case, at=now + 2 * HOUR)
    case_pauses.take_up(case, at=now + 20 * HOUR)
    cases.answer(case, at=now + 21 * HOUR, solution="A lid")
    written(case, now + 50 * HOUR)
    cases.note_unanswered(case, since=now + 50 * HOUR, at=now + 50 * HOUR)
    cases.resolve(case, at=now + 53 * HOUR)

    times = times_of(case)

    assert times.settled == (2 + 1 + 3) * HOUR
    assert times.next_words == [3 * HOUR]


def test_nights_are_left_out_where_promises_count_in_working_hours(now, shop):
    shop.keeps_working_hours = True
    shop.save()
    evening = now.replace(hour=17)
    case = make_case(at=evening)

    cases.acknowledge(case, at=evening.replace(hour=10) + DAY)

    assert times_of(case).first_word == 2 * HOUR


def test_the_share_in_time_is_by_what_was_promised_when_we_spoke(now):
    for hours in (1, 2, 30):
        cases.acknowledge(make_case(at=now), at=now + hours * HOUR)
    cases.acknowledge(make_case(at=now, kind="question"), at=now + HOUR)
    make_case(at=now)

    times = service_times(now, now + DAY)

    assert (times.cases, times.first_word.count) == (5, 4)
    assert (times.promised, times.in_time, times.share_in_time) == (3, 2, 2 / 3)
    assert service_times(now + DAY, now + 2 * DAY).share_in_time is None


def test_what_nobody_settled_is_not_counted_as_settled(now, shop):
    ann = make_customer()
    silent, merged, root = (make_case(ann, at=now) for _case in range(3))
    cases.answer(silent, at=now + HOUR, solution="A lid")
    case_pauses.close_silent(now + 30 * DAY)
    case_merging.merge_cases(root, merged, at=now)

    times = service_times(now, now + DAY)

    assert (times.cases, times.first_settled.count, times.settled.count) == (2, 0, 0)


def test_however_many_cases_it_is_the_same_queries(now, django_assert_num_queries):
    for _case in range(20):
        cases.acknowledge(make_case(at=now), at=now + HOUR)

    with django_assert_num_queries(4):
        service_times(now, now + DAY)


@pytest.mark.parametrize(
    ("hours", "median", "p90"),
    [([], None, None), ([3], 3, 3), ([1, 2, 3, 4], 2.5, 4), (range(1, 11), 5.5, 9), (range(1, 12), 6, 10)],
)
def test_figures_are_the_middle_and_the_ninth_of_ten(hours, median, p90):
    figure = Figure.of(hour * HOUR for hour in hours)

    assert figure == Figure(len(list(hours)), median and median * HOUR, p90 and p90 * HOUR)
