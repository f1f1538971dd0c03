import csv
import io

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from analytics.goods.nightly import count_goods
from analytics.models import GoodsCount, GoodsPair, ReturnTrait
from crm.models import OrderLine, Product
from segments.compile import matching
from segments.models import Membership, Segment
from tests.analytics.goods_shop import DAY, NOW, Bought, random_shop, store
from tests.conftest import make_category, make_order

pytestmark = pytest.mark.django_db
PAGE = "admin:analytics_goods"


@pytest.fixture(autouse=True)
def today(settings):
    settings.CURRENCY = "EUR"
    with time_machine.travel(NOW, tick=False):
        yield


def sign_in(client, *rights):
    user = User.objects.create_user("mary", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_dashboard", *rights]))
    client.force_login(user)
    return client


@pytest.fixture
def marketer(client):
    return sign_in(client, "add_segment", "view_segment", "change_segment", "count_goods")


@pytest.fixture
def shop():
    """Kettles and mugs go together; whoever has a kettle buys tea later, and comes back."""
    orders = [Bought(f"k{number:03}", NOW - (300 + number % 50) * DAY, ["kettle", "mug"]) for number in range(60)]
    orders += [Bought(f"k{number:03}", NOW - (260 + number % 50) * DAY, ["tea"]) for number in range(45)]
    orders += [Bought(f"o{number:03}", NOW - (300 + number % 50) * DAY, ["spade", "pot"]) for number in range(300)]
    orders += [Bought(f"o{number:03}", NOW - (200 + number % 50) * DAY, ["seeds"]) for number in range(90)]
    goods = {"kettle": "Kitchen / Kettles", "mug": "Tableware", "tea": "Food", "spade": "Garden", "pot": "Garden"}
    store(orders, goods | {"seeds": "Garden"})
    count_goods(NOW)
    return orders


def shown(client, **asked):
    response = client.get(reverse(PAGE), asked)
    assert response.status_code == 200
    return response


def tables(client, **asked):
    return {one.kind.key: one for one in shown(client, **asked).context["tables"]}


def pairs(table):
    return [(row.cells[0].shown, row.cells[1].shown) for row in table.rows]


def test_only_who_may_see_figures_sees_them(client):
    client.force_login(User.objects.create_user("sam", is_staff=True))

    assert client.get(reverse(PAGE)).status_code == 403


def test_who_may_only_look_gets_no_buttons_and_presses_none(client, shop):
    sign_in(client)

    content = shown(client).content.decode()

    assert "As a segment" not in content
    assert "Count now" not in content
    pair = GoodsPair.objects.first()
    assert client.post(reverse("admin:analytics_goods_segment"), {"pair": pair.pk}).status_code == 403
    assert client.post(reverse("admin:analytics_goods_count")).status_code == 403
    assert not Segment.objects.filter(name__contains="not yet").exists()
    assert GoodsCount.objects.get().asked_at is None


def test_buttons_are_pressed_not_followed(marketer):
    for name in ("count", "segment"):
        assert marketer.get(reverse(f"admin:analytics_goods_{name}")).status_code == 405


def test_an_empty_shop_is_told_how_to_import_orders(marketer):
    assert "No orders yet" in shown(marketer).content.decode()


def test_a_shop_that_was_not_counted_yet_says_when_it_will_be(marketer):
    make_order(placed_at=NOW)

    content = shown(marketer).content.decode()

    assert "Not counted yet" in content
    assert "Count now" in content
    assert "Bought together" not in content


def test_with_few_orders_the_page_says_from_how_many_on(marketer):
    make_order(placed_at=NOW)
    count_goods(NOW)

    content = " ".join(shown(marketer).content.decode().split())

    assert content.count("Not enough orders yet: a pair is shown from 20 customers on who bought both.") == 2
    assert "a trait is looked at from 20 customers with it and 20 without it on" in content


def test_counting_now_is_asked_for_once_and_said(marketer, django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr("analytics.goods.asking.current_app.send_task", lambda *task, **_more: sent.append(task))
    make_order(placed_at=NOW)

    with django_capture_on_commit_callbacks(execute=True):
        answer = marketer.post(reverse("admin:analytics_goods_count"), follow=True)

    assert sent == [("analytics.tasks.count_goods",)]
    assert "It is being counted" in answer.content.decode()
    assert "and not counted since" in answer.content.decode()
    count_goods(NOW + DAY)
    assert "and not counted since" not in shown(marketer).content.decode()


def test_the_page_shows_pairs_of_categories_and_of_products(marketer, shop):
    of_categories, of_products = tables(marketer), tables(marketer, of="product")

    assert ("Kettles", "Tableware") in pairs(of_categories["together"])
    assert ("Product kettle", "Product mug") in pairs(of_products["together"])
    assert ("Product kettle", "Product tea") in pairs(of_products["next"])
    (row,) = [row for row in of_products["next"].rows if row.cells[0].shown == "Product kettle"]
    assert [cell.shown for cell in row.cells][2:6] == ["45", "40", "60", "75.0%"]


def test_a_category_limits_what_was_bought_first(marketer, shop):
    kitchen = make_category("Kitchen").pk

    found = tables(marketer, of="product", category=kitchen)

    assert pairs(found["together"]) == [("Product kettle", "Product mug")]
    assert pairs(found["next"]) == [("Product kettle", "Product tea")]
    assert tables(marketer, of="product", category=make_category("Empty").pk)["next"].rows == []


def test_columns_sort_both_ways_and_links_keep_the_choice(marketer, shop):
    found = tables(marketer, of="product", sort_together="customers")["together"]
    turned = tables(marketer, of="product", sort_together="-customers")["together"]

    assert [row.cells[2].shown for row in found.rows] == sorted([row.cells[2].shown for row in found.rows], key=int)
    assert pairs(found)[0][0] in {"Product kettle", "Product mug"}
    assert pairs(turned)[0][0] in {"Product spade", "Product pot"}
    (heading,) = [one for one in found.headings if one.sorted_as]
    assert heading.sorted_as == "ascending"
    assert heading.link == "?of=product&sort_together=-customers#together"


def test_nonsense_is_said_and_everything_shown(marketer, shop):
    response = shown(marketer, of="<script>", category="²", sort_next="-²", whole="x", csv="x")

    assert "not one of the available choices" in response.content.decode()
    assert len(response.context["tables"]) == 3


def test_a_press_makes_a_segment_of_exactly_those_who_lack_the_other_and_a_second_finds_it(
    marketer, shop, django_capture_on_commit_callbacks
):
    pair = GoodsPair.objects.get(way="next", product__sku="kettle", other_product__sku="tea")
    gave_back = OrderLine.objects.filter(product__sku="kettle", order__customer__external_id="k050").get()
    OrderLine.objects.filter(pk=gave_back.pk).update(returned_quantity=gave_back.quantity)

    with django_capture_on_commit_callbacks(execute=True):
        first = marketer.post(reverse("admin:analytics_goods_segment"), {"pair": pair.pk})
    second = marketer.post(reverse("admin:analytics_goods_segment"), {"pair": pair.pk})

    segment = Segment.objects.get(name="Product kettle, not yet Product tea")
    assert first.url == second.url == reverse("admin:segments_segment_change", args=[segment.pk])
    expected = {f"k{number:03}" for number in range(45, 60)} - {"k050"}
    members = Membership.objects.open_in(segment.pk).values_list("customer__external_id", flat=True)
    assert set(members) == expected
    assert "not yet" in marketer.get(first.url).content.decode()


def test_a_pair_of_categories_becomes_a_segment_with_what_lies_within_them(marketer, shop):
    pair = GoodsPair.objects.get(way="next", category__name="Kitchen", other_category__name="Food")

    marketer.post(reverse("admin:analytics_goods_segment"), {"pair": pair.pk})

    segment = Segment.objects.get(name="Kitchen, not yet Food")
    found = matching(segment.rule, NOW).values_list("external_id", flat=True)
    assert set(found) == {f"k{number:03}" for number in range(45, 60)}


def test_a_trait_becomes_a_segment(marketer, shop):
    trait = ReturnTrait.objects.get(product__sku="kettle")

    marketer.post(reverse("admin:analytics_goods_segment"), {"trait": trait.pk})

    segment = Segment.objects.get(name="First order: Product kettle")
    found = matching(segment.rule, NOW).values_list("external_id", flat=True)
    assert set(found) == {f"k{number:03}" for number in range(60)}


def test_a_name_that_is_taken_gets_a_number(marketer, shop):
    Segment.objects.create(name="Kitchen, not yet Food", rule={"all": []})
    pair = GoodsPair.objects.get(way="next", category__name="Kitchen", other_category__name="Food")

    marketer.post(reverse("admin:analytics_goods_segment"), {"pair": pair.pk})

    assert Segment.objects.filter(name="Kitchen, not yet Food (2)").exists()


@pytest.mark.parametrize("asked", [{"pair": "999999"}, {"trait": "²"}, {"pair": "9" * 30}, {}])
def test_a_pair_of_another_night_is_said_to_be_gone(marketer, shop, asked):
    before = Segment.objects.count()

    answer = marketer.post(reverse("admin:analytics_goods_segment"), asked, follow=True)

    assert "counted anew since" in answer.content.decode()
    assert Segment.objects.count() == before


def rows_of_file(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("table", "headings"),
    [
        ("together", ["bought first", "the other", "customers who bought both"]),
        ("next", ["bought first", "the other", "customers who bought both", "days between, median"]),
        ("traits", ["trait of the first order", "customers with it"]),
    ],
)
def test_tables_can_be_taken_to_a_spreadsheet(marketer, shop, table, headings):
    Product.objects.filter(sku="kettle").update(name="=1+1")

    found = rows_of_file(shown(marketer, of="product", csv=table))

    assert found[0][: len(headings)] == headings
    assert len(found) > 2
    assert {len(row) for row in found} == {len(found[0])}
    assert "=1+1" not in {cell for row in found for cell in row}


def test_files_hold_all_that_was_found_and_the_page_the_first(marketer):
    for number in range(25):
        together = (f"a{number}", f"b{number}")
        make_pairs(*together)
    count_goods(NOW)

    found = tables(marketer, of="product")["together"]

    assert (len(found.rows), found.count, found.is_cut) == (20, 50, True)
    assert len(tables(marketer, of="product", whole="together")["together"].rows) == 50
    assert len(rows_of_file(shown(marketer, of="product", csv="together"))) == 51


def make_pairs(one, other):
    store(
        [Bought(f"{one}-{number}", NOW - 300 * DAY, [one, other]) for number in range(25)], dict.fromkeys((one, other))
    )


def test_queries_do_not_grow_with_what_was_found(marketer, shop):
    def queries():
        shown(marketer, of="product")
        with CaptureQueriesContext(connection) as found:
            shown(marketer, of="product")
        return [one["sql"] for one in found]

    few = queries()
    store(
        random_shop(1, customers=300, planted={"P05": "P09"}.items()), {f"P{number:02}": "More" for number in range(60)}
    )
    count_goods(NOW)
    many = queries()

    assert len(many) == len(few) <= 16
    assert not [sql for sql in many if 'FROM "crm_orderline"' in sql or 'FROM "crm_order"' in sql]


def test_the_page_speaks_russian(marketer, shop):
    marketer.cookies["django_language"] = "ru"

    content = shown(marketer).content.decode()

    assert "Покупают вместе" in content
    assert "В сегмент" in content
    with translation.override("ru"):
        assert str(shown(marketer).context["tables"][1].kind.title) == "Покупают потом"
