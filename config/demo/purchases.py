"""What the simulated customers buy, when, and how it goes."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from config.demo.catalogue import FAMILIES, LARGE, SITE, SMALL
from config.demo.people import DemoPerson, invent_person
from crm.models import Product

CUSTOMERS = 5000
YEARS_DAYS = 730
FAMILY = {family.code: family for family in FAMILIES}
APPLIANCES = [family for family in FAMILIES if family.group in (SMALL, LARGE)]
# Gifts before the new year, quiet after it and in July.
SEASON = (0.8, 0.85, 1.0, 0.95, 1.0, 0.95, 0.8, 0.9, 1.0, 1.05, 1.4, 1.55)
SECOND_ORDER, NEXT_ORDER = 0.45, 0.6
USUAL_GAP_DAYS, GAP_SPREAD = 80, 0.75
RATINGS, RATING_SHARES = (1, 2, 3, 4, 5), (3, 4, 8, 27, 58)


@dataclass
class BasketLine:
    product: Product
    quantity: int

    @property
    def price(self) -> Decimal:
        return self.product.price or Decimal(0)

    @property
    def amount(self) -> Decimal:
        return self.price * self.quantity


@dataclass
class Purchase:
    """One order and everything that will happen to it; moments may still lie ahead."""

    person: DemoPerson
    placed_at: dt.datetime
    baskets: list[BasketLine]
    discount: Decimal
    paid_at: dt.datetime | None
    shipped_at: dt.datetime | None
    delivered_at: dt.datetime | None
    cancelled_at: dt.datetime | None = None
    returned_at: dt.datetime | None = None
    rated_at: dt.datetime | None = None
    rating: int = 0
    words: str = ""
    complained_at: dt.datetime | None = None
    complaint: tuple[str, str] = ("", "")
    number: str = ""

    @property
    def is_service(self) -> bool:
        return all(basket.product.kind == Product.Kind.SERVICE for basket in self.baskets)

    @property
    def appointment_at(self) -> dt.datetime | None:
        return self.delivered_at if self.is_service else None

    @property
    def receipt_url(self) -> str:
        return f"https://{SITE}/receipts/{self.number}"

    @property
    def total(self) -> Decimal:
        return sum((basket.amount for basket in self.baskets), Decimal(0)) - self.discount


def simulate(
    random: Random, shelves: dict[str, list[Product]], *, now: dt.datetime, customers: int = CUSTOMERS
) -> list[Purchase]:
    """All orders of two years, oldest first, numbered in that order."""
    days = [now - dt.timedelta(days=YEARS_DAYS - day) for day in range(YEARS_DAYS)]
    weights = [(0.7 + 0.6 * number / YEARS_DAYS) * SEASON[day.month - 1] for number, day in enumerate(days)]
    starts = sorted(_moment(random, day) for day in random.choices(days, weights, k=customers))
    purchases = [
        purchase
        for index, start in enumerate(starts)
        for purchase in _life(random, shelves, invent_person(random, index, start), now)
    ]
    purchases.sort(key=lambda purchase: purchase.placed_at)
    for number, purchase in enumerate(purchases, start=10001):
        purchase.number = str(number)
    return purchases


def buy(random: Random, shelves: dict[str, list[Product]], person: DemoPerson, at: dt.datetime) -> Purchase:
    """One order placed at a moment, with its fate."""
    baskets = _fill(random, shelves, person)
    goods = sum((basket.amount for basket in baskets), Decimal(0))
    discount = (goods / 10).quantize(Decimal("0.01")) if random.random() < 0.08 else Decimal(0)
    paid_at = at + dt.timedelta(minutes=random.triangular(1, 240, 3))
    shipped_at = paid_at + dt.timedelta(hours=random.triangular(8, 60, 22))
    delivered_at = shipped_at + dt.timedelta(hours=random.triangular(16, 120, 40))
    purchase = Purchase(person, at, baskets, discount, paid_at, shipped_at, delivered_at)
    if purchase.is_service:
        purchase.shipped_at = None
    _decide_fate(random, purchase, delivered_at)
    return purchase


def _decide_fate(random: Random, purchase: Purchase, delivered_at: dt.datetime) -> None:
    language_words, luck = purchase.person.language_words, random.random()
    if luck < 0.035:
        purchase.cancelled_at = purchase.placed_at + dt.timedelta(hours=random.uniform(0.2, 7))
        purchase.shipped_at = purchase.delivered_at = None
        return
    if luck < 0.06:
        purchase.returned_at = delivered_at + dt.timedelta(days=random.uniform(2, 13))
    if luck > 0.988:
        purchase.complained_at = delivered_at + dt.timedelta(hours=random.uniform(2, 120))
        purchase.complaint = random.choice(language_words.complaints)
    if random.random() < 0.3:
        purchase.rated_at = delivered_at + dt.timedelta(days=random.triangular(0.5, 16, 7))
        purchase.rating = random.choices(RATINGS, RATING_SHARES)[0]
        if purchase.complained_at or purchase.returned_at:
            purchase.rating = min(purchase.rating, random.choice((1, 2, 3, 4)))
        purchase.words = random.choice(language_words.praise if purchase.rating > 3 else language_words.blame)


def _life(
    random: Random, shelves: dict[str, list[Product]], person: DemoPerson, now: dt.datetime
) -> Iterator[Purchase]:
    at, chance = person.first_at, SECOND_ORDER
    while at < now:
        yield buy(random, shelves, person, at)
        if random.random() > chance:
            return
        chance = NEXT_ORDER
        at = _moment(random, at + dt.timedelta(days=random.lognormvariate(math.log(USUAL_GAP_DAYS), GAP_SPREAD)))


def _fill(random: Random, shelves: dict[str, list[Product]], person: DemoPerson) -> list[BasketLine]:
    wanted = [code for owned in person.owns for code in FAMILY[owned].goes_with]
    if wanted and random.random() < 0.55:
        return [BasketLine(random.choice(shelves[random.choice(wanted)]), random.choice((1, 1, 2)))]
    family = random.choices(APPLIANCES, [family.weight for family in APPLIANCES])[0]
    person.owns.append(family.code)
    shelf = shelves[family.code]
    baskets = [BasketLine(random.choices(shelf, range(len(shelf) + 2, 2, -1))[0], 1)]
    if random.random() < 0.28:
        baskets.append(BasketLine(random.choice(shelves[random.choice(family.goes_with)]), 1))
    return baskets


def _moment(random: Random, day: dt.datetime) -> dt.datetime:
    """A moment of that day when people shop: mostly in the evening."""
    hour = random.triangular(6, 23, 18)
    return day.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(hours=hour)
