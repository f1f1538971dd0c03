"""Once an hour WooCommerce is asked what changed, for a webhook of its that failed is lost for good."""

import datetime as dt

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from crm.intake.history import runs
from crm.models import FetchRun, Source
from crm.tasks import fetch_from_shops
from tests.conftest import NOW, make_order
from tests.crm.history.conftest import fetch_all, row, step
from tests.shop_server import Trouble

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def gmt(moment):
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def changed(number, /, *, created=NOW - HOUR, modified=NOW - HOUR, **more):
    return row(number, date_created_gmt=gmt(created), date_modified_gmt=gmt(modified), **more)


@pytest.fixture
def connected(woo_source):
    Source.objects.update(created_at=NOW - 3 * HOUR)
    return woo_source


def catch_up(now=NOW):
    began = runs.begin_catching_up(now)
    fetch_all(now)
    return began


def test_what_changed_since_the_source_was_connected_comes_first(connected, server):
    long_ago = NOW - 30 * 24 * HOUR
    server.rows["orders"] = [changed(1, created=long_ago, modified=long_ago), changed(2), changed(3)]
    server.rows["products"] = [changed(4)]

    assert catch_up() == 1

    assert {query["modified_after"] for query in server.asked("/orders")} == {gmt(NOW - 4 * HOUR)}
    assert dict(connected.deliveries.values_list("subject", "is_historic")) == {
        "order 2": False, "order 3": False, "product 4": False,
    }  # fmt: skip


def test_once_an_hour_from_where_the_last_time_began(connected, server):
    assert catch_up() == 1
    assert catch_up(NOW + HOUR / 2) == 0
    server.requests.clear()

    assert catch_up(NOW + HOUR) == 1

    assert {query["modified_after"] for query in server.asked("/products")} == {gmt(NOW - HOUR)}
    assert FetchRun.objects.get().caught_up_at == NOW + HOUR


def test_the_mark_stays_where_it_was_until_all_pages_are_in(connected, server):
    catch_up()
    server.rows["orders"] = [changed(number) for number in range(1, 6)]
    later = NOW + HOUR
    runs.begin_catching_up(later)
    while len(server.asked("/orders")) < 3:
        step(later)
    server.fail(Trouble(401))
    fetch_all(later)
    run = FetchRun.objects.get()
    assert (run.status, run.caught_up_at, connected.deliveries.count()) == ("stopped", NOW, 4)

    assert catch_up(later + HOUR) == 1

    run.refresh_from_db()
    assert (run.status, run.caught_up_at, connected.deliveries.count()) == ("done", later + HOUR, 5)
    assert {query["modified_after"] for query in server.asked("/orders")[-3:]} == {gmt(NOW - HOUR)}


def test_while_one_is_under_way_no_other_begins(connected, server):
    runs.begin_catching_up(NOW)
    server.fail(Trouble(503))
    step()

    assert runs.begin_catching_up(NOW + 5 * HOUR) == 0


def test_the_same_change_is_kept_once(connected, server):
    server.rows["orders"] = [changed(1)]
    catch_up()
    catch_up(NOW + HOUR)
    assert connected.deliveries.count() == 1

    server.rows["orders"] = [changed(1, modified=NOW + HOUR)]
    catch_up(NOW + 2 * HOUR)

    assert connected.deliveries.count() == 2


@pytest.mark.parametrize(
    ("created", "modified", "is_known", "is_historic"),
    [
        pytest.param(2, 2, False, False, id="placed within a day"),
        pytest.param(72, 2, False, True, id="an old order heard of for the first time"),
        pytest.param(72, 2, True, False, id="an old order that is known changed within a day"),
        pytest.param(72, 30, True, True, id="changed more than a day ago"),
    ],
)
def test_what_happened_within_a_day_rings(connected, server, shop, created, modified, is_known, is_historic):
    Source.objects.update(created_at=NOW - 100 * HOUR, id_prefix="B-")
    server.rows["orders"] = [changed(7, created=NOW - created * HOUR, modified=NOW - modified * HOUR, number="1007")]
    if is_known:
        make_order(number="B-1007")

    catch_up()

    assert connected.deliveries.get().is_historic is is_historic


def test_new_customers_are_found_from_the_end_and_old_ones_left(connected, server):
    long_ago = NOW - 30 * 24 * HOUR
    server.rows["customers"] = [changed(number, created=long_ago, modified=long_ago) for number in range(1, 8)]
    server.rows["customers"] += [changed(8), changed(9), changed(10)]

    catch_up()

    assert [(query["order"], query["page"]) for query in server.asked("/customers")] == [("desc", "1"), ("desc", "2")]
    assert sorted(connected.deliveries.values_list("subject", flat=True)) == [
        "customer 10", "customer 8", "customer 9",
    ]  # fmt: skip


def test_sources_that_are_paused_or_have_no_key_are_left(connected, server):
    Source.objects.update(is_paused=True)
    assert runs.begin_catching_up(NOW) == 0

    Source.objects.update(is_paused=False, api_user="")
    assert runs.begin_catching_up(NOW) == 0

    Source.objects.update(api_user="ck", kind="shopify")
    assert runs.begin_catching_up(NOW) == 0
    assert server.requests == []


def test_the_task_of_the_schedule_begins_and_fetches(connected, server):
    server.rows["products"] = [changed(1, created=timezone.now(), modified=timezone.now())]

    fetch_from_shops()

    assert PeriodicTask.objects.get(task=runs.BELL).interval.every == 5
    assert FetchRun.objects.get().status == "done"
    assert dict(connected.deliveries.values_list("subject", "is_historic")) == {"product 1": False}
