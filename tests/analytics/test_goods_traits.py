import random
from decimal import Decimal

import pytest
from scipy.stats import hypergeom

from analytics.goods import rules
from analytics.goods.chance import corrected
from analytics.goods.nightly import count_goods
from analytics.models import ReturnTrait
from crm.models import Case, Customer, Feedback, Order
from segments.compile import matching
from tests.analytics.goods_shop import DAY, NOW, Bought, random_shop, store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counts_in_euros(settings):
    settings.CURRENCY, settings.TIME_ZONE = "EUR", "Europe/Moscow"


@pytest.fixture
def shop():
    """Who first bought tea, with a coupon, for much, or by a friend comes back more often; who waited, less."""
    dice = random.Random(9)
    orders, sources = [], {}
    for number in range(1_500):
        at = NOW - DAY * dice.uniform(1, 700)
        name = f"c{number:04}"
        sources[name] = dice.choice(["friend", "ads", ""])
        fields = {
            "total": Decimal(dice.randrange(100, 20_000)) / 100,
            "coupon_code": dice.choice(["", "", "SPRING"]),
            "discount": dice.choice([0, 0, 0, 5]),
            "source": dice.choice(["site", "till", ""]),
            "promised_at": dice.choice([None, at + 3 * DAY]),
            "delivered_at": at + DAY * dice.choice([2, 3, 6, 40]),
        }
        goods = dice.choice([["tea"], ["mug"], ["mug", "lid"], ["lid"]])
        chance = 0.3 + 0.2 * (goods == ["tea"]) + 0.15 * (fields["coupon_code"] != "") + 0.15 * (fields["total"] > 150)
        chance += 0.15 * (sources[name] == "friend") - 0.25 * (fields["delivered_at"] > at + 5 * DAY)
        orders.append(Bought(name, at, goods, fields=fields, is_cancelled=dice.random() < 0.03))
        while dice.random() < chance and (at := at + DAY * dice.choice([5, 45, 45, 45, 89, 91])) < NOW:
            orders.append(Bought(name, at, [dice.choice(["tea", "mug"])]))
    store(orders, {"tea": "Food / Tea", "mug": "Tableware", "lid": "Tableware"})
    for customer in Customer.objects.all():
        Customer.objects.filter(pk=customer.pk).update(source=sources[customer.external_id])
    say_something(dice)
    return orders, sources


def say_something(dice):
    for order in Order.objects.select_related("customer").order_by("pk"):
        at = order.placed_at + DAY * dice.choice([4, 10, 31])
        if dice.random() < 0.3:
            answer = {"score": dice.randrange(1, 6), "left_at": at, "source": "t", "key": str(order.pk)}
            Feedback.objects.create(customer=order.customer, order=order, **answer)
        if dice.random() < 0.2:
            kind = dice.choice(["complaint", "question"])
            Case.objects.create(customer=order.customer, order=order, kind=kind, subject="x", opened_at=at)


class FirstOrder:
    """One customer's first order with what was known of it within thirty days, by hand."""

    def __init__(self, orders, source, zone):
        self.first, *later = orders
        second = min((one.placed_at - self.first.placed_at for one in later), default=1_000 * DAY)
        self.came_back, self.came_early = second <= 90 * DAY, second <= 30 * DAY
        self.source = source
        self.skus = {line.product.sku for line in self.first.lines.all()}
        self.by = self.first.placed_at + 30 * DAY
        self.ratings = [one.score for one in self.first.feedback.all() if one.left_at <= self.by]
        self.complained = any(one.kind == "complaint" and one.opened_at <= self.by for one in self.first.cases.all())
        arrived, promised = self.first.delivered_at, self.first.promised_at
        self.late = None
        if arrived and promised and arrived <= self.by:
            self.late = arrived.astimezone(zone).date() > promised.astimezone(zone).date()

    def has(self, trait):
        kind = ReturnTrait.Kind
        above = {"tea": {"Food", "Tea"}, "mug": {"Tableware"}, "lid": {"Tableware"}}
        return {
            kind.CATEGORY: lambda: any(trait.category.name in above[sku] for sku in self.skus),
            kind.PRODUCT: lambda: trait.product.sku in self.skus,
            kind.SOURCE: lambda: self.source == trait.text,
            kind.ORDER_SOURCE: lambda: self.first.source == trait.text,
            kind.TOTAL: lambda: (
                trait.least <= self.first.total and (trait.most is None or self.first.total <= trait.most)
            ),
            kind.DISCOUNTED: lambda: bool(self.first.discount or self.first.coupon_code),
            kind.LATE: lambda: bool(self.late),
            kind.RATED_WELL: lambda: any(score >= 4 for score in self.ratings),
            kind.RATED_BADLY: lambda: any(score <= 3 for score in self.ratings),
            kind.COMPLAINT: lambda: self.complained,
        }[trait.kind]()

    def is_compared(self, trait):
        kind = ReturnTrait.Kind
        if trait.kind == kind.LATE and self.late is None:
            return False
        known_later = {kind.LATE, kind.RATED_WELL, kind.RATED_BADLY, kind.COMPLAINT}
        return not (trait.kind in known_later and self.came_early)


def first_orders(settings):
    from zoneinfo import ZoneInfo

    of_customers = {}
    orders = Order.objects.filter(cancelled_at=None).order_by("placed_at", "pk").select_related("customer")
    for order in orders.prefetch_related("lines__product", "feedback", "cases"):
        of_customers.setdefault(order.customer, []).append(order)
    return {
        customer.pk: FirstOrder(one, customer.source, ZoneInfo(settings.TIME_ZONE))
        for customer, one in of_customers.items()
    }


@pytest.fixture
def everything_shown(monkeypatch):
    monkeypatch.setattr("analytics.goods.traits.MOST_CHANCE", 1)


def test_counts_are_those_of_a_walk_over_first_orders(shop, settings, everything_shown):
    count = count_goods(NOW)

    known = [one for one in first_orders(settings).values() if one.first.placed_at <= NOW - 90 * DAY]
    traits = list(ReturnTrait.objects.select_related("product", "category"))
    assert count.newcomers == len(known)
    assert len(traits) == count.looked_at["traits"] == 3 + 3 + 2 + 2 + 4 + 1 + 4
    for trait in traits:
        compared = [one for one in known if one.is_compared(trait)]
        whose, others = ([one for one in compared if one.has(trait) is has] for has in (True, False))
        told = (trait.customers, trait.came_back, trait.others, trait.others_came_back)
        recounted = (len(whose), sum(x.came_back for x in whose), len(others), sum(x.came_back for x in others))
        assert told == recounted, trait.kind


def test_p_values_are_corrected_for_all_traits_looked_at(shop, everything_shown):
    count_goods(NOW)

    traits = list(ReturnTrait.objects.all())
    plain = []
    for one in traits:
        drawn = hypergeom(one.customers + one.others, one.came_back + one.others_came_back, one.customers)
        plain.append(min(1, 2 * min(drawn.sf(one.came_back - 1), drawn.cdf(one.came_back))))
    assert [one.p_value for one in traits] == pytest.approx(list(corrected(plain, len(traits))))


def test_only_what_chance_does_not_explain_is_kept(shop):
    count_goods(NOW)

    kept = {(one.kind, str(one.category or one.product or one.text)) for one in ReturnTrait.objects.all()}
    assert {("category", "Tea"), ("product", "Product tea"), ("source", "friend"), ("discounted", "")} <= kept
    assert ("order_source", "till") not in kept
    assert all(one.p_value <= 0.05 for one in ReturnTrait.objects.all())


def test_the_segment_of_each_trait_is_exactly_those_whose_first_order_has_it(shop, settings, everything_shown):
    """Also those whose ninety days are not over, and of what was said the same without its thirty days."""
    count_goods(NOW)
    known = first_orders(settings)
    for one in known.values():
        one.ratings = [each.score for each in one.first.feedback.all()]
        one.complained = any(each.kind == "complaint" for each in one.first.cases.all())
        arrived, promised = one.first.delivered_at, one.first.promised_at
        one.late = bool(promised) and (arrived or NOW).date() > promised.date()

    for trait in ReturnTrait.objects.select_related("product", "category"):
        found = set(matching(rules.rule_of_trait(trait), NOW).values_list("pk", flat=True))
        if trait.kind == "late":
            assert found >= {pk for pk, one in known.items() if one.has(trait)} - borderline(known)
            continue
        assert found == {pk for pk, one in known.items() if one.has(trait)}, trait.kind
        assert found


def borderline(known):
    """Whose days differ between the shop's zone and UTC."""
    return {pk for pk, one in known.items() if one.first.promised_at and one.first.promised_at.hour >= 21}


def test_a_rating_after_thirty_days_and_who_came_back_before_do_not_count():
    """Of a hundred who rated well at once, twenty had ordered again before that could be known."""
    orders = []
    for number in range(200):
        orders.append(Bought(f"c{number:03}", NOW - 200 * DAY, ["tea"]))
        if number % 10 < 2:
            orders.append(Bought(f"c{number:03}", NOW - 190 * DAY, ["tea"]))
        elif number < 100 and number % 10 < 7:
            orders.append(Bought(f"c{number:03}", NOW - 150 * DAY, ["tea"]))
    store(orders, {"tea": None})
    for order in Order.objects.filter(placed_at=NOW - 200 * DAY).select_related("customer"):
        is_soon = order.customer.external_id < "c100"
        left_at = order.placed_at + (5 if is_soon else 35) * DAY
        answer = {"score": 5, "left_at": left_at, "source": "t", "key": str(order.pk)}
        Feedback.objects.create(customer=order.customer, order=order, **answer)

    count_goods(NOW)

    trait = ReturnTrait.objects.get()
    told = (trait.kind, trait.customers, trait.came_back, trait.others, trait.others_came_back)
    assert told == ("rated_well", 80, 50, 80, 0)


def test_few_first_orders_tell_of_no_trait():
    store(random_shop(3, customers=30), {f"P{number:02}": None for number in range(60)})

    count = count_goods(NOW)

    assert (count.looked_at["traits"], ReturnTrait.objects.count()) == (0, 0)
