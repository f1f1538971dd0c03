import datetime as dt
from decimal import Decimal

import pytest

from analytics.filters import Filters
from analytics.metrics.cohorts import arranged, cohorts
from analytics.relations import relations_of_orders
from tests.conftest import make_customer, make_order


def test_a_buyer_counts_once_in_a_month_however_often_they_ordered(db):
    customer = make_customer()
    for moment in ("2025-11-30", "2026-01-02", "2026-01-20", "2026-03-01"):
        make_order(customer=customer, placed_at=dt.datetime.fromisoformat(f"{moment}T12:00Z"), total=10)

    (found,) = cohorts(relations_of_orders(Filters().standings()))

    assert found.first_month_on == dt.date(2025, 11, 1)
    assert found.active == (1, 0, 1, 0, 1)
    assert found.revenue == (10, 0, 20, 0, 10)


@pytest.mark.parametrize(
    ("what", "last_month", "active"),
    [
        ("all that is there", None, (10, 4, 0, 2)),
        ("a later month was empty", dt.date(2026, 5, 1), (10, 4, 0, 2, 0)),
        ("the last months are not over", dt.date(2026, 2, 1), (10, 4)),
        ("its own month is not over", dt.date(2025, 12, 1), (10,)),
    ],
)
def test_cells_end_with_the_last_month_known(what, last_month, active):
    rows = [
        {"first_month_on": dt.date(2026, 1, 1), "months_later": later, "buyers": buyers, "revenue": Decimal(buyers)}
        for later, buyers in ((0, 10), (1, 4), (3, 2))
    ]

    (found,) = arranged(rows, last_month)

    assert found.active == active


def test_retention_is_of_the_cohort_s_size():
    rows = [
        {"first_month_on": dt.date(2026, 1, 1), "months_later": later, "buyers": buyers, "revenue": Decimal(0)}
        for later, buyers in ((0, 8), (1, 2))
    ]

    assert arranged(rows)[0].retention == (1, Decimal("0.25"))
