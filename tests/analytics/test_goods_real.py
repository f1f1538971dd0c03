"""On orders of real shops: counts of pairs and of traits are those of a walk over the files."""

import csv
import datetime as dt
import gzip
import io
from collections import defaultdict

import pytest
from django.core.management import call_command

from analytics.goods import counting
from analytics.goods.nightly import count_goods
from analytics.models import GoodsPair, ReturnTrait
from crm.models import Category, Product
from tests.order_files import order_file

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]
WINDOW = dt.timedelta(days=183)


def read(name, thing):
    """Orders as {customer: [(moment, things)]}, oldest first; cancelled ones left out."""
    orders = {}
    with gzip.open(order_file(name), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["status"].startswith("cancel"):
                at = dt.datetime.fromisoformat(row["placed_at"]).replace(tzinfo=dt.UTC)
                about = orders.setdefault(row["order_number"], (row["customer_id"], at, set()))
                about[2].update([row[thing]] if row.get(thing) else [])
    history = defaultdict(list)
    for customer, at, things in sorted(orders.values(), key=lambda one: one[1]):
        history[customer].append((at, things))
    return history


def without_traders(history):
    return {
        customer: orders
        for customer, orders in history.items()
        if len(orders) <= 200 and len(set().union(*(things for _at, things in orders))) <= 100
    }


def recounted(history, end):
    """Of each pair the customers who bought both in one order, and those who bought the other later."""
    together, following, firsts = defaultdict(int), defaultdict(int), defaultdict(int)
    for orders in history.values():
        first = {}
        for place, (_at, things) in enumerate(orders):
            for thing in things:
                first.setdefault(thing, place)
        for thing, place in first.items():
            at, things = orders[place]
            firsts[thing] += 1
            for other in things - {thing}:
                together[thing, other] += 1
            if at <= end - WINDOW:
                later = [things for when, things in orders if at < when <= at + WINDOW]
                for other in set().union(*later) - {thing}:
                    following[thing, other] += 1
    return ({pair: count for pair, count in found.items() if count >= 20} for found in (together, following))


def counted(way, names, now):
    with counting.bought(now) as terms:
        counting.choose_items("product" if way.startswith("product") else "category", terms)
        baskets = (counting.together if way.endswith("together") else counting.following)(terms)
    return {(names[one], names[other]): customers for one, other, customers, _days in baskets.pairs}


def test_a_gift_shops_pairs_of_products(settings):
    settings.TIME_ZONE = "UTC"
    call_command("import_data", "orders", order_file("online_retail_2010_order_lines"), stdout=io.StringIO())
    now = dt.datetime(2010, 12, 10, 12, tzinfo=dt.UTC)
    together, following = recounted(without_traders(read("online_retail_2010_order_lines", "sku")), now)
    names = dict(Product.objects.values_list("pk", "sku"))

    count_goods(now)

    assert counted("product together", names, now) == together
    assert counted("product next", names, now) == following
    pairs = GoodsPair.objects.filter(way="together", product__isnull=False)
    assert pairs.count() > 10
    assert all(together[names[one.product_id], names[one.other_product_id]] == one.customers for one in pairs)
    assert all(one.customers > one.chance * one.buyers for one in pairs)


def test_a_markets_traits_by_category(settings, monkeypatch):
    monkeypatch.setattr("analytics.goods.traits.MOST_CHANCE", 1)
    settings.TIME_ZONE = "UTC"
    call_command("import_data", "orders", order_file("olist_order_lines"), stdout=io.StringIO())
    history = read("olist_order_lines", "category")
    now = max(at for orders in history.values() for at, _things in orders)
    since = now - counting.LEARNT_FROM

    count = count_goods(now)

    newcomers, came_back = defaultdict(int), defaultdict(int)
    for orders in history.values():
        first_at = orders[0][0]
        if since < first_at <= now - dt.timedelta(days=90):
            is_back = len(orders) > 1 and orders[1][0] <= first_at + dt.timedelta(days=90)
            for thing in {*orders[0][1], None}:
                newcomers[thing] += 1
                came_back[thing] += is_back
    assert count.newcomers == newcomers.pop(None)
    traits = ReturnTrait.objects.filter(kind="category").select_related("category")
    found = {one.category.name: (one.customers, one.came_back) for one in traits}
    assert found == {name: (total, came_back[name]) for name, total in newcomers.items() if total >= 20}
    assert Category.objects.count() > len(found) > 10
