"""One process of a shop where everybody is at the same customers at once; what it does is named by its argument.

python crowded_shop.py DATABASE SMTP_PORT SECONDS SEED engine|sell|import|merge|count
"""

import datetime as dt
import json
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

import django

database, port, seconds = sys.argv[1:]
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

connection.settings_dict["NAME"] = database
settings.ENCORE_RING = False
settings.EMAIL_BACKEND = "chains.channels.email.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(port)

from chains.engine.run import run  # noqa: E402
from crm import consent, loyalty  # noqa: E402
from crm.customers import attributes, tags  # noqa: E402
from crm.customers.find_or_create import find_or_create  # noqa: E402
from crm.customers.merge import merge  # noqa: E402
from crm.figures import stats  # noqa: E402
from crm.figures.scores import score_all  # noqa: E402
from crm.intake.files.import_file import import_file  # noqa: E402
from crm.models import Customer  # noqa: E402
from crm.orders import orders  # noqa: E402
from segments.models import Segment  # noqa: E402
from segments.refresh import refresh  # noqa: E402

DAY = dt.timedelta(days=1)
PEOPLE = 60
chance = random.Random()
numbers: set[str] = set()


def whose(number, people):
    """The file and the till tell the same of an order."""
    return people[int(number.partition("-")[2]) % PEOPLE]


def engine(people):
    run(timezone.now, 0.5)


def sell(people):
    """An order and what happens to it; half of the numbers are also in the files of the import."""
    number, now = f"A-{chance.randrange(4000)}", timezone.now()
    sku = f"SKU-{chance.randrange(40)}"
    line = orders.LineData(sku, Decimal(1), Decimal(10), Decimal(4), category=f"Kitchen / {sku[-1]}")
    order = orders.place(number, customer=whose(number, people), placed_at=now, lines=[line])
    numbers.add(number)
    for verb in chance.sample([orders.pay, orders.ship, orders.deliver, orders.cancel], k=2):
        verb(order, at=now)
    some = chance.sample(people, k=5)
    loyalty.give_points(
        [loyalty.PointsGift(one.pk, 5, f"{number}:{one.pk}", now - DAY, expires_at=now - DAY / 2) for one in some]
    )
    consent.grant(
        some[0], channel="email", address=f"p{some[0].pk}@example.com", purpose="marketing", at=now, source="checkout"
    )
    find_or_create(email=f"p{some[1].pk}@example.com", now=now, tags=[sku], city="Perm")


def bring_file(people):
    """Orders of many customers, in any order, with names and cities that fill their profiles."""
    rows = ["order_number,customer_id,email,first_name,city,placed_at,paid_at,sku,category,quantity,price,cost"]
    for number in (f"A-{serial}" for serial in chance.sample(range(8000), k=60)):
        one, sku = whose(number, people), f"SKU-{chance.randrange(80)}"
        whom = f"{one.external_id or ''},{'' if one.external_id else f'p{one.pk}@example.com'}"
        what = f"{sku},Kitchen / {sku[-1]},1,20,{chance.randrange(9)}"
        rows.append(f"{number},{whom},Ann,City {chance.randrange(9)},2026-01-05,2026-01-06,{what}")
        numbers.add(number)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        file.write_text("\n".join(rows))
        report = import_file("orders", file, now=timezone.now())
    assert report.is_applied, report.problems


def join(people):
    """Two records become one, either of them the one that is kept."""
    one, other = chance.sample(people, k=2)
    if chance.random() < 0.5:
        merge(one, other, at=timezone.now())
    people.append(find_or_create(email=f"p{other.pk}@example.com", external_id="", now=timezone.now()))


def count(people):
    """What beat and staff do to many customers at once."""
    now = timezone.now()
    for segment in Segment.objects.all():
        refresh(segment, now)
    loyalty.expire_points(now)
    loyalty.record_expiring(now)
    score_all(now)
    some = Customer.objects.filter(pk__in=[one.pk for one in chance.sample(people, k=30)])
    tags.add_tag(some, f"tag-{chance.randrange(50)}")
    attributes.set_attribute(some, "shelf", str(chance.randrange(50)), now)
    stats.rebuild()


ROLES = (engine, engine, sell, sell, bring_file, join, count)


def work(place):
    chance.seed(place)
    people = list(Customer.objects.order_by("pk"))
    end, turns = time.monotonic() + float(seconds), 0
    while time.monotonic() < end:
        ROLES[place](people)
        turns += 1
    return {"role": ROLES[place].__name__, "turns": turns, "numbers": sorted(numbers)}


with ProcessPoolExecutor(len(ROLES), get_context("fork")) as pool:
    sys.stdout.write(json.dumps(list(pool.map(work, range(len(ROLES))))))
