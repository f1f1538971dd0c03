"""Attribution and results of a simulated year equal what plain Python makes of the same facts."""

import datetime as dt

import pytest
from django.core.management import call_command

from chains.models import OrderAttribution, ResultsCount, ResultsOfDay, Touch
from chains.reactions.opens_and_clicks import record_click
from chains.results import rollups
from chains.results.attribution import attribute_waiting
from chains.results.reading import Results, chain_results, results_of, step_results
from chains.results.relations import SUMS
from chains.stats import service_share
from chains.stats.light import Answers, lights
from chains.stats.service_share import Share
from crm.figures.periods import Period
from crm.models import EventInbox, Shop
from crm.orders import orders
from crm.timezones import day_of
from segments.models import Segment
from tests.chains.results.world import YEAR_BEGINS, make_world, reasons_recounted, recounted

pytestmark = pytest.mark.django_db

AFTERWARDS = YEAR_BEGINS + dt.timedelta(days=400)
EVER = Period(dt.date(2025, 1, 1), dt.date(2027, 1, 1))


def counted():
    key = ("chain_id", "step_key", "segment_id", "day")
    return {
        tuple(row[name] for name in key): {name: row[name] for name in SUMS}
        for row in ResultsOfDay.objects.values(*key, *SUMS)
    }


def test_a_year_is_attributed_and_counted_as_plain_python_does(shop):
    world = make_world()
    call_command("rebuild_results")

    found = {each.order_id: (each.touch_id, each.how) for each in OrderAttribution.objects.all()}
    assert found == {order: way for order, way in world.expected.items() if way}
    assert {how for _touch, how in found.values()} == {"click", "delivery"}
    assert not EventInbox.objects.filter(consumer="results").exists()
    assert counted() == recounted()
    assert_pages_read_the_same(world.chains[0])
    for chain in world.chains:
        assert_share_and_light_are_those_of_the_touches(chain, YEAR_BEGINS + dt.timedelta(days=300))
    assert_a_second_time_changes_nothing()


def assert_pages_read_the_same(chain):
    mine = {key: row for key, row in counted().items() if key[0] == chain.pk and key[2] is None}
    whole, steps = results_of(chain, EVER), step_results(chain, EVER)

    assert whole == chain_results(EVER)[chain.pk]
    assert whole.entered == sum(row["entered"] for key, row in mine.items() if not key[1])
    assert whole.sent == sum(step.sent for step in steps.values()) == sum(row["sent"] for row in mine.values()) > 0
    assert whole.revenue == sum(row["revenue_by_click"] + row["revenue_by_delivery"] for row in mine.values()) > 0
    assert whole.revenue_per_recipient == whole.revenue / whole.delivered
    refused = Touch.objects.filter(status__in=["skipped", "failed", "missed"], chain=chain)
    assert sum(count for step in steps.values() for _reason, count in step.not_sent) == refused.count()
    fans = Segment.objects.get(name="Kettle fans")
    assert 0 < results_of(chain, EVER, fans).sent < whole.sent
    assert reasons_read(chain, None) == reasons_recounted(chain, None)
    assert reasons_read(chain, fans)
    assert reasons_read(chain, fans) == reasons_recounted(chain, fans)
    assert results_of(chain, Period(dt.date(2020, 1, 1), dt.date(2020, 1, 2))) == Results()


def reasons_read(chain, segment):
    return {
        (key, reason): count
        for key, step in step_results(chain, EVER, segment).items()
        for reason, count in step.not_sent
    }


def assert_share_and_light_are_those_of_the_touches(chain, now):
    def sent_in(days):
        first = day_of(now) - dt.timedelta(days=days - 1)
        touches = Touch.objects.filter(chain=chain, status="sent")
        return [touch for touch in touches if first <= day_of(touch.sent_at) <= day_of(now)]

    useful = [touch for touch in sent_in(90) if touch.purpose == "service" or touch.topic == "recipes"]
    lately = sent_in(30)
    ways = [
        sum(getattr(touch, f"{way}_at") is not None for touch in lately)
        for way in ("replied", "unsubscribed", "complained")
    ]

    assert service_share.of_chain(chain, now) == Share(len(useful), len(sent_in(90)))
    assert 0 < len(useful) < len(sent_in(90))
    assert lights([chain], Shop.load(), now)[chain.pk].answers == Answers(len(lately), *ways)


def assert_a_second_time_changes_nothing():
    before = set(ResultsOfDay.objects.values_list("pk")), set(OrderAttribution.objects.values_list())

    attribute_waiting(AFTERWARDS)
    rollups.rebuild(AFTERWARDS)

    assert (set(ResultsOfDay.objects.values_list("pk")), set(OrderAttribution.objects.values_list())) == before


def test_what_changes_later_is_counted_without_counting_everything(shop):
    make_world()
    assert rollups.refresh(AFTERWARDS)
    count = ResultsCount.objects.get()
    orders.cancel(OrderAttribution.objects.filter(order__cancelled_at=None).first().order, at=AFTERWARDS)
    clicked = Touch.objects.filter(status="sent", clicked_at=None, channel="email").earliest("sent_at")
    Touch.objects.filter(pk=clicked.pk).update(links=["https://example.com/"])
    record_click(Touch.objects.get(pk=clicked.pk), 0, at=AFTERWARDS, by_machine=False)

    days = rollups.changed_days(count, AFTERWARDS)
    rollups.count_days(days, AFTERWARDS)

    assert len(days) < ResultsOfDay.objects.values("day").distinct().count()
    assert counted() == recounted()
    assert rollups.refresh(AFTERWARDS + dt.timedelta(hours=25))
    assert ResultsCount.objects.get().everything_counted_at == AFTERWARDS + dt.timedelta(hours=25)


def test_nothing_is_divided_by_nothing():
    assert (Results().revenue_per_recipient, Results().percent("clicked"), Results().percent("delivered")) == (
        None,
    ) * 3
