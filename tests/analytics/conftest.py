import datetime as dt
import random
from decimal import Decimal

import pytest

from crm.figures import stats
from crm.models import Customer, Order

START = dt.date(2025, 1, 1)


@pytest.fixture
def busy_shop(db):
    """Two hundred buyers with up to nine orders each over two years, some cancelled or refunded, from a fixed seed."""
    dice = random.Random(7)
    customers = Customer.objects.bulk_create(
        [Customer(external_id=f"c{number}", source=dice.choice(["", "ads", "friend"])) for number in range(200)]
    )
    orders = []
    for customer in customers:
        for _ in range(min(int(dice.expovariate(0.5)) + 1, 9)):
            moment = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=dice.randrange(730 * 24 * 60))
            total = Decimal(dice.randrange(100, 20_000)) / 100
            orders.append(
                Order(
                    number=f"n{len(orders)}",
                    customer=customer,
                    placed_at=moment,
                    currency="EUR",
                    total=total,
                    refunded=total / 2 if dice.random() < 0.1 else 0,
                    cancelled_at=moment if dice.random() < 0.1 else None,
                )
            )
    Order.objects.bulk_create(orders)
    stats.rebuild()
    return customers
