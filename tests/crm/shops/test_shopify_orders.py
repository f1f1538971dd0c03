import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.intake import deliveries
from crm.intake.arrival import Arrival
from crm.models import Customer, Delivery, Event, Order
from tests.crm.shops.shopify_shop import (
    LATER,
    PLACED,
    apply,
    arrival,
    connected,
    customer,
    line,
    order,
    parcel,
    post,
    refund,
    tell,
)

pytestmark = pytest.mark.django_db

KETTLES, MUG = line(1, "K-1", "20.00", 2), line(2, "M-1", "7.50")


@pytest.fixture
def source(shop):
    return connected()


def moment(text):
    return dt.datetime.fromisoformat(text)


def placed():
    return Order.objects.get()


def lines():
    return {
        one.product.sku: (one.quantity, one.returned_quantity)
        for one in placed().lines.select_related("product").order_by("pk")
    }


def kinds():
    return sorted(Event.objects.filter(order=placed()).values_list("kind", flat=True))


def test_an_order_comes_with_its_customer_goods_and_sums(source):
    tell(source, "orders/create", order())

    bought = placed()
    assert (bought.number, bought.external_id, bought.currency) == ("#1001", "501", "EUR")
    assert (bought.total, bought.discount, bought.coupon_code) == (Decimal("50.00"), Decimal("2.50"), "TEA")
    assert bought.placed_at == moment(PLACED)
    assert lines() == {"K-1": (2, 0), "M-1": (1, 0)}
    assert bought.customer.external_id == "7"
    assert (bought.customer.city, bought.customer.language) == ("Leeds", "en")
    assert kinds() == ["order.placed"]


def test_two_shops_that_number_alike_keep_apart(source):
    other = connected("Other", id_prefix="B-")
    tell(source, "orders/create", order())
    tell(other, "orders/create", order(customer=customer(email="bob@example.com", phone=None), email="bob@example.com"))

    assert sorted(Order.objects.values_list("number", "external_id")) == [("#1001", "501"), ("B-#1001", "B-501")]
    assert sorted(Customer.objects.values_list("external_id", flat=True)) == ["7", "B-7"]


def test_the_sums_are_those_of_the_shop_and_not_of_the_visitor(source):
    def both(amount):
        return {
            "shop_money": {"amount": amount, "currency_code": "EUR"},
            "presentment_money": {"amount": "9999.00", "currency_code": "JPY"},
        }

    goods = [line(1, "K-1", "9999.00", price_set=both("20.00"))]
    sums = {"total_price_set": both("25.00"), "current_total_price_set": both("25.00")}
    told = order(line_items=goods, total_price="9999.00", current_total_price="9999.00", total_discounts="0.00", **sums)
    tell(source, "orders/create", told | {"total_discounts_set": both("0.00")})

    assert (placed().total, placed().lines.get().price) == (Decimal("25.00"), Decimal("20.00"))


def test_goods_without_a_sku_go_by_their_variant_and_what_was_typed_by_its_title(source):
    goods = [
        line(1, "", "5.00"),
        line(2, "", "5.00", variant_id=None),
        line(3, "", "5.00", variant_id=None, product_id=None, title="Engraving"),
    ]
    tell(source, "orders/create", order(line_items=goods, total_price="15.00"))

    assert list(lines()) == ["101", "1002", "Engraving"]


@pytest.mark.parametrize("status", ["paid", "partially_refunded", "refunded"])
def test_paid_when_it_was_placed(source, status):
    tell(source, "orders/create", order(financial_status=status))

    assert placed().paid_at == moment(PLACED)


@pytest.mark.parametrize("status", ["pending", "authorized", "partially_paid", "voided", None])
def test_not_paid(source, status):
    tell(source, "orders/create", order(financial_status=status))

    assert placed().paid_at is None


@pytest.mark.parametrize("turn", [1, -1])
def test_paid_days_later_is_when_the_payment_says(source, turn):
    tell(source, "orders/create", order())
    paid = order(financial_status="paid", updated_at=LATER)

    for topic in ("orders/paid", "orders/updated")[::turn]:
        tell(source, topic, paid)

    assert placed().paid_at == moment(LATER)
    assert kinds() == ["order.paid", "order.placed"]


def test_paid_before_it_was_created(source):
    tell(source, "orders/paid", order(financial_status="paid", updated_at=LATER))
    tell(source, "orders/create", order())

    assert placed().paid_at == moment(LATER)
    assert kinds() == ["order.paid", "order.placed"]


def test_the_past_tells_a_payment_by_its_transaction(source):
    paid = [{"kind": "sale", "status": "success", "amount": "50.00", "processed_at": LATER}]
    tell(source, "orders/updated", order(financial_status="paid", transactions=paid))

    assert placed().paid_at == moment(LATER)


def test_the_past_is_paid_when_it_was_placed_where_nothing_better_is_told(source):
    deliveries.keep_all(
        source,
        [Arrival("h1", "orders/updated", order(financial_status="paid", updated_at=LATER), "order 501")],
        timezone.now(),
        is_historic=True,
    )
    apply()

    assert placed().paid_at == moment(PLACED)
    assert set(Event.objects.values_list("is_historic", flat=True)) == {True}


def test_a_parcel_leaves_and_arrives(source):
    tell(source, "orders/create", order())
    tell(source, "fulfillments/create", parcel())
    assert (placed().shipped_at, placed().tracking_number) == (moment("2026-03-11T08:00:00+01:00"), "GB123")
    assert placed().delivered_at is None

    tell(source, "fulfillment_events/create", arrival())

    assert placed().delivered_at == moment("2026-03-13T15:00:00+01:00")
    assert kinds() == ["order.delivered", "order.placed", "order.shipped"]


def test_a_parcel_that_says_it_arrived_needs_no_event(source):
    tell(source, "orders/create", order())
    tell(source, "fulfillments/update", parcel(shipment_status="delivered", updated_at=LATER))

    assert placed().delivered_at == moment(LATER)


def test_an_order_tells_of_its_parcels_itself(source):
    sent = [parcel(), parcel(id=32, created_at=LATER, tracking_number="GB456")]
    tell(source, "orders/fulfilled", order(fulfillments=sent))
    assert (placed().shipped_at, placed().tracking_number) == (moment("2026-03-11T08:00:00+01:00"), "GB456")
    assert placed().delivered_at is None

    sent = [one | {"shipment_status": "delivered", "updated_at": LATER} for one in sent]
    tell(source, "orders/updated", order(fulfillments=sent, updated_at=LATER))

    assert placed().delivered_at == moment(LATER)


def test_where_a_parcel_is_on_its_way_is_of_no_interest(source):
    tell(source, "orders/create", order())

    told = tell(source, "fulfillment_events/create", arrival(status="in_transit"))

    assert (told.status, told.reason) == ("ignored", "Where a parcel is on its way (“in_transit”).")


@pytest.mark.parametrize("status", ["pending", "open", "cancelled", "error", "failure"])
def test_a_parcel_that_has_not_left_is_of_no_interest(source, status):
    tell(source, "orders/create", order(fulfillments=[parcel(status="pending")]))

    assert tell(source, "fulfillments/update", parcel(status=status)).status == "ignored"
    assert placed().shipped_at is None


def test_a_parcel_called_back_has_not_left_after_all(source):
    tell(source, "orders/fulfilled", order(fulfillments=[parcel()], updated_at="2026-03-11T08:00:00+01:00"))
    assert placed().shipped_at

    tell(source, "orders/updated", order(fulfillments=[parcel(status="cancelled")], updated_at=LATER))

    assert placed().shipped_at is None


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("refunds/create", refund(amount="7.50", lines=[(MUG, 1)])),
        ("fulfillments/create", parcel()),
        ("fulfillment_events/create", arrival()),
        ("orders/delete", {"id": 501}),
    ],
)
def test_what_comes_before_its_order_waits_for_it(source, topic, body):
    post(source, topic, body)
    assert apply() == {"waiting": 1}
    assert Delivery.objects.get().reason in {"Order 501 is not known yet.", "Order #1001 is not known yet."}

    post(source, "orders/create", order())

    assert apply() == {"applied": 2}
    changed = (placed().refunded, placed().shipped_at, placed().delivered_at, placed().cancelled_at)
    assert any(changed)


def test_cancelled_and_taken_back(source):
    tell(source, "orders/create", order())
    tell(source, "orders/cancelled", order(cancelled_at=LATER, updated_at=LATER, current_total_price="0.00"))
    assert placed().cancelled_at == moment(LATER)
    assert placed().total == 50

    tell(source, "orders/updated", order(updated_at="2026-03-12T10:00:00+01:00"))

    assert placed().cancelled_at is None
    assert kinds() == ["order.cancelled", "order.placed", "order.undone"]


def test_a_late_word_from_before_does_not_undo_a_cancelling(source):
    tell(source, "orders/cancelled", order(cancelled_at=LATER, updated_at=LATER))
    tell(source, "orders/updated", order(updated_at="2026-03-11T10:00:00+01:00"))

    assert placed().cancelled_at == moment(LATER)


def test_a_body_of_chosen_fields_undoes_nothing(source):
    tell(source, "orders/cancelled", order(cancelled_at=LATER, updated_at=LATER))
    part = {name: order()[name] for name in ("id", "name", "customer", "created_at")}
    tell(source, "orders/updated", part | {"updated_at": "2026-03-12T10:00:00+01:00"})

    assert placed().cancelled_at == moment(LATER)
    assert (placed().total, len(lines())) == (50, 2)


def test_a_deleted_order_counts_no_longer(source):
    tell(source, "orders/create", order())
    tell(source, "orders/delete", {"id": 501})

    assert placed().cancelled_at
    assert placed().customer.stats.orders_count == 0


def test_an_edited_order_has_the_goods_that_are_left_and_the_new_ones(source):
    tell(source, "orders/create", order())
    edit = refund(lines=[(KETTLES, 1)])
    goods = [
        KETTLES | {"current_quantity": 1},
        MUG | {"current_quantity": 1},
        line(3, "T-1", "10.00", current_quantity=1),
    ]
    edited = order(line_items=goods, refunds=[edit], total_price="60.00", current_total_price="40.00", updated_at=LATER)

    assert tell(source, "orders/edited", {"order_edit": {"order_id": 501}}).status == "ignored"
    assert tell(source, "refunds/create", edit).status == "ignored"
    tell(source, "orders/updated", edited)

    assert lines() == {"K-1": (1, 0), "M-1": (1, 0), "T-1": (1, 0)}
    assert (placed().total, placed().refunded) == (40, 0)
    assert kinds() == ["order.corrected", "order.placed"]


def test_an_older_shape_tells_edits_by_its_refunds_alone(source):
    told = order(refunds=[refund(lines=[(KETTLES, 1), (MUG, 1)])])
    tell(source, "orders/updated", told)

    assert lines() == {"K-1": (1, 0)}


@pytest.mark.parametrize("first", ["refunds/create", "orders/updated"])
def test_a_refund_counts_once_however_it_is_told(source, first):
    back = refund(lines=[(MUG, 1)], amount="7.00")
    goods = [KETTLES | {"current_quantity": 2}, MUG | {"current_quantity": 0}]
    after = order(
        refunds=[back],
        line_items=goods,
        current_total_price="43.00",
        financial_status="partially_refunded",
        updated_at=LATER,
    )
    tell(source, "orders/create", order())

    bodies = {"refunds/create": back, "orders/updated": after}
    for topic in sorted(bodies, key=lambda topic: topic != first):
        for _turn in range(2):
            assert tell(source, topic, bodies[topic]).status == "applied"

    assert lines() == {"K-1": (2, 0), "M-1": (1, 1)}
    assert (placed().total, placed().refunded) == (50, 7)
    assert kinds().count("order.returned") == 1


def test_what_came_back_of_goods_added_later_waits_for_them(source):
    tell(source, "orders/create", order())
    added = line(3, "T-1", "10.00")

    told = tell(source, "refunds/create", refund(lines=[(added, 1)], amount="10.00"))
    assert (told.status, told.reason) == ("waiting", "order #1001: has no T-1.")
    tell(source, "orders/updated", order(line_items=[KETTLES, MUG, added], total_price="60.00", updated_at=LATER))
    apply()

    told.refresh_from_db()
    assert told.status == "applied"
    assert lines()["T-1"] == (1, 1)


def test_the_first_word_about_an_order_may_be_that_it_was_refunded(source):
    back = refund(lines=[(KETTLES, 2), (MUG, 1)], amount="50.00")
    goods = [KETTLES | {"current_quantity": 0}, MUG | {"current_quantity": 0}]
    tell(
        source,
        "orders/updated",
        order(refunds=[back], line_items=goods, current_total_price="0.00", financial_status="refunded"),
    )

    assert lines() == {"K-1": (2, 2), "M-1": (1, 1)}
    assert (placed().total, placed().refunded, placed().status) == (50, 50, "returned")


def test_an_order_told_as_it_was_before_its_refund_keeps_the_refund(source):
    tell(source, "orders/create", order())
    tell(source, "refunds/create", refund(lines=[(MUG, 1)], amount="7.00"))
    tell(source, "orders/updated", order(updated_at="2026-03-11T10:00:00+01:00"))

    assert lines() == {"K-1": (2, 0), "M-1": (1, 1)}
    assert placed().refunded == 7


def test_money_alone_may_go_back_and_goods_alone_too(source):
    tell(source, "orders/create", order())
    tell(source, "refunds/create", refund(9, amount="5.00"))
    goods = refund(10, lines=[(MUG, 1)])
    goods["refund_line_items"][0]["restock_type"] = "return"
    tell(source, "refunds/create", goods)

    assert lines() == {"K-1": (2, 0), "M-1": (1, 1)}
    assert placed().refunded == 5


def test_a_refund_that_failed_at_the_bank_gave_nothing_back(source):
    tell(source, "orders/create", order())
    back = refund(amount="5.00")
    back["transactions"][0]["status"] = "failure"

    assert tell(source, "refunds/create", back).status == "ignored"
    assert placed().refunded == 0


def test_a_refund_in_the_visitors_currency_is_what_the_goods_were_worth(source):
    tell(source, "orders/create", order())
    back = refund(lines=[(MUG, 1)], amount="1200.00")
    back["transactions"][0]["currency"] = "JPY"
    back["refund_line_items"][0] |= {
        "subtotal_set": {"shop_money": {"amount": "6.00", "currency_code": "EUR"}},
        "total_tax_set": {"shop_money": {"amount": "1.00", "currency_code": "EUR"}},
    }
    tell(source, "refunds/create", back)

    assert placed().refunded == 7


def test_a_refund_in_the_visitors_currency_alone_fails_in_words(source):
    back = refund(amount="1200.00")
    back["transactions"][0]["currency"] = "JPY"

    told = tell(source, "orders/updated", order(refunds=[back]))

    assert (told.status, told.reason) == ("failed", "The refund 9 is in another currency than the order's.")


def test_a_test_order_and_what_belongs_to_it_are_left_out_in_words(source):
    assert tell(source, "orders/create", order(test=True)).reason == "A test order of the shop's own."

    for topic, body in (("refunds/create", refund(amount="5.00")), ("fulfillments/create", parcel()),
                        ("fulfillment_events/create", arrival()), ("orders/delete", {"id": 501})):  # fmt: skip
        told = tell(source, topic, body)
        assert (told.status, told.reason) == ("ignored", "Its order was left out: A test order of the shop's own.")
    assert not Customer.objects.exists()


def test_a_sale_at_the_till_to_nobody_is_left_out_until_somebody_is_named(source):
    nobody = order(customer=None, email="", contact_email=None, phone=None, billing_address=None, shipping_address=None)
    told = tell(source, "orders/create", nobody)
    assert told.reason == "Nobody is named in it: no customer, email address or phone number."
    assert tell(source, "fulfillments/create", parcel()).status == "ignored"

    tell(source, "orders/updated", order(fulfillments=[parcel()]))
    assert tell(source, "refunds/create", refund(amount="5.00")).status == "applied"

    assert placed().shipped_at
    assert Customer.objects.count() == 1


def test_shuffled_and_doubled_it_comes_to_the_same(source):
    back = refund(lines=[(MUG, 1)], amount="7.00")
    bodies = [
        ("fulfillment_events/create", arrival()),
        ("refunds/create", back),
        ("orders/paid", order(financial_status="paid", updated_at=LATER)),
        ("fulfillments/create", parcel()),
        ("orders/create", order()),
    ]
    for topic, body in bodies * 2:
        post(source, topic, body)
    while apply():
        pass

    assert set(Delivery.objects.values_list("status", flat=True)) == {"applied"}
    assert kinds() == ["order.delivered", "order.paid", "order.placed", "order.returned", "order.shipped"]
    assert (placed().refunded, lines()) == (7, {"K-1": (2, 0), "M-1": (1, 1)})
