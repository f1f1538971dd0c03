import pytest

from crm.customers.search import find_customers, phone_prefixes
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
