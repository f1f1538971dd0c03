import datetime as dt
from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.customers import merge
from crm.figures import stats
from crm.models import Customer, CustomerStats, Order, OrderStanding
from crm.orders import orders
from crm.orders.orders import LineData
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db


def recount(customer):
    """The figures of one customer in plain Python, as crm.figures.stats defines them."""
    counted = sorted(customer.orders.filter(cancelled_at=None), key=lambda order: (order.placed_at, order.pk))
    standings, previous = {}, None
    for ordinal, order in enumerate(counted, start=1):
        net = order.total - order.refunded
        kept = [(line.quantity - line.returned_quantity, line.cost) for line in order.lines.all()]
        margin = None
        if kept and all(cost is not None or not quantity for quantity, cost in kept):
            margin = net - sum(quantity * (cost or 0) for quantity, cost in kept)
            margin = margin.quantize(Decimal("0.01"), ROUND_HALF_UP)
        standings[order.pk] = (customer.pk, order.placed_at, ordinal, previous, net, margin)
        previous = order.placed_at
    moments = [order.placed_at for order in counted]
    gaps = [(late - early) / dt.timedelta(days=1) for early, late in zip(moments, moments[1:], strict=False)]
    margins = [row[5] for row in standings.values() if row[5] is not None]
    figures = (
        len(counted),
        sum(row[4] for row in standings.values()),
        sum(margins) if margins else None,
        sum(order.returned_at is not None for order in counted),
        min(moments, default=None),
        max(moments, default=None),
        pytest.approx(median(gaps)) if gaps else None,
    )
    return figures, standings


def assert_figures_are_right():
    standings = {
        row.order_id: (row.customer_id, row.placed_at, row.ordinal, row.previous_at, row.net_revenue, row.margin)
        for row in OrderStanding.objects.all()
    }
    expected = {}
    for customer in Customer.objects.all():
        figures, of_customer = recount(customer)
        expected |= of_customer
        kept = CustomerStats.objects.filter(customer=customer).values_list(
            "orders_count", "revenue", "margin", "returns_count", "first_order_at", "last_order_at", "median_gap_days"
        )
        assert list(kept) in ([figures], []), customer
        assert kept or not figures[0]
    assert standings == expected


money = st.decimals(0, 500, places=2)
lines = st.lists(
    st.builds(
        LineData,
        sku=st.sampled_from(["a", "b", "c"]),
        quantity=st.decimals("0.001", 9, places=3),
        price=st.decimals(0, 99, places=4),
        cost=st.none() | st.decimals(0, 99, places=4),
    ),
    min_size=1,
    max_size=3,
)
moments = st.integers(0, 60 * 24 * 400).map(lambda minutes: NOW - dt.timedelta(minutes=minutes))
places = st.tuples(st.just("place"), st.integers(0, 2), moments, lines | money)
verbs = st.sampled_from(["cancel", "whole", "part", "refund", "deliver"])
changes = st.tuples(verbs, st.integers(0, 9), moments, money)
merges = st.tuples(st.just("merge"), st.integers(0, 2), moments, st.integers(0, 2))


def happen(story, customers):
    for number, (verb, which, at, what) in enumerate(story):
        known = list(Order.objects.order_by("pk"))
        if verb == "place":
            told = {"lines": what} if isinstance(what, list) else {"total": what}
            orders.place(f"N-{number}", customer=customers[which], placed_at=at, **told)
        elif verb == "merge":
            merge.merge(customers[which], customers[what], at=at)
        elif known:
            # More than is left of an order is refused, and then nothing happened.
            with suppress(ValueError):
                change(known[which % len(known)], verb, at, what)


def change(order, verb, at, amount):
    if verb == "cancel":
        orders.cancel(order, at=at)
    elif verb == "deliver":
        orders.deliver(order, at=at)
    elif verb == "whole":
        orders.return_goods(order, at=at)
    elif verb == "refund":
        orders.return_goods(order, at=at, amount=amount)
    else:
        skus = order.lines.values_list("product__sku", flat=True)[:1]
        orders.return_goods(order, at=at, lines=dict.fromkeys(skus, amount))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(places | places | changes | changes | merges, max_size=12))
def test_figures_equal_a_plain_recount_whatever_happened(db, story):
    with transaction.atomic():
        customers = [make_customer(consent=False) for _ in range(3)]

        happen(story, customers)

        assert_figures_are_right()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_a_customer_without_orders_has_noughts():
    customer = make_customer()

    stats.lock([customer.pk])
    stats.refresh([customer.pk])

    figures = CustomerStats.objects.get()
    assert (figures.orders_count, figures.revenue, figures.margin) == (0, 0, None)
    assert (figures.first_order_at, figures.last_order_at, figures.median_gap_days) == (None, None, None)


def test_only_the_customers_named_are_recounted():
    one, other = make_order(total=Decimal(10)), make_order(total=Decimal(20))
    Order.objects.update(total=Decimal(99))

    stats.lock([one.customer_id])
    stats.refresh([one.customer_id])

    assert CustomerStats.objects.get(customer=one.customer).revenue == 99
    assert CustomerStats.objects.get(customer=other.customer).revenue == 20


def test_rebuild_mends_whatever_was_wrong(capsys):
    for total in (10, 20, 30):
        make_order(total=Decimal(total))
    make_customer()
    CustomerStats.objects.update(revenue=1, orders_count=7)
    OrderStanding.objects.update(net_revenue=5)

    call_command("rebuild_stats")

    assert_figures_are_right()
    assert "4" in capsys.readouterr().out


def test_nobody_is_a_set_too(django_assert_num_queries):
    with django_assert_num_queries(0):
        stats.lock([])
        stats.refresh([])


@pytest.mark.parametrize("many", [1, 50])
def test_any_number_of_customers_takes_six_queries(many, django_assert_num_queries):
    ids = [make_order(total=Decimal(10)).customer_id for _ in range(many)]

    with django_assert_num_queries(6):
        stats.lock(ids)
        stats.refresh(ids)


def test_unchanged_rows_are_not_written_again():
    order = make_order(total=Decimal(10))
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM crm_orderstanding UNION ALL SELECT ctid::text FROM crm_customerstats")
        before = cursor.fetchall()

        stats.refresh([order.customer_id])

        cursor.execute("SELECT ctid::text FROM crm_orderstanding UNION ALL SELECT ctid::text FROM crm_customerstats")
        assert cursor.fetchall() == before


MANY_ORDERS = """
    WITH customer AS (
        INSERT INTO crm_customer (created_at, first_name, last_name, city, language, time_zone, source, tags,
                                  attributes, mood, muted_topics, notes)
        SELECT now(), '', '', '', '', '', '', '{}', '{}', '', '{}', '' FROM generate_series(1, 500)
        RETURNING id
    ), purchase AS (
        INSERT INTO crm_order (number, customer_id, kind, placed_at, tracking_number, currency, total, discount,
                               refunded, coupon_code, receipt_url, source, created_at)
        SELECT customer.id || '-' || n, customer.id, 'goods', now() - make_interval(days => n), '', 'EUR', 10, 0, 0,
               '', '', '', now()
        FROM customer CROSS JOIN generate_series(1, 20) AS n
    )
    SELECT id FROM customer
"""


def test_recount_goes_along_indexes_though_a_passing_analyze_saw_no_rows():
    with connection.cursor() as cursor:
        cursor.execute(MANY_ORDERS)
        ids = [pk for (pk,) in cursor.fetchall()]
        stats.lock(ids)
        stats.refresh(ids)
        # Autovacuum does this to tables that a long import is still filling.
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as passing:
            passing.execute("ANALYZE crm_order, crm_orderstanding, crm_customerstats")
        cursor.execute("EXPLAIN " + stats.WRITE_STATS, {"ids": ids})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Cond: (customer_id = wanted.id)" in plan
    assert "Index Cond: (id = standing.order_id)" in plan
    assert CustomerStats.objects.filter(orders_count=20).count() == 500
