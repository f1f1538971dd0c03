import datetime as dt
import random
from decimal import Decimal

import pytest

from crm.figures import stats
from crm.models import Category, Customer, Order, OrderLine, Product

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


@pytest.fixture
def shop_with_goods(db):
    """A hundred and fifty buyers of goods in a tree of categories; the cost of one good is not known."""
    dice = random.Random(11)
    kitchen, food = (Category.objects.create(name=name) for name in ("Kitchen", "Food"))
    kettles, pans = (Category.objects.create(name=name, parent=kitchen) for name in ("Kettles", "Pans"))
    products = [
        Product.objects.create(sku="kettle", category=kettles, cost=Decimal(4)),
        Product.objects.create(sku="pan", category=pans, cost=Decimal(6)),
        Product.objects.create(sku="tea", category=food, cost=None),
        Product.objects.create(sku="card", category=None, cost=Decimal(1)),
    ]
    customers = Customer.objects.bulk_create(
        [Customer(external_id=f"g{number}", source=dice.choice(["", "ads", "friend", "fair"])) for number in range(150)]
    )
    orders, lines = [], []
    for customer in customers:
        for _ in range(min(int(dice.expovariate(0.35)) + 1, 9)):
            moment = dt.datetime(2023, 7, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=dice.randrange(1215 * 24 * 60))
            total = Decimal(dice.randrange(2_000, 20_000)) / 100
            refunded = dice.choice([0, 0, 0, 0, total / 4, total])
            order = Order(number=f"g{len(orders)}", customer=customer, placed_at=moment, currency="EUR", total=total)
            order.refunded = round(Decimal(refunded), 2)
            order.cancelled_at = moment if dice.random() < 0.05 else None
            orders.append(order)
            for product in dice.sample(products, dice.choice([1, 1, 2])):
                back = dice.choice([0, 0, 0, 1])
                lines.append(
                    OrderLine(
                        order=order, product=product, quantity=1, price=5, cost=product.cost, returned_quantity=back
                    )
                )
    Order.objects.bulk_create(orders)
    OrderLine.objects.bulk_create(lines)
    stats.rebuild()
    return customers
