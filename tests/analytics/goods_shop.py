"""Made-up shops as plain orders, the same in the database, and what goes with what in them counted by hand."""

import datetime as dt
import random
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count, product

from django.db import connection

from crm.figures import stats
from crm.models import Category, Customer, Order, OrderLine, Product

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WINDOW = 183 * DAY
_serial = count(1)


@dataclass
class Bought:
    """`returned` are those of the goods that came back whole."""

    customer: str
    at: dt.datetime
    goods: list[str]
    returned: set[str] = field(default_factory=set)
    is_cancelled: bool = False
    fields: dict = field(default_factory=dict)

    @property
    def kept(self):
        return set() if self.is_cancelled else set(self.goods) - self.returned


def store(orders, category_of, **of_customers):
    """`category_of` names the path of a product's category, such as “Kitchen / Kettles”, or None."""
    categories = {None: None}
    for path in sorted({path for path in category_of.values() if path}):
        parent = None
        for depth, name in enumerate(path.split(" / ")):
            key = tuple(path.split(" / ")[: depth + 1])
            if key not in categories:
                categories[key] = Category.objects.create(name=name, parent=parent)
            parent = categories[key]
        categories[path] = parent
    products = Product.objects.bulk_create(
        [Product(sku=sku, name=f"Product {sku}", category=categories[path]) for sku, path in category_of.items()]
    )
    by_sku = {one.sku: one for one in products}
    names = sorted({one.customer for one in orders})
    customers = {
        one.external_id: one
        for one in Customer.objects.bulk_create([Customer(external_id=name, **of_customers) for name in names])
    }
    made = Order.objects.bulk_create(
        [
            Order(
                number=f"G-{next(_serial)}",
                customer=customers[one.customer],
                placed_at=one.at,
                currency="EUR",
                cancelled_at=one.at if one.is_cancelled else None,
                returned_at=one.at if one.returned else None,
                **{"total": Decimal(10), **one.fields},
            )
            for one in orders
        ],
        batch_size=5_000,
    )
    OrderLine.objects.bulk_create(
        [
            OrderLine(
                order=order, product=by_sku[sku], quantity=2, price=5, returned_quantity=2 * (sku in one.returned)
            )
            for order, one in zip(made, orders, strict=True)
            for sku in one.goods
        ],
        batch_size=10_000,
    )
    stats.rebuild()
    with connection.cursor() as cursor:
        # Nobody else tells the planner of rows that no other transaction sees; without, questions take seconds each.
        cursor.execute("ANALYZE")
    return by_sku


def random_shop(seed, customers=3_000, planted=(), follows=(), products=60):
    """Buyers who order seldom or often, of goods more or less wanted. Planted pairs: in one order, or later."""
    dice = random.Random(seed)
    goods = [f"P{number:02}" for number in range(products)]
    weights = [1 / (3 + number) for number in range(products)]
    together, later = dict(planted), dict(follows)
    orders = []
    for number in range(customers):
        at = NOW - DAY * dice.uniform(1, 700)
        keenness, wanted = dice.choice([0.2, 0.45, 0.7]), []
        while at < NOW:
            basket = {*dice.choices(goods, weights, k=dice.choice([1, 1, 2, 3, 4])), *wanted}
            basket |= {together[sku] for sku in sorted(basket) if sku in together and dice.random() < 0.35}
            orders.append(Bought(f"c{number}", at, sorted(basket)))
            wanted = [later[sku] for sku in sorted(basket) if sku in later and dice.random() < 0.5]
            if dice.random() > keenness:
                break
            at += DAY * dice.expovariate(1 / 60)
    return orders


class Recount:
    """Counts of pairs over sets of what each order holds: products, or categories with all above them."""

    def __init__(self, orders, holds):
        kept = sorted((one for one in orders if one.kept), key=lambda one: one.at)
        self.by_customer = defaultdict(list)
        for one in kept:
            self.by_customer[one.customer].append((one.at, holds(one.kept)))
        self.firsts = defaultdict(dict)
        for customer, history in self.by_customer.items():
            for place, (_at, things) in enumerate(history):
                for thing in things:
                    self.firsts[thing].setdefault(customer, place)

    def together(self, one, other):
        met = [other in self.by_customer[customer][place][1] for customer, place in self.firsts[one].items()]
        return sum(met), len(met)

    def next(self, one, other):
        """Customers, buyers who are watched for the whole window, the median of days between."""
        days, buyers = [], 0
        for customer, place in self.firsts[one].items():
            history = self.by_customer[customer]
            at = history[place][0]
            if at > NOW - WINDOW:
                continue
            buyers += 1
            later = [when for when, things in history if at < when <= at + WINDOW and other in things]
            days += [(min(later) - at) / DAY] if later else []
        return len(days), buyers, statistics.median(days) if days else None

    def pairs(self):
        common = {thing for thing, buyers in self.firsts.items() if len(buyers) >= 20}
        return [pair for pair in product(common, common) if pair[0] != pair[1]]
