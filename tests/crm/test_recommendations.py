import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from crm.models import BestSeller, ProductRelation, ProductSequence
from crm.orders import orders, returns
from crm.recommendations.nightly import learn
from crm.recommendations.recommendations import Source, recommend
from crm.recommendations.wording import reason
from tests.conftest import make_category, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


def goods(name, **fields):
    fields.setdefault("picture_url", f"https://shop.example/{name}.jpg")
    return make_product(name=name, **fields)


def buy(product, placed_at, customer=None, **fields):
    customer = customer or make_customer(consent=False)
    return make_order(customer=customer, product=product, placed_at=placed_at, **fields)


def relate(product, related, kind="accessory"):
    return ProductRelation.objects.create(product=product, related=related, kind=kind)


def names(customer, now, **asked):
    return [offer.name for offer in recommend([customer.pk], now, **asked)[customer.pk].found]


def bought_in_turn(first, second, customers, began_at, days=30):
    for number in range(customers):
        customer = make_customer(consent=False)
        buy(first, began_at + number * DAY, customer)
        buy(second, began_at + (number + days) * DAY, customer)


@pytest.fixture
def kettle():
    return goods("Kettle", category="Kitchen / Kettles")


def test_twenty_customers_make_a_pair(now, kettle):
    tea, mug, other = goods("Tea"), goods("Mug"), goods("Other")
    bought_in_turn(kettle, tea, 20, now - 300 * DAY, days=30)
    bought_in_turn(kettle, mug, 19, now - 300 * DAY)
    for number in range(41):
        buy(kettle if number else other, now - 100 * DAY)

    assert learn(now) == 1

    pair = ProductSequence.objects.get()
    assert (pair.product, pair.followed_by, pair.customers, pair.typical_days) == (kettle, tea, 20, 30)
    assert (pair.position, pair.confidence, pair.lift) == (1, 20 / 79, round(80 / 79, 4))


@pytest.mark.parametrize(
    ("why", "days", "fields"),
    [
        ("in the other order", -30, {}),
        ("too late", 181, {}),
        ("cancelled", 30, {"cancelled_at": dt.datetime(2026, 3, 9, tzinfo=dt.UTC)}),
    ],
)
def test_what_makes_no_pair(now, kettle, why, days, fields):
    tea = goods("Tea")
    for number in range(20):
        customer = make_customer(consent=False)
        began_at = now - (300 + number) * DAY
        buy(kettle, began_at, customer)
        buy(tea, began_at + days * DAY, customer, **fields)

    learn(now)

    assert not ProductSequence.objects.filter(product=kettle).exists()


def test_variants_of_one_product_are_not_bought_next(now, kettle):
    red, blue = goods("Red", external_id="p1"), goods("Blue", external_id="p1")
    bought_in_turn(red, blue, 20, now - 300 * DAY)

    assert learn(now) == 0


def test_best_sellers_of_the_last_ninety_days_by_category(now, kettle):
    other, old = goods("Other", category="Kitchen / Kettles"), goods("Old", category="Kitchen / Kettles")
    sold_out = goods("Gone", category="Kitchen / Kettles", is_in_stock=False)
    tea = goods("Tea")
    for product, times, days in ((kettle, 1, 5), (other, 2, 5), (old, 5, 91), (sold_out, 5, 5), (tea, 3, 5)):
        for _ in range(times):
            buy(product, now - days * DAY)

    learn(now)

    places = BestSeller.objects.order_by("category", "position").values_list("category__name", "product__name")
    assert list(places) == [
        ("Kettles", "Other"),
        ("Kettles", "Kettle"),
        (None, "Tea"),
        (None, "Other"),
        (None, "Kettle"),
    ]


def test_a_second_night_finds_the_same(now, kettle):
    bought_in_turn(kettle, goods("Tea"), 20, now - 300 * DAY)

    assert learn(now) == learn(now) == 1
    assert ProductSequence.objects.count() == 1


@pytest.fixture
def offered(now, kettle):
    """A kettle with something of each source to offer."""
    lid, tea, other = goods("Lid"), goods("Tea"), goods("Other kettle", category="Kitchen / Kettles")
    filters = goods("Filters", repurchase_days=60)
    relate(kettle, lid)
    buy(other, now - DAY)
    learn(now)
    ProductSequence.objects.create(
        product=kettle, followed_by=tea, position=1, customers=20, confidence=0.2, lift=2, typical_days=30
    )
    return {"lid": lid, "tea": tea, "other": other, "filters": filters}


def test_related_goods_first_then_what_runs_out_what_is_bought_next_and_what_sells_best(now, kettle, offered):
    customer = make_customer()
    buy(offered["filters"], now - 60 * DAY, customer)
    buy(kettle, now - 5 * DAY, customer)

    found = recommend([customer.pk], now)[customer.pk].found

    assert [(offer.source, reason(offer)) for offer in found] == [
        (Source.RELATED, "Goes with your Kettle"),
        (Source.AGAIN, "You may be running low"),
        (Source.NEXT, "Often bought after Kettle"),
        (Source.POPULAR, "Popular with our customers"),
    ]
    assert [offer.name for offer in found] == ["Lid", "Filters", "Tea", "Other kettle"]
    with translation.override("ru"):
        assert reason(found[2]) == "Часто берут после «Kettle»"


def test_never_what_they_have_or_gave_back_nor_another_variant_of_it(now, kettle, offered):
    customer = make_customer()
    lid = offered["lid"]
    lid.external_id = "lid"
    lid.save()
    relate(kettle, goods("Red lid", external_id="lid"))
    buy(kettle, now - 5 * DAY, customer)
    buy(lid, now - 4 * DAY, customer)
    returns.return_goods(buy(offered["tea"], now - 3 * DAY, customer), at=now - DAY)

    assert names(customer, now) == ["Other kettle"]


def test_what_was_cancelled_may_be_offered_and_leads_to_nothing(now, kettle, offered):
    customer = make_customer()
    order = buy(kettle, now - 5 * DAY, customer)
    assert names(customer, now) == ["Lid", "Tea", "Other kettle"]

    orders.cancel(order, at=now)

    assert names(customer, now) == names(make_customer(), now)


def test_what_was_bought_since_the_night_is_known_at_once(now, kettle, offered):
    customer = make_customer()
    buy(kettle, now - 5 * DAY, customer)
    buy(offered["lid"], now, customer)

    assert "Lid" not in names(customer, now)
    assert "Lid" in names(customer, now - DAY)


@pytest.mark.parametrize("how", ["sold out", "nameless", "kept back", "kept back with its category"])
def test_never_what_cannot_be_offered(now, kettle, offered, how):
    lid, customer = offered["lid"], make_customer()
    lid.category = make_category("Parts / Lids")
    lid.is_in_stock = how != "sold out"
    lid.name = "" if how == "nameless" else lid.name
    lid.may_be_recommended = how != "kept back"
    lid.save()
    lid.category.parent.may_be_recommended = how != "kept back with its category"
    lid.category.parent.save()
    buy(kettle, now - 5 * DAY, customer)

    assert names(customer, now) == ["Tea", "Other kettle"]


def test_what_has_no_picture_comes_last(now, kettle, offered):
    customer = make_customer()
    offered["lid"].picture_url = ""
    offered["lid"].save()
    buy(kettle, now - 5 * DAY, customer)

    assert names(customer, now) == ["Tea", "Other kettle", "Lid"]


def test_a_consumable_is_offered_again_when_its_term_has_passed(now, kettle):
    filters, customer = goods("Filters", repurchase_days=60), make_customer()
    relate(kettle, filters, kind="consumable")
    buy(kettle, now - 100 * DAY, customer)
    buy(filters, now - 59 * DAY, customer)

    assert names(customer, now) == []
    (offer,) = recommend([customer.pk], now + DAY)[customer.pk].found
    assert reason(offer) == "For your Kettle"


def test_newer_goods_lead_before_older_ones(now, kettle, offered):
    camera, strap, customer = goods("Camera"), goods("Strap"), make_customer()
    relate(camera, strap)
    buy(camera, now - 50 * DAY, customer)
    buy(kettle, now - 5 * DAY, customer)

    assert names(customer, now)[:2] == ["Lid", "Strap"]


def test_whoever_bought_nothing_is_offered_what_sells_best(now, kettle, offered):
    sold = list(BestSeller.objects.filter(category=None).order_by("position").values_list("product__name", flat=True))

    assert names(make_customer(), now) == sold


def test_named_products_are_those_in_stock_that_the_customer_has_not(now, kettle, offered):
    customer, named = make_customer(), [product.pk for product in (kettle, offered["lid"], offered["tea"])]
    buy(kettle, now - 5 * DAY, customer)
    offered["tea"].is_in_stock = False
    offered["tea"].save()

    found = recommend([customer.pk], now, named)[customer.pk]

    assert list(found.named) == [offered["lid"].pk]
    assert found.named[offered["lid"].pk].price == Decimal(100)
    assert [offer.name for offer in found.found] == ["Lid", "Other kettle"]


def test_a_batch_is_one_query(now, kettle, offered, django_assert_num_queries):
    customers = [make_customer() for _ in range(5)]
    for customer in customers:
        buy(kettle, now - DAY, customer)

    with django_assert_num_queries(1):
        found = recommend([customer.pk for customer in customers], now)

    assert [len(found[customer.pk].found) for customer in customers] == [3] * 5


def test_the_customers_page_says_what_to_offer_and_why(now, kettle, offered, admin_client):
    customer = make_customer()
    buy(kettle, now - 5 * DAY, customer)

    page = admin_client.get(reverse("admin:crm_customer_change", args=[customer.pk])).text

    assert "What to offer next" in page
    assert "Goes with your Kettle" in page


def test_the_nightly_pass_is_on_the_schedule(now):
    from django_celery_beat.models import PeriodicTask

    from crm.tasks import learn_recommendations

    scheduled = PeriodicTask.objects.get(task=learn_recommendations.name)
    assert (scheduled.enabled, scheduled.crontab.hour) == (True, "3")
    learn_recommendations()
