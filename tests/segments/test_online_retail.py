"""On a real gift shop's year: scores, sleeping and repeat buyers are those a plain recount finds."""

import csv
import datetime as dt
import gzip
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from crm.figures import scores, stats
from crm.models import Customer, CustomerScore, Order
from segments.compile import matching
from segments.rfm_grid import grid
from tests.order_files import order_file
from tests.segments.conftest import condition

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]

NOW = dt.datetime(2010, 12, 10, 12, tzinfo=dt.UTC)


def read(path):
    """Orders as {number: (customer, moment, total)}."""
    orders, totals = {}, defaultdict(Decimal)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            orders[row["order_number"]] = row["customer_id"], dt.datetime.fromisoformat(row["placed_at"])
            totals[row["order_number"]] += Decimal(row["quantity"]) * Decimal(row["price"])
    return {number: (*about, totals[number].quantize(Decimal("0.01"))) for number, about in orders.items()}


def store(orders):
    names = sorted({customer for customer, _at, _total in orders.values()})
    made = Customer.objects.bulk_create([Customer(external_id=name) for name in names])
    by_name = {customer.external_id: customer for customer in made}
    Order.objects.bulk_create(
        [
            Order(number=number, customer=by_name[name], placed_at=at, currency="GBP", total=total)
            for number, (name, at, total) in orders.items()
        ],
        batch_size=5000,
    )
    stats.rebuild()
    scores.score_all(NOW)


def fifths(figures):
    """1 + the fifth of the ranking reached: the share of the others that does worse."""
    below, worse = {}, 0
    for figure, many in sorted(Counter(figures.values()).items()):
        below[figure] = worse
        worse += many
    others = len(figures) - 1
    return {name: min(5, 1 + 5 * below[figure] // others) for name, figure in figures.items()}


def members(*conditions):
    return set(matching({"all": list(conditions)}, NOW).values_list("external_id", flat=True))


@pytest.fixture
def bought(settings):
    """What every customer bought, as {customer: [(moment, total)]}; the same is in the database."""
    settings.TIME_ZONE = "UTC"
    orders = read(order_file("online_retail_2010_order_lines"))
    store(orders)
    bought = defaultdict(list)
    for name, at, total in orders.values():
        bought[name].append((at, total))
    return bought


def test_scores_sleeping_and_repeat_buyers_equal_a_recount(bought):
    last = {name: max(at for at, _total in orders) for name, orders in bought.items()}
    recounted = {
        "recency": fifths(last),
        "frequency": fifths({name: len(orders) for name, orders in bought.items()}),
        "monetary": fifths({name: sum(total for _at, total in orders) for name, orders in bought.items()}),
    }
    silent = {name: (NOW.date() - at.date()).days for name, at in last.items()}
    newcomers = {name for name, orders in bought.items() if (NOW.date() - min(orders)[0].date()).days <= 30}

    assert len(bought) == 4314
    for column, expected in recounted.items():
        stored = dict(CustomerScore.objects.values_list("customer__external_id", column))
        assert Counter(stored.values()) == Counter(expected.values()), column
        assert stored == expected, column
        for fifth in range(1, 6):
            found = members(condition(f"{column}_score", "exactly", fifth))
            assert found == {name for name, score in expected.items() if score == fifth}
    assert members(condition("stage", "is", ["sleeping"])) == {
        name for name, days in silent.items() if 180 <= days <= 365 and name not in newcomers
    }
    assert members(condition("orders_count", "at_least", 2)) == {
        name for name, orders in bought.items() if len(orders) >= 2
    }
    assert sum(cell.customers for row in grid() for cell in row) == 4314
