import random

import pytest

from analytics.goods import counting
from analytics.goods.nightly import count_goods
from analytics.models import GoodsCount, GoodsPair, ReturnTrait
from crm.models import Category, Product
from tests.analytics.goods_shop import DAY, NOW, Bought, Recount, random_shop, store

pytestmark = pytest.mark.django_db

CATEGORIES = {
    f"P{number:02}": ["Kitchen / Kettles", "Kitchen / Mugs", "Garden", None][number % 4] for number in range(60)
}
FLAT = {f"P{number:02}": f"Category {number // 5:02}" for number in range(60)}


def names_above(path):
    parts = path.split(" / ") if path else []
    return {parts[depth] for depth in range(len(parts))}


def counted(of, way):
    """As {(first, other): (customers, buyers, days)}, by sku or name, whether chance explains them or not."""
    with counting.bought(NOW) as terms:
        counting.choose_items(of, terms)
        baskets = {"together": counting.together, "next": counting.following}[way](terms)
    named = dict(
        Product.objects.values_list("pk", "sku") if of == "product" else Category.objects.values_list("pk", "name")
    )
    buyers = {}
    for item, _stratum, count in baskets.buyers:
        buyers[item] = buyers.get(item, 0) + count
    return {(named[one], named[other]): (customers, buyers[one], days) for one, other, customers, days in baskets.pairs}


@pytest.fixture
def untidy_shop():
    """With returns, cancelled orders, and orders of one moment."""
    dice = random.Random(4)
    orders = random_shop(4, customers=600, products=12)
    for one in orders:
        one.returned = {sku for sku in one.goods if dice.random() < 0.1}
        one.is_cancelled = dice.random() < 0.05
        if dice.random() < 0.1:
            one.at = one.at.replace(hour=0, minute=0, second=0, microsecond=0)
    store(orders, {sku: CATEGORIES[sku] for sku in CATEGORIES if sku < "P12"})
    return orders


@pytest.mark.parametrize("of", ["product", "category"])
def test_counts_are_those_of_a_walk_over_the_orders(untidy_shop, of):
    holds = {
        "product": lambda goods: goods,
        "category": lambda goods: set().union(*(names_above(CATEGORIES[sku]) for sku in goods)),
    }[of]
    recount = Recount(untidy_shop, holds)

    together = {pair: recount.together(*pair) for pair in recount.pairs()}
    following = {pair: recount.next(*pair) for pair in recount.pairs()}

    found = counted(of, "together")
    assert {pair: one[:2] for pair, one in found.items()} == {
        pair: counts for pair, counts in together.items() if counts[0] >= 20
    }
    found = counted(of, "next")
    assert {pair: one[:2] for pair, one in found.items()} == {
        pair: counts[:2] for pair, counts in following.items() if counts[0] >= 20
    }
    assert len(found) > 2
    assert all(float(one[2]) == pytest.approx(following[pair][2]) for pair, one in found.items())


def test_planted_pairs_are_found_and_no_noise_among_the_first_twenty():
    together, later = {"P05": "P30", "P12": "P41", "P20": "P09"}, {"P07": "P33", "P10": "P28", "P03": "P50"}
    store(random_shop(11, planted=together.items(), follows=later.items()), FLAT)

    count_goods(NOW)

    first = [
        {
            (pair.product.sku, pair.other_product.sku)
            for pair in GoodsPair.objects.filter(way=way, product__isnull=False).order_by("-lift")[:20]
        }
        for way in ("together", "next")
    ]
    assert first[0] == {pair for one, other in together.items() for pair in ((one, other), (other, one))}
    assert first[1] == set(later.items())


def test_planted_categories_are_found_in_the_way_they_were_bought():
    store(random_shop(11, follows={"P07": "P33", "P06": "P34", "P08": "P31"}.items()), FLAT)

    count_goods(NOW)

    pairs = GoodsPair.objects.filter(category__isnull=False)
    assert {(pair.way, pair.category.name, pair.other_category.name) for pair in pairs} == {
        ("next", "Category 01", "Category 06")
    }


@pytest.mark.parametrize("seed", [21, 22, 23])
def test_a_shop_of_pure_chance_shows_nothing(seed):
    store(random_shop(seed), FLAT)

    count = count_goods(NOW)

    assert (GoodsPair.objects.count(), ReturnTrait.objects.count()) == (0, 0)
    assert count.looked_at["product together"] > 3_000
    assert count.looked_at["category next"] == 12 * 11
    assert count.looked_at["traits"] > 60


def test_what_is_kept_says_how_often_chance_would_have_done_it():
    store(random_shop(11, planted={"P05": "P30"}.items()), FLAT)

    count_goods(NOW)

    pair = GoodsPair.objects.get(way="together", product__sku="P30", other_product__sku="P05")
    assert pair.confidence == pair.customers / pair.buyers
    assert pair.lift == pytest.approx(pair.confidence / pair.chance)
    assert 2 < pair.lift < 20
    assert pair.p_value < 1e-6
    assert pair.typical_days is None


def test_a_new_product_and_another_new_one_are_no_pair_for_being_new():
    """Both came half a year ago and sell well; nobody prefers the one after the other."""
    orders = random_shop(5, products=20)
    dice = random.Random(5)
    for one in orders:
        if one.at > NOW - 400 * DAY:
            one.goods = sorted({*one.goods, *(sku for sku in ("N1", "N2") if dice.random() < 0.3)})
    store(orders, {**{f"P{number:02}": "Old" for number in range(20)}, "N1": "New", "N2": "New"})

    count_goods(NOW)

    assert not GoodsPair.objects.filter(way="next", product__isnull=False).exists()


def test_twenty_customers_make_a_pair_and_nineteen_none():
    orders = [
        Bought(f"{name}{number}", NOW - 300 * DAY, ["A", other])
        for name, other, customers in (("b", "B", 20), ("c", "C", 19))
        for number in range(customers)
    ]
    orders += [Bought(f"o{number}", NOW - 300 * DAY, ["D", "E"]) for number in range(400)]
    store(orders, dict.fromkeys("ABCDE"))

    count_goods(NOW)

    found = {(pair.product.sku, pair.other_product.sku): pair for pair in GoodsPair.objects.all()}
    assert {*found} >= {("A", "B"), ("B", "A")}
    assert not {pair for pair in found if "C" in pair}
    assert (found["A", "B"].customers, found["A", "B"].buyers) == (20, 39)


def test_who_bought_the_first_lately_is_not_counted_yet():
    """Of sixty who bought A, thirty did so long enough ago; all but five of these bought B later."""
    orders = [Bought(f"o{number}", NOW - 185 * DAY, ["D"]) for number in range(300)]
    orders += [Bought(f"o{number}", NOW - 170 * DAY, ["E"]) for number in range(300)]
    for number in range(60):
        at = NOW - (184 if number < 30 else 182) * DAY
        orders.append(Bought(f"c{number}", at, ["A"]))
        orders.append(Bought(f"c{number}", at + 10 * DAY, ["B" if number >= 5 else "E"]))
    store(orders, dict.fromkeys("ABDE"))

    count_goods(NOW)

    pair = GoodsPair.objects.get(way="next", product__sku="A")
    assert (pair.other_product.sku, pair.customers, pair.buyers, pair.typical_days) == ("B", 25, 30, 10)


def test_variants_of_one_product_and_a_category_within_another_are_no_pairs():
    orders = [Bought(f"c{number}", NOW - 300 * DAY, ["A", "B"]) for number in range(60)]
    orders += [Bought(f"o{number}", NOW - 300 * DAY, ["D", "E"]) for number in range(400)]
    store(orders, {"A": "Kitchen / Kettles", "B": "Kitchen", "D": "Garden", "E": "Garden"})
    Product.objects.filter(sku__in="AB").update(external_id="one")

    count_goods(NOW)

    assert not GoodsPair.objects.filter(product__sku__in="AB").exists()
    assert not GoodsPair.objects.filter(category__name="Kettles", other_category__name="Kitchen").exists()


def test_traders_make_no_pairs():
    orders = [Bought(f"t{number}", NOW - 300 * DAY, [f"P{place:03}" for place in range(101)]) for number in range(25)]
    orders += [Bought("walk-in", NOW - (300 - place) * DAY / 2, ["P000", "P001"]) for place in range(201)]
    store(orders, {f"P{place:03}": None for place in range(101)})

    count = count_goods(NOW)

    assert (count.orders, GoodsPair.objects.count()) == (0, 0)


def test_a_night_is_counted_anew_and_one_that_fails_leaves_the_last(monkeypatch):
    orders = [Bought(f"c{number}", NOW - 300 * DAY, ["A", "B"]) for number in range(30)]
    orders += [Bought(f"o{number}", NOW - 300 * DAY, ["D", "E"]) for number in range(400)]
    store(orders, dict.fromkeys("ABDE"))
    count_goods(NOW)
    before = {*GoodsPair.objects.values_list("product__sku", "other_product__sku")}

    count_goods(NOW + DAY)

    assert before == {*GoodsPair.objects.values_list("product__sku", "other_product__sku")}
    assert GoodsCount.objects.get().counted_at == NOW + DAY
    monkeypatch.setattr("analytics.goods.nightly.find_traits", lambda terms: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        count_goods(NOW + 2 * DAY)
    assert before == {*GoodsPair.objects.values_list("product__sku", "other_product__sku")}
    assert GoodsCount.objects.get().counted_at == NOW + DAY


def test_an_empty_shop_is_counted_too():
    count = count_goods(NOW)

    assert (count.orders, count.customers, count.looked_at["product next"], count.looked_at["traits"]) == (0, 0, 0, 0)


def test_the_nightly_pass_is_on_the_schedule():
    from django_celery_beat.models import PeriodicTask

    from analytics.tasks import count_goods as task

    scheduled = PeriodicTask.objects.get(task=task.name)
    assert (scheduled.enabled, scheduled.crontab.hour, scheduled.crontab.minute) == (True, "4", "15")
    task()
    assert GoodsCount.objects.get().counted_at
