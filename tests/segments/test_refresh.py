import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.customers.merge import merge
from crm.models import Category, Customer, Event, EventInbox, Shop
from crm.orders import orders
from crm.privacy.export import export_person
from segments.compile import matching
from segments.models import Membership, Segment, SegmentSize
from segments.refresh import refresh, refresh_due
from segments.rules import RuleError
from tests.conftest import make_category, make_customer, make_order
from tests.segments.conftest import condition, make_segment

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
BUYERS = condition("orders_count", "at_least", 1)


def told():
    events = Event.objects.filter(kind__startswith="segment.").order_by("pk")
    return [(event.kind, event.customer_id) for event in events]


def members(segment):
    return set(Membership.objects.open().filter(segment=segment).values_list("customer", flat=True))


def test_first_refresh_fills_the_segment_and_starts_nothing(now):
    customer = make_order(placed_at=now - DAY).customer
    make_customer()
    segment = make_segment(BUYERS)

    outcome = refresh(segment, now)

    assert (outcome.entered, outcome.left) == (1, 0)
    assert members(segment) == {customer.pk}
    assert (segment.members_count, segment.refreshed_at) == (1, now)
    assert told() == []


def test_entering_and_leaving_are_told_once_each(now):
    segment = make_segment(BUYERS)
    refresh(segment, now)
    order = make_order(placed_at=now)

    refresh(segment, now + DAY)
    refresh(segment, now + DAY)
    orders.cancel(order, at=now + 2 * DAY)
    refresh(segment, now + 2 * DAY)
    refresh(segment, now + 2 * DAY)

    stay = Membership.objects.get(segment=segment)
    assert (stay.entered_at, stay.left_at) == (now + DAY, now + 2 * DAY)
    assert told() == [("segment.entered", order.customer_id), ("segment.left", order.customer_id)]
    assert EventInbox.objects.filter(event__kind__startswith="segment.").count() == 2
    assert set(Event.objects.filter(kind__startswith="segment.").values_list("properties__segment", flat=True)) == {
        segment.pk
    }


def test_coming_back_is_a_new_stay_with_its_own_event(now):
    segment = make_segment(condition("last_order", "within", 10))
    refresh(segment, now)
    customer = make_order(placed_at=now).customer
    refresh(segment, now)
    refresh(segment, now + 11 * DAY)
    make_order(customer=customer, placed_at=now + 12 * DAY)

    refresh(segment, now + 12 * DAY)

    assert Membership.objects.filter(segment=segment, customer=customer).count() == 2
    assert [kind for kind, _customer in told()] == ["segment.entered", "segment.left", "segment.entered"]


def test_a_day_passing_moves_customers_without_any_new_fact(now):
    customer = make_order(placed_at=now).customer
    segment = make_segment(condition("last_order", "ago", 30))
    refresh(segment, now + 29 * DAY)

    refresh(segment, now + 30 * DAY)

    assert members(segment) == {customer.pk}


def test_a_new_rule_moves_customers_silently(now):
    make_order(placed_at=now)
    segment = make_segment(BUYERS)
    refresh(segment, now)
    Segment.objects.filter(pk=segment.pk).update(
        rule={"all": [condition("orders_count", "at_least", 2)]}, refreshed_at=None
    )

    refresh(segment, now + DAY)

    assert members(segment) == set()
    assert told() == []


def test_imported_history_moves_customers_silently(now):
    segment = make_segment(BUYERS)
    refresh(segment, now)
    customer = make_order(placed_at=now - 90 * DAY).customer
    Event.objects.filter(customer=customer).update(is_historic=True, received_at=now + DAY)

    refresh(segment, now + DAY)

    assert members(segment) == {customer.pk}
    assert told() == []


def test_customers_who_are_no_more_leave_without_a_word(now):
    kept, gone = make_order(placed_at=now).customer, make_order(placed_at=now).customer
    segment = make_segment(BUYERS)
    refresh(segment, now)
    Customer.objects.filter(pk=gone.pk).update(merged_into=kept)

    refresh(segment, now + DAY)

    assert members(segment) == {kept.pk}
    assert told() == []


def test_size_is_kept_by_day_of_the_shop(now, settings):
    settings.TIME_ZONE = "Asia/Vladivostok"
    segment = make_segment(BUYERS)
    refresh(segment, now)
    make_order(placed_at=now)

    refresh(segment, now + dt.timedelta(hours=1))
    refresh(segment, now + dt.timedelta(hours=3))

    sizes = SegmentSize.objects.filter(segment=segment).order_by("day").values_list("day", "members_count")
    assert list(sizes) == [(dt.date(2026, 3, 10), 1), (dt.date(2026, 3, 11), 1)]


def test_a_broken_rule_stops_only_its_own_segment(now, no_starters):
    customer = make_order(placed_at=now).customer
    broken = make_segment(rule={"all": [condition("no_such_field", "is", ["x"])]})
    sound = make_segment(BUYERS)

    outcomes = refresh_due(now)

    assert {pk: outcome.is_broken for pk, outcome in outcomes.items()} == {broken.pk: True, sound.pk: False}
    assert Segment.objects.get(pk=broken.pk).broken_reason == "Condition 1: choose what to ask about"
    assert members(sound) == {customer.pk}


def test_a_broken_segment_keeps_its_members_until_it_is_mended(now):
    make_order(placed_at=now)
    segment = make_segment(BUYERS)
    refresh(segment, now)
    Segment.objects.filter(pk=segment.pk).update(rule={"all": []})

    refresh(segment, now + DAY)
    assert segment.broken_reason
    Segment.objects.filter(pk=segment.pk).update(rule={"all": [BUYERS]})
    refresh(segment, now + DAY)

    assert segment.broken_reason == ""
    assert segment.members_count == 1


def test_a_category_that_is_no_more_is_said_in_words(now):
    kettles = make_category("Kitchen / Kettles")
    rule = {"all": [condition("bought_category", "bought", [str(kettles.pk)])]}
    Category.objects.filter(pk=kettles.pk).delete()

    with pytest.raises(RuleError, match="Condition 1: a category chosen here no longer exists"):
        matching(rule, now)


def test_each_segment_is_refreshed_once_in_five_minutes(now, no_starters):
    segment = make_segment(BUYERS)
    make_segment(BUYERS, is_active=False)

    assert set(refresh_due(now)) == {segment.pk}
    assert refresh_due(now + dt.timedelta(minutes=4)) == {}
    assert set(refresh_due(now + dt.timedelta(minutes=5))) == {segment.pk}


def test_a_refresh_takes_as_many_queries_for_many_as_for_one(now):
    segment = make_segment(BUYERS)
    refresh(segment, now)
    taken = []

    for entering in (1, 7):
        for _ in range(entering):
            make_order(placed_at=now)
        with CaptureQueriesContext(connection) as queries:
            assert refresh(segment, now + dt.timedelta(hours=1)).entered == entering
        taken.append(len(queries))

    assert taken[0] == taken[1]


def test_a_person_is_told_of_their_stays(now):
    customer = make_order(placed_at=now).customer
    refresh(make_segment(BUYERS, name="Buyers"), now)

    assert [stay["name"] for stay in export_person(customer)["segments"]] == ["Buyers"]


def test_starter_segments_cover_the_life_of_a_buyer_once(now):
    Shop.load()
    for days in (0, 30, 31, 60, 89, 90, 91, 179, 180, 365, 366, 700):
        make_order(placed_at=now - days * DAY)
    life = Segment.objects.filter(key__in=["new", "active", "at-risk", "sleeping", "lost"])

    for segment in Segment.objects.all():
        assert refresh(segment, now).is_broken is False

    assert life.count() == 5
    stays = Membership.objects.open().filter(segment__in=life)
    assert stays.count() == stays.values("customer").distinct().count() == Customer.objects.count()
    sizes = dict(Segment.objects.values_list("key", "members_count"))
    assert {key: sizes[key] for key in ("new", "active", "at-risk", "sleeping", "lost")} == {
        "new": 2,
        "active": 4,
        "at-risk": 2,
        "sleeping": 2,
        "lost": 2,
    }
    assert (sizes["days-30"], sizes["days-60"], sizes["days-90"], sizes["once"]) == (2, 2, 3, 7)


def test_a_merge_is_neither_a_leaving_nor_an_entering(now):
    keeper, duplicate = make_customer(), make_order(placed_at=now).customer
    segment = make_segment(BUYERS)
    refresh(segment, now)
    merge(keeper, duplicate, at=now)

    outcome = refresh(segment, now + DAY)

    assert (outcome.entered, outcome.left) == (1, 1)
    assert members(segment) == {keeper.pk}
    assert told() == []


def test_a_young_segment_is_looked_up_customer_by_customer(now):
    """The planner's figures are older than the segment: all of its stays would look like one row to it."""
    Customer.objects.bulk_create([Customer(created_at=now, first_name="Ann") for _number in range(2_000)])
    everybody = condition("orders_count", "at_most", 0)
    for name in ("Old", "Older", "Oldest"):
        refresh(make_segment(everybody, name=name), now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE segments_membership")
    young = make_segment(everybody, name="Young")
    refresh(young, now)

    plan = Membership.objects.open_in(young.pk).filter(customer=Customer.objects.latest("pk")).explain()

    assert "membership_open_once" in plan, plan
