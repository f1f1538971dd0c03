import pytest
from django.contrib.auth.models import User
from django.db import connection

from crm.customers.common_addresses import common_middle
from crm.customers.search import find_customers
from crm.customers.search_words import phone_prefixes
from crm.privacy.erase import erase
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        "Пет",
        "петрова",
        "Анна П",
        "Петрова Анна",
        "  анна   петрова ",
        "ANNA.P@example",
        "+7 916 123",
        "8 (916) 123-45",
        "79161234567",
        "R-10",
        "№R-1001",
        "shop-7",
    ],
)
def test_finds_a_customer_by_the_beginning_of_anything(shop, typed):
    shop.phone_country = "RU"
    shop.save()
    anna = make_customer(
        first_name="Анна",
        last_name="Петрова",
        email="anna.p@example.com",
        phone="+79161234567",
        external_id="shop-7",
    )
    make_customer(first_name="Ольга", last_name="Сомова", email="olga@example.com", phone="+79039999999")
    make_order(customer=anna, number="R-1001", placed_at=NOW)

    assert find_customers(typed) == [anna]


@pytest.mark.parametrize(
    ("what", "typed"),
    [
        ("е for ё", "семен воробьев"),
        ("ё for е", "Сёмён"),
        ("a letter mistaken", "Варобьев"),
        ("a letter left out", "Вробьёв Семен"),
        ("a letter too many", "Воробьееев"),
        ("two letters swapped", "Вороьбёв"),
        ("the other way round, with a mistake", "Вораббьев семён"),
        ("a soft sign left out", "Воробев"),
        ("the middle of an address", "robyov"),
        ("up to its domain", "obyov@exam"),
        ("its domain", "xample.co"),
        ("the last digits of a phone", "6789"),
        ("said in pairs", "67-89"),
        ("with a word before", "тел. 6789"),
        ("with an 8 where the country is not known", "8 916 123-67-89"),
        ("digits from the middle of a phone", "916 123"),
        ("a number with its word", "заказ 18385"),
        ("in English", "order #18385"),
        ("with all its words", "Order No. 18385"),
        ("in another case", "номер заказа 18385"),
        ("with a sign", "№18385"),
        ("with a sign and a space", "# 18385"),
        ("as it is written", "SO-2026-18385"),
        ("without its hyphens", "so202618385"),
        ("bare", "18385"),
        ("in a sentence's end", "Заказ: 18385."),
    ],
)
def test_finds_a_customer_by_what_is_typed_wrong_or_said_in_part(shop, what, typed):
    semyon = make_customer(
        first_name="Семён", last_name="Воробьёв", email="semyon.vorobyov@example.com", phone="+79161236789"
    )
    make_order(customer=semyon, number="SO-2026-18385", placed_at=NOW)
    somova = make_customer(first_name="Ольга", last_name="Сомова", email="olga@mail.com", phone="+79039999999")
    make_order(customer=somova, number="SO-2026-18386", placed_at=NOW)

    assert find_customers(typed) == [semyon]


@pytest.mark.parametrize(("stored", "typed"), [("Müller", "muller"), ("José", "Jose"), ("O'Brien", "OBrian")])
def test_marks_above_letters_need_not_be_typed(shop, stored, typed):
    found = make_customer(last_name=stored)

    assert find_customers(typed) == [found]


def test_the_nearest_match_comes_first_and_says_why(shop):
    like, begins, exact, numbered = (
        make_customer(last_name=name) for name in ("Ivonov", "Ivanovsky", "Ivanov", "Smith")
    )
    make_order(customer=numbered, number="IVANOV", placed_at=NOW)
    make_order(customer=like, placed_at=NOW)

    assert [(one, one.found_by) for one in find_customers("ivanov")] == [
        (exact, ""),
        (begins, ""),
        (like, "a name like it"),
    ]


def test_says_by_which_order_somebody_was_found(shop):
    ann = make_customer(first_name="Ann", external_id="18385")
    make_order(customer=make_customer(first_name="Bob"), number="A-18385", placed_at=NOW)

    found = find_customers("18385")

    assert [(one.first_name, one.found_by) for one in found] == [
        ("Ann", "customer id in the shop"),
        ("Bob", "order A-18385"),
    ]
    assert found[0] == ann


def test_what_stands_in_very_many_addresses_is_found_in_a_sample(shop):
    for number in range(60):
        make_customer(email=f"anna{number}@example.com")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE crm_contact")

    assert len(common_middle("xample", most=55)) == 55
    assert common_middle("nobody", most=55) == []


def test_an_erased_customer_is_found_by_nothing(shop):
    ann = make_customer(first_name="Annabel", email="annabel@example.com", phone="+79161236789")
    erase(ann, at=NOW, by=None)

    assert [find_customers(typed) for typed in ("Annabel", "Anabell", "nabel@", "6789")] == [[], [], [], []]


def test_every_search_box_for_customers_and_orders_finds_alike(client, shop):
    client.force_login(User.objects.create_superuser("boss"))
    near, exact = make_customer(last_name="Ivonov"), make_customer(last_name="Ivanov")
    order = make_order(customer=exact, number="SO-18385", placed_at=NOW)
    far = {"app_label": "crm", "model_name": "order", "field_name": "customer", "term": "ivanov"}

    listed = client.get("/admin/crm/customer/", {"q": "ivanov"}).context["cl"].result_list
    offered = client.get("/admin/autocomplete/", far | {"model_name": "case"}).json()["results"]
    of_orders = client.get("/admin/crm/order/", {"q": "заказ 18385"}).context["cl"].result_list

    assert list(listed) == [exact, near]
    assert [one["id"] for one in offered] == [str(exact.pk), str(near.pk)]
    assert list(of_orders) == [order]


@pytest.mark.parametrize("typed", ["", " ", "a", "етров", "nobody", "%", "_nna", "\x00\x00", "x" * 5000, "123"])
def test_finds_nobody_by_what_begins_nothing(shop, typed):
    make_customer(first_name="Anna", last_name="Petrova")

    assert find_customers(typed) == []


def test_puts_who_ordered_last_first(shop):
    earlier, never, later = (make_customer(first_name="Ann", last_name=name) for name in ("One", "Two", "Three"))
    make_order(customer=earlier, placed_at=NOW.replace(month=1))
    make_order(customer=later, placed_at=NOW)

    assert find_customers("ann") == [later, earlier, never]


def test_leaves_out_who_was_merged_away(shop):
    keeper, duplicate = make_customer(first_name="Ann"), make_customer(first_name="Ann")
    duplicate.merged_into = keeper
    duplicate.save()

    assert find_customers("ann") == [keeper]


def test_asks_the_same_few_queries_however_many_match(shop, django_assert_max_num_queries):
    for _ in range(30):
        make_customer(first_name="Ann")

    with django_assert_max_num_queries(6):
        assert len(find_customers("ann", limit=25)) == 25


@pytest.mark.parametrize(
    ("digits", "has_plus", "country", "expected"),
    [
        ("79161234567", True, "RU", {"+79161234567"}),
        ("89161234567", False, "RU", {"+89161234567", "+79161234567"}),
        ("9161234567", False, "RU", {"+9161234567", "+79161234567"}),
        ("07700900123", False, "GB", {"+07700900123", "+447700900123"}),
        ("7700900123", False, "", {"+7700900123"}),
        ("123", False, "GB", set()),
    ],
)
def test_reads_a_phone_as_it_is_dialled_and_as_it_is_stored(digits, has_plus, country, expected):
    assert phone_prefixes(digits, has_plus=has_plus, country=country) == expected
