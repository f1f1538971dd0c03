"""A year of a made-up gift shop as an order file: the same lines on every machine.

It has the shape of UCI's Online Retail II from December 2009 to December 2010, whose figures stand in brackets:

- 407,695 lines in 19,215 orders of 4,314 buyers, order by order, the oldest first [the same];
- half of the orders have at most 15 lines [15], one in a hundred has 96 or more [107];
- half of the buyers come once or twice [once or twice], one in a hundred 36 times or more [31];
- 4,014 products [4,017]; half of them are on at most 39 lines [39], one in a hundred is on 863 or more [825];
- 6,228 lines repeat another of their order to the letter [6,749];
- a product's name has 27 letters on average [27] and at most 35 [35]; 332 products go by several names [424];
- half of the lines are of at most 5 pieces [5], one in a hundred is of 124 or more [144].
"""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import random
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

Value = TypeVar("Value")

SEED = 2010
LINES, ORDERS, BUYERS, PRODUCTS = 407_695, 19_215, 4_314, 4_017
COLUMNS = "order_number,customer_id,placed_at,status,currency,sku,product,quantity,price,country"
FIRST_DAY, DAYS = dt.datetime(2009, 12, 1, tzinfo=dt.UTC), 374
SATURDAY = 5

# Each value with its weight.
COUNTRIES = {"United Kingdom": 910, "EIRE": 21, "Germany": 19, "France": 13, "Netherlands": 7, "Channel Islands": 2}
QUANTITIES = {1: 200, 2: 150, 12: 150, 6: 105, 4: 75, 3: 70, 24: 56, 10: 44, 8: 29, 5: 23, 48: 15, 25: 11, 20: 9, 36: 9}
PRICES = {"1.25": 13, "2.95": 9, "0.85": 9, "1.65": 8, "2.10": 6, "3.75": 5, "0.42": 5, "4.95": 4, "7.95": 2}
SIZES = {"": 5, "LARGE ": 1, "SET/4 ": 1, "PACK OF 12 ": 1, "MINI ": 1}
ENDINGS = {"": 800, " ": 180, " ,NEW": 18, ' 6"': 2}

REPEATED, LARGE_QUANTITY, ODD_PRICE, OTHER_PRICE, OTHER_NAME = 0.014, 0.05, 0.2, 0.08, 0.1
LOOKS = (
    "RED PINK BLUE GREEN WHITE IVORY SILVER GOLD BLACK TURQUOISE VINTAGE ANTIQUE RUSTIC PAINTED WOODEN CERAMIC"
    " ENAMEL GLASS ZINC WICKER FELT KNITTED COTTON CRYSTAL"
)
MOTIFS = (
    "HEART STAR ROSE DAISY BUTTERFLY OWL RABBIT REINDEER SNOWFLAKE STRAWBERRY CHERRY POLKADOT STRIPED FLORAL PAISLEY"
    " GINGHAM SPACEBOY COUNTRY CHRISTMAS"
)
THINGS = (
    "CANDLE HOLDER/CAKE STAND/TEA TOWEL/LUNCH BOX/CAKE CASES/STORAGE JAR/HANGING DECORATION/WALL CLOCK/PHOTO FRAME"
    "/COAT HOOK/DOOR MAT/GIFT BAG/WRAPPING PAPER/BIRTHDAY CARD/TRINKET BOX/BUNTING/LANTERN/MUG/HOT WATER BOTTLE"
    "/CUSHION COVER/SEWING KIT/KEY RING/DRAWER KNOB/EGG CUP/FAIRY LIGHTS/MAGNETS/NOTEBOOK/PENCILS/NECKLACE"
)


class Product(NamedTuple):
    sku: str
    names: tuple[str, str]
    prices: tuple[str, str]


class Order(NamedTuple):
    number: int
    buyer: int
    placed_at: str
    country: str


def write(path: Path) -> Path:
    with gzip.open(path, "wt", encoding="utf-8", newline="", compresslevel=6) as file:
        file.write(f"{COLUMNS}\n")
        csv.writer(file, lineterminator="\n").writerows(order_lines(random.Random(SEED)))
    return path


def order_lines(chance: random.Random) -> Iterator[tuple[object, ...]]:
    sold = iter(goods_sold(chance))
    for order, size in zip(orders(chance), line_counts(chance), strict=True):
        bought = [line(product, chance) for product in islice(sold, size)]
        for place in range(1, size):
            if chance.random() < REPEATED:
                bought[place] = bought[chance.randrange(place)]
        for goods in bought:
            yield order.number, order.buyer, order.placed_at, "delivered", "GBP", *goods, order.country


def line(product: Product, chance: random.Random) -> tuple[str, str, int, str]:
    return (
        product.sku,
        product.names[chance.random() < OTHER_NAME],
        quantity(chance),
        product.prices[chance.random() < OTHER_PRICE],
    )


def quantity(chance: random.Random) -> int:
    if chance.random() < LARGE_QUANTITY:
        return 1 + int(chance.lognormvariate(4, 1))
    return one_of(QUANTITIES, chance)


def line_counts(chance: random.Random) -> list[int]:
    """Of each order: all lines are cut apart at random places, which makes many short orders and a few long ones."""
    cuts = sorted(chance.sample(range(1, LINES), ORDERS - 1))
    return [after - before for before, after in pairwise([0, *cuts, LINES])]


def orders(chance: random.Random) -> Iterator[Order]:
    """Every buyer comes once; how often they come again is as unequal as incomes are."""
    buyers = chance.sample(range(12_346, 18_288), BUYERS)
    eagerness = [chance.lognormvariate(0, 1.4) for _buyer in buyers]
    who = [*buyers, *chance.choices(buyers, eagerness, k=ORDERS - BUYERS)]
    chance.shuffle(who)
    country = {buyer: one_of(COUNTRIES, chance) for buyer in buyers}
    number = 489_434
    for buyer, placed_at in zip(who, sorted(moments(chance)), strict=True):
        yield Order(number, buyer, placed_at, country[buyer])
        number += chance.randint(1, 4)


def moments(chance: random.Random) -> list[str]:
    days = [FIRST_DAY + dt.timedelta(days=number) for number in range(DAYS)]
    open_days = [day for day in days if day.weekday() != SATURDAY]
    return [
        (chance.choice(open_days) + dt.timedelta(minutes=int(chance.triangular(420, 1240, 740)))).isoformat()
        for _order in range(ORDERS)
    ]


def goods_sold(chance: random.Random) -> list[Product]:
    """The product of every line: each at least once, a few of them everywhere."""
    offered = products(chance)
    popularity = [chance.weibullvariate(70, 0.62) for _product in offered]
    sold = [*offered, *chance.choices(offered, popularity, k=LINES - PRODUCTS)]
    chance.shuffle(sold)
    return sold


def products(chance: random.Random) -> list[Product]:
    numbers = chance.sample(range(20_000, 91_000), PRODUCTS)
    return [Product(f"{number}{chance.choice(('', '', 'B'))}", names(chance), prices(chance)) for number in numbers]


def names(chance: random.Random) -> tuple[str, str]:
    """The usual name, and the one that a line has now and then; most products have only one."""
    look, motif, thing = (chance.choice(words) for words in (LOOKS.split(), MOTIFS.split(), THINGS.split("/")))
    name = f"{one_of(SIZES, chance)}{look} {motif} {thing}{one_of(ENDINGS, chance)}"[:35]
    return name, f"NEW {name}"[:35] if chance.random() < OTHER_NAME else name


def prices(chance: random.Random) -> tuple[str, str]:
    """The usual price, and the one that a line has now and then."""
    price = f"{chance.lognormvariate(1, 1):.2f}" if chance.random() < ODD_PRICE else one_of(PRICES, chance)
    return price, f"{float(price) * 0.85:.2f}"


def one_of(weights: dict[Value, int], chance: random.Random) -> Value:
    return chance.choices(list(weights), list(weights.values()))[0]
