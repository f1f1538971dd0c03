"""What an order of WooCommerce becomes, in whatever order its life is told."""

import datetime as dt
from decimal import Decimal
from itertools import permutations

import pytest
from django.utils import timezone

from crm.models import Customer, CustomerStats, Delivery, Event, Order
from tests.crm.shops.woocommerce import PLACED, apply, customer, gmt, hours, line, order, post, refund

pytestmark = pytest.mark.django_db

TWO_OF_ONE = {"K-1": (Decimal(2), Decimal(40))}


def lines_of(placed):
    return {
        sku: (quantity, price) for sku, quantity, price in placed.lines.values_list("product__sku", "quantity", "price")
    }


def kinds():
    return list(Event.objects.order_by("occurred_at", "pk").values_list("kind", flat=True))


def test_an_order_comes_with_its_buyer_lines_and_moments(tell):
    assert tell("order.created", order()) == {"applied": 1}

    placed = Order.objects.get()
    assert (placed.number, placed.external_id, placed.currency) == ("727", "727", "EUR")
    assert (placed.total, placed.discount, placed.placed_at, placed.paid_at) == (101, 0, PLACED, PLACED)
    assert lines_of(placed) == TWO_OF_ONE
    assert placed.lines.get().product.name == "Kettle – 1\xa0l"
    buyer = placed.customer
    assert (buyer.external_id, buyer.name, buyer.city, buyer.country, buyer.attributes) == (
        None,
        "Ann Lee",
        "Berlin",
        "DE",
        {},
    )
    assert set(buyer.contacts.values_list("address", flat=True)) == {"ann@example.com", "+4930901820"}
    assert kinds() == ["order.placed", "order.paid"]


def test_the_shop_may_number_otherwise_than_it_counts(tell):
    tell("order.created", order(number="WC-2026-15"))
    tell("refund.created", refund())

    placed = Order.objects.get()
    assert (placed.number, placed.external_id, placed.refunded) == ("WC-2026-15", "727", 48)


def test_prices_are_those_that_the_shop_lists(tell):
    told = {"prices_include_tax": True, "discount_total": "10.00", "discount_tax": "2.00", "total": "89.00"}
    tell("order.created", order(**told, coupon_lines=[{"code": "spring"}]))

    placed = Order.objects.get()
    assert (placed.total, placed.discount, placed.coupon_code) == (89, 12, "spring")
    assert lines_of(placed) == {"K-1": (2, 48)}


@pytest.mark.parametrize(
    ("changes", "sku"),
    [
        ({"sku": "", "variation_id": 94}, "wc-94"),
        ({"sku": None}, "wc-93"),
        ({"sku": "", "product_id": 0, "name": "Old kettle"}, "Old kettle"),
    ],
)
def test_a_product_without_a_sku_is_named_by_its_number_and_a_deleted_one_by_its_name(tell, changes, sku):
    tell("order.created", order(line_items=[line(**changes)]))

    assert lines_of(Order.objects.get()).keys() == {sku}


def test_what_php_writes_otherwise_is_read_all_the_same(tell):
    told = {
        "line_items": {"1": line(quantity=2), "3": line(sku="M-1", quantity=0)}, "meta_data": None, "refunds": None,
        "discount_total": "", "date_paid_gmt": "0000-00-00T00:00:00", "customer_id": "0", "coupon_lines": {},
    }  # fmt: skip

    assert tell("order.created", order(**told)) == {"applied": 1}
    placed = Order.objects.get()
    assert (placed.paid_at, placed.discount, lines_of(placed)) == (None, 0, TWO_OF_ONE)


def test_a_moment_without_its_gmt_is_the_shops_own_time(tell, settings):
    settings.TIME_ZONE = "Europe/Moscow"

    tell("order.created", order(date_created_gmt=None))

    assert Order.objects.get().placed_at == PLACED


def test_an_order_that_costs_nothing_costs_nothing(tell):
    tell("order.created", order(total=0))

    assert Order.objects.get().total == 0


@pytest.mark.parametrize("status", ["checkout-draft", "auto-draft"])
def test_a_draft_is_no_order(tell, status):
    assert tell("order.created", order(status=status)) == {"ignored": 1}

    assert Delivery.objects.get().reason == "Order 727 is only a draft."
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("status", "became"),
    [("pending", "paid"), ("on-hold", "paid"), ("processing", "paid"), ("wc-processing", "paid"),
     ("completed", "delivered"), ("cancelled", "cancelled"), ("failed", "cancelled"), ("shipped", "shipped"),
     ("delivered", "delivered"), ("waiting-for-a-part", "paid")],
)  # fmt: skip
def test_each_status_is_a_moment_or_none(tell, status, became):
    tell("order.updated", order(status=status))

    assert Order.objects.get().status == became


def test_a_completed_order_was_handed_over_when_it_was_completed(tell):
    tell("order.created", order())
    tell("order.updated", order(status="completed", date_completed_gmt=gmt(hours(20)), changed_at=hours(21)))

    assert Order.objects.get().delivered_at == hours(20)
    assert kinds()[-1] == "order.delivered"


def test_one_that_was_completed_by_mistake_is_on_its_way_again(tell):
    done = {"date_completed_gmt": gmt(hours(20))}
    tell("order.updated", order(status="completed", changed_at=hours(20), **done))
    tell("order.updated", order(status="processing", changed_at=hours(22), **done))
    assert Order.objects.get().delivered_at is None

    again = {"date_completed_gmt": gmt(hours(40))}
    tell("order.updated", order(status="completed", changed_at=hours(40), **again))
    assert Order.objects.get().delivered_at == hours(40)


def test_a_cancelled_order_that_goes_on_counts_again(tell):
    tell("order.updated", order(status="cancelled", changed_at=hours(2)))
    assert CustomerStats.objects.get().orders_count == 0

    tell("order.updated", order(status="processing", changed_at=hours(3)))

    assert Order.objects.get().cancelled_at is None
    assert CustomerStats.objects.get().orders_count == 1


LIFE = (
    ("order.created", order(status="pending", date_paid_gmt=None, changed_at=PLACED, total="150.00")),
    ("order.updated", order(status="cancelled", date_paid_gmt=None, changed_at=hours(1))),
    ("order.updated", order(status="processing", changed_at=hours(2))),
    ("order.updated", order(status="completed", date_completed_gmt=gmt(hours(30)), changed_at=hours(30))),
)


@pytest.mark.parametrize("turns", list(permutations(range(4))))
def test_a_life_told_in_any_order_and_twice_ends_alike(tell, turns):
    for turn in (*turns, *turns):
        tell(*LIFE[turn])

    placed = Order.objects.get()
    assert (placed.total, placed.paid_at, placed.delivered_at, placed.cancelled_at) == (101, PLACED, hours(30), None)
    stats = CustomerStats.objects.get()
    assert (stats.orders_count, stats.revenue) == (1, 101)


def test_an_edited_order_has_its_new_lines_and_total(tell):
    tell("order.created", order())
    tell("order.updated", order(line_items=[line(), line("M-1", price="10.00")], total="60.00", changed_at=hours(5)))

    placed = Order.objects.get()
    assert (placed.total, lines_of(placed)) == (60, {"K-1": (1, 40), "M-1": (1, 10)})
    assert CustomerStats.objects.get().revenue == 60


def test_an_old_word_that_comes_late_changes_nothing(tell):
    tell("order.updated", order(changed_at=hours(5)))
    tell("order.updated", order(changed_at=hours(4), total="7.00", line_items=[line("M-1")]))

    placed = Order.objects.get()
    assert (placed.total, lines_of(placed)) == (101, TWO_OF_ONE)


def returned(placed):
    return dict(placed.lines.values_list("product__sku", "returned_quantity"))


def test_a_refund_by_line_takes_back_money_and_goods_once(tell):
    tell("order.created", order())
    for _turn in range(2):
        tell("refund.created", refund())
    tell("order.updated", order(refunds=[{"id": 731, "total": "-48.00"}], changed_at=hours(31)))

    placed = Order.objects.get()
    assert (placed.refunded, placed.returned_at, returned(placed)) == (48, hours(30), {"K-1": 1})
    assert CustomerStats.objects.get().revenue == 53
    assert kinds().count("order.returned") == 1


def test_a_refund_told_by_its_order_first_learns_its_goods_later(tell):
    tell("order.updated", order(refunds=[{"id": 731, "total": "-48.00"}], changed_at=hours(31)))
    assert returned(Order.objects.get()) == {"K-1": 0}

    for _turn in range(2):
        tell("refund.created", refund(reason=f"told {_turn}"))

    placed = Order.objects.get()
    assert (placed.refunded, returned(placed)) == (48, {"K-1": 1})
    assert kinds().count("order.returned") == 1


def test_a_refund_of_money_alone_leaves_the_goods(tell):
    tell("order.created", order())
    tell("refund.created", refund(amount="5.00", line_items=[line(quantity=0, total="-5.00")]))

    placed = Order.objects.get()
    assert (placed.refunded, returned(placed)) == (5, {"K-1": 0})


def test_an_order_refunded_as_a_whole_comes_back_as_a_whole(tell):
    tell("order.created", order())
    tell("order.updated", order(refunds=[{"id": 731, "total": "-48.00"}], changed_at=hours(31)))
    both = [{"id": 731, "total": "-48.00"}, {"id": 732, "total": "-53.00"}]
    tell("order.updated", order(status="refunded", refunds=both, changed_at=hours(40)))

    placed = Order.objects.get()
    assert (placed.refunded, placed.status, returned(placed)) == (101, "returned", {"K-1": 2})
    assert CustomerStats.objects.get().revenue == 0


def test_a_refund_before_its_order_waits_for_it(tell, client, woo):
    assert tell("refund.created", refund()) == {"waiting": 1}

    post(client, woo, "order.created", order())

    assert apply() == {"applied": 2}
    assert Order.objects.get().refunded == 48


def test_a_deleted_order_is_cancelled_and_a_restored_one_counts_again(tell):
    tell("order.created", order())
    tell("order.deleted", {"id": 727})
    assert Order.objects.get().cancelled_at == Delivery.objects.latest("pk").received_at

    tell("order.restored", order(changed_at=hours(9)))

    assert Order.objects.get().cancelled_at is None


def test_an_order_in_the_bin_is_cancelled(tell):
    tell("order.created", order())
    tell("order.updated", order(status="trash", changed_at=hours(4)))

    assert Order.objects.get().cancelled_at == hours(4)


def test_an_order_deleted_before_it_was_told_is_cancelled_when_it_is(tell, client, woo):
    assert tell("order.deleted", {"id": 727}) == {"waiting": 1}

    post(client, woo, "order.created", order())

    assert apply() == {"applied": 2}
    assert Order.objects.get().cancelled_at


def test_an_order_deleted_that_never_was_one_is_waited_for_a_day(tell):
    tell("order.deleted", {"id": 727})
    kept = Delivery.objects.get()
    Delivery.objects.update(due_at=kept.received_at + dt.timedelta(hours=25))

    assert apply(timezone.now() + dt.timedelta(hours=26)) == {"ignored": 1}
    assert Delivery.objects.get().reason == "Order 727 was deleted before Encore knew it."


def test_a_guest_who_opens_an_account_is_one_customer(tell):
    tell("order.created", order())
    tell("customer.created", customer())
    tell("order.created", order(id=728, number="728", customer_id=25))

    known = Customer.objects.get()
    assert (known.external_id, known.first_name, known.orders.count()) == ("25", "Ann", 2)


def test_two_guests_are_two_customers(tell):
    tell("order.created", order())
    tell("order.created", order(id=728, number="728", billing={"email": "bob@example.com", "first_name": "Bob"}))

    assert sorted(Customer.objects.values_list("first_name", "external_id")) == [("Ann", None), ("Bob", None)]


@pytest.mark.parametrize("phone", ["555-5555", "0000000", "call me", "12"])
def test_a_phone_that_is_none_does_not_keep_the_order_out(tell, phone):
    assert tell("order.created", order(billing={"email": "ann@example.com", "phone": phone})) == {"applied": 1}

    assert list(Customer.objects.get().contacts.values_list("address", flat=True)) == ["ann@example.com"]


def test_an_order_of_nobody_is_told_in_words_and_taken_once_it_has_a_buyer(tell):
    assert tell("order.created", order(billing=[])) == {"ignored": 1}
    assert Delivery.objects.get().reason == "Order 727 names nobody: it has no account, email or phone."

    assert tell("order.updated", order(changed_at=hours(2))) == {"applied": 1}


def test_an_address_that_is_none_is_named_where_nothing_else_tells_who_it_is(tell):
    assert tell("order.created", order(billing={"email": "nonsense", "phone": ""})) == {"failed": 1}

    assert "“nonsense” is not an email address" in Delivery.objects.get().reason


def parcel(**changes):
    told = {"tracking_provider": "dhl", "tracking_number": " JD014 ", "date_shipped": "1773187200"} | changes
    return [{"id": 1, "key": "_wc_shipment_tracking_items", "value": [told]}]


@pytest.mark.parametrize(
    ("meta", "shipped_at"),
    [
        (parcel(), dt.datetime(2026, 3, 11, tzinfo=dt.UTC)),
        (parcel(date_shipped="2026-03-10"), PLACED),
        (parcel(date_shipped="2026-04-01"), hours(40)),
        (parcel(date_shipped="soon"), hours(40)),
        ([{"key": "_tracking_number", "value": "JD014"}], hours(40)),
    ],
)
def test_a_parcel_that_a_plugin_notes_was_shipped(tell, meta, shipped_at):
    tell("order.updated", order(meta_data=meta, changed_at=hours(40)))

    placed = Order.objects.get()
    assert (placed.tracking_number, placed.shipped_at) == ("JD014", shipped_at)


@pytest.mark.parametrize("value", [None, "", [], {}, [None], "JD", 7])
def test_a_parcel_that_cannot_be_read_is_none(tell, value):
    told = order(meta_data=[{"key": "_wc_shipment_tracking_items", "value": value}])

    assert tell("order.updated", told) == {"applied": 1}
    assert Order.objects.get().shipped_at is None


@pytest.mark.parametrize(("name", "code"), [("en_US", "en"), ("ru", "ru"), ("pt-br", "pt"), ("7", ""), (["ru"], "")])
def test_the_language_of_the_page_is_the_buyers(tell, name, code):
    tell("order.created", order(meta_data=[{"key": "wpml_language", "value": name}]))

    assert Customer.objects.get().language == code
