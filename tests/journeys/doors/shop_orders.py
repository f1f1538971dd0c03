"""Orders to be told through every door: of a real shop where its file is here, and of one made up with a fixed seed."""

import csv
import datetime as dt
import random
from collections import defaultdict
from decimal import Decimal

from tests.journeys import recount
from tests.journeys.recount import DAY, HOUR, Purchase
from tests.order_files import order_file

MOMENTS = ("paid_at", "shipped_at", "delivered_at", "cancelled_at")
OPENED = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
SKUS = 12


def made_up(count, seed=9):
    """Few customers, so that they come back while others of theirs are told; every eighth order is cancelled."""
    chance = random.Random(seed)
    return [_made_up(number, chance) for number in range(count)]


def _made_up(number, chance):
    placed_at = OPENED + dt.timedelta(seconds=chance.randrange(60 * 86_400))
    after = sorted(placed_at + dt.timedelta(seconds=chance.randrange(60, 9 * 86_400)) for _turn in range(3))
    reached = chance.choice([0, 1, 2, 3, 3, 3])
    moments = dict(zip(MOMENTS[:3], after[:reached] + [None] * (3 - reached), strict=True))
    if is_cancelled := number % 8 == 7:
        moments = dict.fromkeys(moments)
    lines = [
        (
            f"K-{sku}",
            str(chance.randrange(1, 4)),
            f"{chance.randrange(100, 9_000) / 100:.2f}",
            f"Kettle {sku}",
            "Kettles",
        )
        for sku in sorted(chance.sample(range(SKUS), k=chance.randrange(1, 4)))
    ]
    buyer, cancelled_at = chance.randrange(12), placed_at + HOUR if is_cancelled else None
    return Purchase(
        f"A-{number}", f"{buyer:04x}", f"City {buyer}", placed_at, **moments, cancelled_at=cancelled_at, lines=lines
    )


def of_olist(count):
    """All orders of those who came back, and of others as many as are wanted; always the same ones. 0: all of them."""
    bought = recount.purchases(order_file("olist_order_lines"), until=recount.START + 3_000 * DAY)
    for purchase in bought:
        purchase.lines = [(*line[:4], line[4].replace("_", " ")) for line in purchase.lines]
    if not count:
        return bought
    by_customer = defaultdict(list)
    for purchase in bought:
        by_customer[purchase.customer].append(purchase)
    buyers = list(by_customer)
    random.Random(9).shuffle(buyers)
    buyers.sort(key=lambda one: len(by_customer[one]) == 1)
    several = [purchase for buyer in buyers[: count // 6] for purchase in by_customer[buyer]]
    once = [
        purchase for buyer in buyers[count // 6 :] for purchase in by_customer[buyer] if len(by_customer[buyer]) == 1
    ]
    return [*several, *once[: count - len(several)]]


def total_of(purchase):
    return sum((Decimal(quantity) * Decimal(price) for _sku, quantity, price, *_rest in purchase.lines), Decimal(0))


def email_of(purchase):
    return f"c{purchase.customer}@example.com"


def write_file(purchases, path):
    """As the files of an import are: one row a line, the order's own columns repeated."""
    columns = [
        "order_number",
        "customer_id",
        "email",
        "city",
        "placed_at",
        *MOMENTS,
        "sku",
        "product",
        "quantity",
        "price",
    ]
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns)
        for one in purchases:
            moments = [
                moment.isoformat() if moment else ""
                for moment in (one.placed_at, *(getattr(one, name) for name in MOMENTS))
            ]
            for sku, quantity, price, name, _category in one.lines:
                rows.writerow([one.number, one.customer, email_of(one), one.city, *moments, sku, name, quantity, price])
