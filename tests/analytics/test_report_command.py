import io
import json

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
    assert found["cohorts_active_customers_by_month"] == {}


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
