"""The past of a shop comes in by its REST API, over HTTP from a server that pages, throttles and dies."""

import datetime as dt
from collections import Counter

import pytest

from crm.intake import deliveries
from crm.intake.facts import CustomerFact, OrderFact
from crm.intake.history import history, runs, shopify
from crm.intake.history.asking import LONGEST_RETRY_AFTER, ask_shop, retry_after
from crm.models import CustomerStats, Delivery, Event, EventInbox, FetchRun, Order, Source
from crm.models.fetch_run import CLAIM_LASTS
from tests.conftest import NOW
from tests.crm.history.conftest import LONG_AGO, fetch_all, filled, row, step
from tests.shop_server import Trouble, cut_in_the_middle, slow

pytestmark = pytest.mark.django_db


def begin(source, server, now=NOW):
    runs.bring_in_past(source, now)
    server.requests.clear()
    return FetchRun.objects.get(purpose="past")


def kept(source):
    return Counter(source.deliveries.values_list("topic", flat=True))


def test_everything_comes_page_by_page_once_as_history(source, server):
    run = begin(source, filled(server))

    fetch_all()
    runs.bring_in_past(source, NOW)
    fetch_all()

    run.refresh_from_db()
    assert (run.status, run.finished_at, run.caught_up_at) == ("done", NOW, NOW)
    assert run.fetched == run.totals == {"customers": 3, "products": 1, "orders": 5}
    topics = {
        "shopify": {"customers/update": 3, "products/update": 1, "orders/updated": 5},
        "woocommerce": {"customer.updated": 3, "product.updated": 1, "order.updated": 5},
    }
    assert kept(source) == topics[source.kind]
    assert set(source.deliveries.values_list("is_historic", "status")) == {(True, "waiting")}
    last = source.deliveries.latest("pk")
    assert (last.subject, last.payload) == ("order 5", server.rows["orders"][-1])


def test_each_page_is_asked_for_once(woo_source, shopify_source, server):
    filled(server, customers=0, products=0, orders=5)
    begin(woo_source, server)
    fetch_all()
    assert [query["page"] for query in server.asked("/orders")] == ["1", "2", "3"]
    assert {(query["orderby"], query["order"], query["per_page"]) for query in server.asked("/orders")} == {
        ("id", "asc", "100")
    }

    runs.bring_in_past(shopify_source, NOW)
    server.requests.clear()
    fetch_all()
    assert server.asked("/orders/count.json") == [{"status": "any"}]
    assert server.asked("/orders.json") == [
        {"since_id": "0", "limit": "250", "status": "any"},
        {"page_info": "after-2", "limit": "250"},
        {"page_info": "after-4", "limit": "250"},
    ]


def test_what_was_created_after_the_button_was_pressed_is_of_now(source, server):
    later = "2026-03-10T12:05:00"
    server.rows["orders"] = [
        row(1),
        row(2, created_at=f"{later}Z", updated_at=f"{later}Z", date_created_gmt=later, date_modified_gmt=later),
    ]
    begin(source, server)

    fetch_all()

    assert dict(source.deliveries.values_list("subject", "is_historic")) == {"order 1": True, "order 2": False}


def test_refunds_of_woocommerce_are_asked_for_order_by_order(woo_source, server):
    server.rows["orders"] = [row(1), row(2, refunds=[{"id": 8, "total": "-5.00"}]), row(3, refunds=[{"id": 9}])]
    server.refunds[2] = [
        {"id": number, "date_created_gmt": LONG_AGO, "amount": "5.00", "line_items": []} for number in (6, 7, 8)
    ]
    begin(woo_source, server)

    fetch_all()

    assert [query["page"] for query in server.asked("/orders/2/refunds")] == ["1", "2"]
    assert len(server.asked("/orders/3/refunds")) == 1
    assert len(server.asked("/refunds")) == 3
    refunds = woo_source.deliveries.filter(topic="refund.created").order_by("pk")
    assert [(one.payload["id"], one.payload["order_id"], one.subject) for one in refunds] == [
        (6, 2, "order 2"), (7, 2, "order 2"), (8, 2, "order 2"),
    ]  # fmt: skip
    run = FetchRun.objects.get()
    assert (run.status, run.fetched["orders"], run.totals["orders"]) == ("done", 3, 3)


def test_what_moves_up_when_an_order_is_deleted_is_not_missed(woo_source, server):
    filled(server, customers=0, products=0, orders=7)
    begin(woo_source, server)
    while not server.asked("/orders"):
        step()

    del server.rows["orders"][0]
    fetch_all()

    assert sorted(woo_source.deliveries.values_list("subject", flat=True)) == [f"order {n}" for n in range(1, 8)]
    assert [query["page"] for query in server.asked("/orders")] == ["1", "2", "1", "2", "3"]


def test_a_cursor_that_shopify_forgot_is_replaced_by_the_last_id(shopify_source, server):
    filled(server, customers=0, products=0, orders=5)
    begin(shopify_source, server)
    while not server.asked("/orders.json"):
        step()

    server.fail(Trouble(400, b'{"errors": {"page_info": "Invalid value."}}'))
    fetch_all()

    assert kept(shopify_source) == {"orders/updated": 5}
    assert server.asked("/orders.json")[2] == {"since_id": "2", "limit": "250", "status": "any"}
    assert FetchRun.objects.get().status == "done"


def test_shopify_is_left_alone_before_its_bucket_runs_over(shopify_source, server):
    run = begin(shopify_source, filled(server))
    server.bucket = "38/40"

    assert [step(), step()] == [True, False]

    run.refresh_from_db()
    assert (run.status, run.due_at - NOW) == ("running", dt.timedelta(seconds=9))
    assert len(server.requests) == 1
    assert step(run.due_at)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("1/40", 0), ("31/40", 0), ("32/40", 6), ("40/40", 10), ("64/80", 6), ("", 0), ("40", 0), ("9/0", 0)],
)
def test_how_long_a_bucket_takes_to_drain(said, seconds):
    assert shopify.pause_after(said).total_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("status", "headers", "least", "most"),
    [
        (429, {"Retry-After": "2.0"}, 2, 2.5),
        (429, {"Retry-After": "Tue, 10 Mar 2026 12:10:00 GMT"}, 600, 750),
        (429, {}, 15, 18.75),
        (503, {"Retry-After": "120"}, 120, 150),
        (500, {}, 15, 18.75),
    ],
)
def test_a_busy_or_failing_shop_is_asked_again_when_it_says_so(source, server, status, headers, least, most):
    run = begin(source, filled(server))
    server.fail(Trouble(status, b"<h1>Wait</h1>", headers))

    assert [step(), step()] == [True, False]

    run.refresh_from_db()
    assert (run.status, run.failures) == ("paused", 1)
    assert str(status) in run.reason
    assert least <= (run.due_at - NOW).total_seconds() <= most
    later = NOW + dt.timedelta(hours=1)
    fetch_all(later)
    run.refresh_from_db()
    assert (run.status, run.failures, run.reason) == ("done", 0, "")
    assert source.deliveries.count() == 9


def test_each_failure_in_a_row_doubles_the_wait_up_to_an_hour(source, server):
    run = begin(source, server)
    server.fail(*[Trouble(500)] * 12)
    waits = []
    for _failure in range(12):
        step(run.due_at)
        before = run.due_at
        run.refresh_from_db()
        waits.append((run.due_at - before).total_seconds())

    least = [min(15 * 2**failure, 3600) for failure in range(12)]
    assert all(low <= wait <= low * 1.25 for low, wait in zip(least, waits, strict=True))
    assert run.failures == 12


@pytest.mark.parametrize(("said", "wait"), [("-5", dt.timedelta()), ("9999999", LONGEST_RETRY_AFTER)])
def test_a_strange_retry_after_is_held_within_bounds(said, wait):
    assert retry_after(said, NOW) == wait


@pytest.mark.parametrize("said", ["", "soon", "nan", "1e400", "Tue, 10 Mar 2026 12:01:00 +99999999999999999999"])
def test_a_retry_after_that_says_nothing_is_none(said):
    assert retry_after(said, NOW) is None


@pytest.mark.parametrize(
    "trouble",
    [cut_in_the_middle(), Trouble(200, b"<html>Maintenance</html>"), Trouble(200, b"7"), Trouble(200, b"[" * 100_000)],
    ids=["cut", "not JSON", "no list", "too deep"],
)
def test_an_answer_that_cannot_be_read_is_asked_for_again(source, server, trouble):
    run = begin(source, filled(server))
    server.fail(trouble)

    step()

    run.refresh_from_db()
    assert (run.status, run.reason != "", source.deliveries.count()) == ("paused", True, 0)
    fetch_all(run.due_at)
    assert source.deliveries.count() == 9


def test_a_link_that_cannot_be_read_is_asked_for_again(shopify_source, server):
    run = begin(shopify_source, server)
    step()
    server.fail(Trouble(200, b'{"customers": []}', {"Link": '<http://[x?page_info=1>; rel="next"'}))

    step()

    run.refresh_from_db()
    assert (run.status, run.failures) == ("paused", 1)


def test_a_shop_that_is_too_slow_or_away_is_asked_again(source, server):
    run = begin(source, server)
    server.fail(slow(0.2))
    step(answer_seconds=0.05)
    run.refresh_from_db()
    assert (run.status, run.failures) == ("paused", 1)

    Source.objects.update(site_address="http://127.0.0.1:9")
    step(run.due_at)

    run.refresh_from_db()
    assert (run.status, run.failures) == ("paused", 2)
    assert "does not answer" in run.reason


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Trouble(401, b'{"message": "Consumer key is invalid."}'), "copy it again (401). “Consumer key is invalid.”"),
        (Trouble(403, b"<h1>Forbidden</h1>"), "may not read customers: give it that right"),
        (Trouble(404, b"<h1>Not found</h1>"), "check the address of the shop (404)"),
        (Trouble(402, b'{"errors": "Unavailable Shop"}'), "refuses to tell customers (402). “Unavailable Shop”"),
        (Trouble(301, headers={"Location": "https://www.cups.example/x"}), "sends us on to https://www.cups.example/x"),
        (Trouble(200, b'"' + b"x" * 2_000 + b'"'), "larger than"),
    ],
    ids=["unknown key", "no right", "no such address", "other", "redirect", "too large"],
)
def test_what_only_staff_can_mend_stops_it_in_words(source, server, trouble, words, monkeypatch):
    monkeypatch.setattr("crm.intake.history.asking.MOST_BYTES", 1_000)
    run = begin(source, server)
    server.fail(trouble)

    assert [step(), step(NOW + dt.timedelta(days=1))] == [True, False]

    run.refresh_from_db()
    assert (run.status, len(server.requests)) == ("stopped", 1)
    assert words in run.reason


def test_stopped_it_goes_on_where_it_was(source, server):
    run = begin(source, filled(server))
    while not source.deliveries.exists():
        step()

    runs.stop(source)
    assert not step()
    with pytest.raises(ValueError, match="Nothing is being brought in"):
        runs.stop(source)
    runs.go_on(source, NOW)
    server.requests.clear()
    fetch_all()

    run.refresh_from_db()
    assert run.status == "done"
    assert source.deliveries.count() == 9
    first = server.requests[0][1]
    assert first.get("page_info", first.get("page")) == {"shopify": "after-2", "woocommerce": "2"}[source.kind]


def test_a_page_that_comes_after_the_stop_is_not_kept(source, server, monkeypatch):
    run = begin(source, filled(server))

    def stopped_meanwhile(*asked):
        answer = ask_shop(*asked)
        runs.stop(source)
        return answer

    monkeypatch.setattr(history, "ask_shop", stopped_meanwhile)
    step()

    run.refresh_from_db()
    assert (run.status, run.cursor, run.totals, source.deliveries.count()) == ("stopped", {}, {}, 0)


def test_what_a_dead_worker_held_is_taken_over_after_a_while(source, server, monkeypatch):
    begin(source, filled(server))

    def die(*_asked):
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(history, "ask_shop", die)
        with pytest.raises(KeyboardInterrupt):
            step()

    assert not step(NOW + CLAIM_LASTS)
    assert step(NOW + CLAIM_LASTS + dt.timedelta(seconds=1))


def test_it_waits_while_its_source_is_paused(source, server):
    begin(source, filled(server))
    Source.objects.update(is_paused=True)

    assert not step()
    assert server.requests == []


def test_a_second_press_is_refused_and_begins_nothing(source, server):
    begin(source, filled(server))
    step()

    with pytest.raises(ValueError, match="already"):
        runs.bring_in_past(source, NOW)

    assert FetchRun.objects.get().status == "running"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"api_secret": "wrong"}, "does not know the key"),
        ({"api_secret": "cs_\N{CYRILLIC SMALL LETTER ES}"}, "characters that no key has"),
        ({"api_secret": ""}, "Enter the address of the shop and the key"),
        ({"site_address": ""}, "Enter the address of the shop and the key"),
        ({"site_address": "http://cups.example"}, "has to begin with https://"),
        ({"site_address": "http://127.0.0.1:9"}, "does not answer"),
    ],
)
def test_what_is_wrong_with_the_key_or_address_is_said_at_once(source, server, changes, words):
    for name, value in changes.items():
        setattr(source, name, value)

    with pytest.raises(ValueError, match=words):
        runs.bring_in_past(source, NOW)

    assert not FetchRun.objects.exists()


def test_private_addresses_are_refused(source, settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = False

    with pytest.raises(ValueError, match="private address"):
        runs.bring_in_past(source, NOW)


def test_what_the_database_cannot_keep_is_left_out_and_the_rest_is_kept(source, server):
    server.rows["orders"] = [row(1, note="a\0b", half="\ud800", big=float("inf"), nested=[{"x\0": 1}])]
    begin(source, server)

    fetch_all()

    payload = source.deliveries.get().payload
    assert (payload["note"], payload["half"], payload["big"], payload["nested"]) == ("ab", "?", None, [{"x": 1}])


def test_historic_orders_start_nothing_and_are_counted(source, server, shop):
    server.rows["orders"] = [row(number, total="100.00", email="ann@example.com") for number in (1, 2)]
    begin(source, server)
    fetch_all()

    def tells_an_order(delivery):
        told = delivery.payload
        customer = CustomerFact(email=told["email"])
        placed = dt.datetime.fromisoformat(told["created_at"])
        return [OrderFact(number=str(told["id"]), customer=customer, placed_at=placed, total=told["total"])]

    assert deliveries.apply_due(NOW, tells_an_order) == {Delivery.Status.APPLIED: 2}
    assert Order.objects.count() == 2
    assert CustomerStats.objects.get().orders_count == 2
    assert Event.objects.filter(is_historic=True).count() == 2
    assert not EventInbox.objects.exists()


def test_runs_of_two_shops_take_turns(shopify_source, woo_source, server):
    filled(server)
    runs.bring_in_past(shopify_source, NOW - dt.timedelta(seconds=2))
    runs.bring_in_past(woo_source, NOW - dt.timedelta(seconds=1))
    server.requests.clear()

    for second in range(4):
        step(NOW + dt.timedelta(seconds=second))

    assert [path.split("/")[1] for path, _query in server.requests] == ["admin", "wp-json", "admin", "wp-json"]
