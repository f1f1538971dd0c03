import datetime as dt
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command

from segments.models import Segment
from tests.conftest import make_customer, make_order

pytestmark = pytest.mark.django_db


def printed(*options):
    out = io.StringIO()
    call_command("report", *options, stdout=out)
    return out.getvalue()


def test_an_empty_shop_prints_nothing_divided_by_nothing():
    found = json.loads(printed("--json"))

    assert (found["orders"], found["revenue"], found["repeat_rate"], found["ltv_median"]) == (0, 0.0, None, None)
    assert found["cohorts_active_customers_by_month"] == found["cohort_ltv"] == {}
    assert set(found["second_order_within_days"].values()) == {None}


def test_people_get_a_table_with_a_dash_for_what_cannot_be_said(now):
    make_order(total=1234.5, placed_at=now)

    found = printed("--from=2026-03-01", "--to=2026-03-31")

    assert "1,234.5" in found
    assert "—" in found
    assert "lapse days" in found
    assert "2026-03       1" in found


def test_lapse_days_come_from_the_shop_unless_named(shop, now):
    shop.lapse_days = 30
    shop.save()
    make_order(placed_at=now)

    assert json.loads(printed("--json", "--from=2026-05-01", "--to=2026-05-02"))["periods"][0]["lapsed_at_start"] == 1
    named = printed("--json", "--from=2026-05-01", "--to=2026-05-02", "--lapse-days=90")
    assert json.loads(named)["periods"][0]["lapsed_at_start"] == 0


def test_one_source_only(now):
    make_order(customer=make_customer(source="ads"))
    make_order(customer=make_customer(source="friend"))

    assert json.loads(printed("--json", "--source=ads"))["buyers"] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--from=2026-01-01"], "both days"),
        (["--from=2026-02-01", "--to=2026-01-01"], "cannot end before"),
        (["--from=yesterday", "--to=2026-01-01"], "not a day"),
        (["--lapse-days=-1"], "not a number of days"),
        (["--segment=Nobody"], "There is no segment “Nobody”. Segments: .*Friends"),
        (["--category=Nothing"], "no category"),
    ],
)
def test_says_in_words_what_is_wrong_with_a_question(options, words):
    Segment.objects.create(name="Friends")

    with pytest.raises(CommandError, match=words):
        printed("--json", *options)


def test_people_read_second_orders_and_what_cohorts_brought(now):
    customer = make_customer()
    make_order(customer=customer, total=10, placed_at=now)
    make_order(customer=customer, total=5, placed_at=now + dt.timedelta(days=40))

    found = printed()

    assert re.search(r"second order within 60 days +1\.0\n", found)
    assert re.search(r"2026-03 +10\.00 +15\.00\n", found)


def test_programs_read_them_by_month_and_by_days(now):
    customer = make_customer()
    make_order(customer=customer, total=10, placed_at=now)
    make_order(customer=customer, total=5, placed_at=now + dt.timedelta(days=40))
    make_order(total=30, placed_at=now + dt.timedelta(days=40))

    found = json.loads(printed("--json"))

    assert found["cohort_ltv"] == {"2026-03": [10.0, 15.0], "2026-04": [30.0]}
    assert found["second_order_within_days"] == {"30": 0.0, "60": 1.0, "90": 1.0, "180": 1.0, "365": 1.0}
