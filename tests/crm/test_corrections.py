"""An order told otherwise later, by every way in: it is reconciled, or refused in words, and never kept in silence."""

import datetime as dt
from decimal import Decimal

import pytest

from crm.intake.facts import OrderFact, RefundFact
from crm.intake.files.import_file import import_file
from crm.intake.recording import record_fact
from crm.models import CustomerStats, Event, Order, Source
from crm.orders import orders
from crm.orders.catalogue import LineData
from crm.orders.correcting import correct_figures, take_back
from crm.orders.returns import returns_of, undo_return
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

PLACED = NOW - dt.timedelta(days=9)
BEFORE, AFTER = NOW - dt.timedelta(days=3), NOW - dt.timedelta(days=1)
KETTLES = LineData("K-1", Decimal(2), Decimal(50))
LINE = {"sku": "K-1", "quantity": "2", "price": "50"}


@pytest.fixture
def order():
    return make_order(number="R-1", customer=make_customer(external_id="1"), lines=[KETTLES], placed_at=PLACED)


@pytest.fixture
def load(tmp_path):
    def load(**cells):
        cells = {"order_number": "R-1", "customer_id": "1", "placed_at": PLACED.isoformat(), "total": "100"} | cells
        path = tmp_path / "orders.csv"
        path.write_text(f"{','.join(cells)}\n{','.join(cells.values())}\n")
        return import_file("orders", path, now=NOW)

    return load


def state():
    order = Order.objects.get()
    back = [line.returned_quantity for line in order.lines.order_by("pk")]
    return order.total, order.refunded, back


def give_back(order, amount):
    """All of it, or part of its money."""
    orders.return_goods(order, at=BEFORE, **({"amount": Decimal(amount)} if amount else {}))


@pytest.mark.parametrize(
    ("before", "cells", "after"),
    [
        pytest.param("20", {"returned_at": "2026-03-09"}, (100, 100, [2]), id="all after part"),
        pytest.param(None, {"total": "120"}, (120, 120, [2]), id="a total raised after all"),
        pytest.param(None, {"total": "90"}, (90, 90, [2]), id="a total lowered after all"),
        pytest.param(None, {"total": "90", "returned_at": "2026-03-09"}, (90, 90, [2]), id="and told with the return"),
        pytest.param(None, {"total": "120", "returned_at": "2026-03-09"}, (120, 120, [2]), id="the same upwards"),
        pytest.param(None, {"total": "120", "refunded": "100"}, (120, 100, [2]), id="unless the refund is told"),
        pytest.param("20", {"total": "90"}, (90, 20, [0]), id="a total lowered above a part"),
        pytest.param(
            "20", {"refunded": "50", "returned_at": "2026-03-09"}, (100, 50, [0]), id="more money than before"
        ),
        pytest.param(
            "20", {"refunded": "100", "returned_at": "2026-03-09"}, (100, 100, [2]), id="all the money is all of it"
        ),
        pytest.param("20", LINE | {"quantity": "3", "total": "150"}, (150, 20, [0]), id="more goods"),
        pytest.param(None, LINE | {"quantity": "3", "total": "150"}, (150, 100, [2]), id="goods added after all"),
    ],
)
def test_a_later_file_is_reconciled(order, load, before, cells, after):
    give_back(order, before)
    for _turn in range(2):
        assert load(**cells).problems == []

        assert state() == after
    assert CustomerStats.objects.get().revenue == after[0] - after[1]


@pytest.mark.parametrize(
    ("before", "cells", "why"),
    [
        ("20", {"total": "10"}, "total, “10”: is less than what was already refunded"),
        ("50", {"refunded": "20", "returned_at": "2026-03-09"}, "refunded, “20”: is less than was already refunded"),
        ("50", {"refunded": "0"}, "refunded, “0”: is less than was already refunded"),
        (None, {"refunded": "50", "returned_at": "2026-03-09"}, "refunded, “50”: is less than was already refunded"),
        (None, LINE | {"returned_quantity": "1", "returned_at": "2026-03-09"}, "returned_quantity, “K-1”: less of it"),
        (None, LINE | {"quantity": "1", "price": "100"}, "quantity, “K-1”: more of it came back than the order would"),
        (None, LINE | {"sku": "M-1"}, "quantity, “K-1”: more of it came back than the order would hold"),
        (None, {"status": "delivered"}, "status, “delivered”: contradicts what is known: all of the order came back"),
        ("20", LINE | {"returned_quantity": "3", "returned_at": "2026-03-09"}, "returned_quantity, “3”: is more than"),
        ("20", {"refunded": "101", "returned_at": "2026-03-09"}, "refunded, “101”: is more than the order came to"),
    ],
)
def test_what_a_later_file_cannot_mean_is_refused(order, load, before, cells, why):
    give_back(order, before)
    known = state()

    report = load(**cells)

    assert why in str(report.problems[0])
    assert (len(report.problems), state()) == (1, known)


def test_goods_told_anew_keep_what_came_back_of_them(order, load):
    orders.return_goods(order, at=BEFORE, lines={"K-1": Decimal(1)})

    assert load(**LINE | {"quantity": "3", "total": "150"}).problems == []

    assert state() == (150, 50, [1])


def test_all_that_came_back_after_a_part_is_told_as_the_rest(order, load):
    give_back(order, "20")
    load(returned_at="2026-03-09")

    told = Event.objects.filter(kind="order.returned").order_by("occurred_at").values_list("properties__amount")
    assert [amount for (amount,) in told] == ["20.00", "80.00"]


def test_a_return_undone_here_is_not_brought_back_by_an_old_file(order, load):
    load(returned_at="2026-03-07")
    undo_return(order, returns_of(order)[0].key, at=AFTER)

    assert "returned_at, “2026-03-07 00:00:00+00”: was undone in Encore later" in str(
        load(returned_at="2026-03-07").problems[0]
    )
    assert state() == (100, 0, [0])
    assert load(returned_at="2026-03-10").problems == []
    assert state() == (100, 100, [2])


@pytest.mark.parametrize("moment", ["paid_at", "shipped_at", "delivered_at"])
def test_what_happens_after_the_cancelling_brings_an_order_back(order, load, moment):
    orders.cancel(order, at=BEFORE)

    for _turn in range(2):
        assert load(**{moment: AFTER.isoformat()}).problems == []

    order.refresh_from_db()
    assert (order.cancelled_at, getattr(order, moment)) == (None, AFTER)
    assert Event.objects.get(kind="order.undone").properties["moment"] == "cancelled"
    assert CustomerStats.objects.get().orders_count == 1


@pytest.mark.parametrize(
    ("cells", "is_refused"),
    [
        ({"status": "paid"}, True),
        ({"status": "delivered", "paid_at": "2026-03-02"}, True),
        ({"status": "cancelled", "paid_at": "2026-03-02"}, False),
        ({"paid_at": "2026-03-02"}, False),
        ({"cancelled_at": BEFORE.isoformat(), "paid_at": AFTER.isoformat()}, False),
    ],
)
def test_a_cancelled_order_does_not_come_back_by_old_news(order, load, cells, is_refused):
    orders.cancel(order, at=BEFORE)

    report = load(**cells)

    assert bool(report.problems) is is_refused
    assert not is_refused or "the order was cancelled, and nothing is told that happened later" in str(report.problems)
    assert Order.objects.get().cancelled_at is not None


def test_a_cancelling_undone_here_is_not_brought_back_by_an_old_file(order, load):
    orders.cancel(order, at=BEFORE)
    take_back(order, "cancelled_at", at=AFTER)

    assert "was undone in Encore later than that" in str(load(cancelled_at=BEFORE.isoformat()).problems[0])
    assert Order.objects.get().cancelled_at is None


def by_hand(order, **told):
    correct_figures(order, told_at=NOW, **told)


def by_a_source(order, **told):
    source, _is_new = Source.objects.get_or_create(kind="webhook", name="Till")
    record_fact(OrderFact(number=order.number, told_at=NOW, **told), source, NOW)


@pytest.mark.parametrize("way", [by_hand, by_a_source])
@pytest.mark.parametrize(
    ("before", "told", "after"),
    [
        (None, {"total": Decimal(120)}, (120, 120, [2])),
        (None, {"total": Decimal(90)}, (90, 90, [2])),
        (None, {"total": Decimal(90), "lines": (KETTLES,)}, (90, 90, [2])),
        ("20", {"total": Decimal(90)}, (90, 20, [0])),
        (
            None,
            {"total": Decimal(150), "lines": (KETTLES, LineData("M-1", Decimal(1), Decimal(50)))},
            (150, 100, [2, 0]),
        ),
    ],
)
def test_figures_told_anew_leave_no_revenue_of_what_all_came_back(order, way, before, told, after):
    give_back(order, before)

    way(order, **told)

    assert state() == after
    assert CustomerStats.objects.get().revenue == after[0] - after[1]


@pytest.mark.parametrize("way", [by_hand, by_a_source])
@pytest.mark.parametrize(
    ("before", "told", "why"),
    [
        ("20", {"total": Decimal(10)}, "less than the 20.00 already refunded"),
        (None, {"lines": (LineData("K-1", Decimal(1), Decimal(100)),)}, "more of K-1 came back than it would hold"),
    ],
)
def test_figures_that_cannot_be_are_refused(order, way, before, told, why):
    give_back(order, before)
    known = state()

    with pytest.raises(ValueError, match=why):
        way(order, **told)

    assert state() == known


def test_the_only_return_undone_gives_back_what_was_corrected_since(order):
    give_back(order, None)
    by_hand(order, total=Decimal(120))

    undo_return(order, returns_of(order)[0].key, at=NOW)

    assert state() == (120, 0, [0])


def test_a_source_tells_all_after_part_and_part_after_all(order):
    for key, amount in (("r-1", Decimal(20)), ("r-2", None), ("r-3", Decimal(50))):
        by_a_source(order, refunds=(RefundFact(key, AFTER, amount),))

    assert state() == (100, 100, [2])


@pytest.mark.parametrize(
    ("moments", "is_back"),
    [
        ({"paid_at": AFTER}, True),
        ({"paid_at": PLACED}, False),
        ({"paid_at": AFTER, "cancelled_at": BEFORE}, False),
        ({"cancelled_at": None}, True),
    ],
)
def test_a_source_brings_a_cancelled_order_back_by_later_news(order, moments, is_back):
    orders.cancel(order, at=BEFORE)

    for _turn in range(2):
        by_a_source(order, moments=moments)

    assert (Order.objects.get().cancelled_at is None) is is_back
