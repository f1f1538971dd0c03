import datetime as dt

import pytest
from django.urls import reverse

from tests.conftest import make_order

pytestmark = pytest.mark.django_db
LATE = dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("why", "days", "count"),
    [
        ("the last day counts to its end", {"placed_at_from": "2026-03-10", "placed_at_to": "2026-03-10"}, 1),
        ("the day before is another", {"placed_at_to": "2026-03-09"}, 0),
        ("the end of the calendar is far", {"placed_at_to": "9999-12-31"}, 1),
        ("so is its beginning", {"placed_at_from": "0001-01-01"}, 1),
        ("no day at all filters nothing", {"placed_at_from": "2026-02-30"}, 1),
    ],
)
def test_orders_between_two_days_of_the_shop(admin_client, shop, why, days, count):
    make_order(placed_at=LATE)

    page = admin_client.get(reverse("admin:crm_order_changelist"), days)

    assert page.context["cl"].result_count == count
