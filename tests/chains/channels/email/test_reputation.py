import datetime as dt

import pytest

from chains.channels.email.reputation import allow, is_at, must_stop, percent, watch
from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.models import Reputation, Touch
from crm.models import Shop
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.conftest import make_customer, make_order

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("why", "week", "month", "warns", "stops"),
    [
        ("nothing sent", (0, 0), (0, 0), False, False),
        ("nobody complains", (0, 1000), (0, 4000), False, False),
        ("one of ten letters is a person", (1, 10), (1, 10), True, False),
        ("two of a hundred are too few to stop", (2, 100), (2, 400), True, False),
        ("below the warning", (0, 1000), (3, 3001), False, False),
        ("at the warning", (0, 1000), (3, 3000), True, False),
        ("just below the stop", (3, 1001), (3, 4000), True, False),
        ("at the stop within the week", (3, 1000), (3, 4000), True, True),
        ("at the stop within the month", (0, 100), (12, 4000), True, True),
    ],
)
def test_warns_and_stops(why, week, month, warns, stops):
    shop = Shop()
    counted = Reputation(
        reported_week=week[0], delivered_week=week[1], reported_month=month[0], delivered_month=month[1]
    )

    assert is_at(shop.spam_warn_percent, counted) is warns
    assert must_stop(counted, shop) is stops


def test_a_rate_of_nothing_is_none():
    assert percent(0, 0) is None


@pytest.fixture
def sent_letters(db, shop, now):
    """A thousand marketing letters that went out today."""
    chain = live_chain(message(), at=now - DAY)
    fill_due(chain, customers=1000, due_at=now)
    touches = Touch.objects.filter(chain=chain)
    touches.update(status="sent", sent_at=now, purpose="marketing")
    return touches


def report(touches, count, at):
    ids = list(touches.filter(complained_at=None).values_list("pk", flat=True)[:count])
    Touch.objects.filter(pk__in=ids).update(complained_at=at)


def test_stops_at_the_limit_once_and_service_goes_on(sent_letters, now, shop):
    report(sent_letters, 2, now)
    assert watch(now + MINUTE).stopped_at is None
    report(sent_letters, 1, now)

    assert watch(now + 2 * MINUTE).stopped_at == now + 2 * MINUTE
    assert watch(now + 3 * MINUTE).stopped_at == now + 2 * MINUTE

    shop.quiet_from = shop.quiet_until
    shop.save()
    live_chain(message(name="Service"), marketing(name="Marketing"), event="order.delivered", at=now)
    customer = make_customer()
    make_order(customer=customer, placed_at=now - DAY, delivered_at=now + 4 * MINUTE)
    for minutes in (4, 64, 128):
        tick(now + minutes * MINUTE)
    found = {touch.step_name: touch for touch in Touch.objects.filter(customer=customer)}
    assert found["Service"].status == "sent"
    assert (found["Marketing"].status, found["Marketing"].reason) == ("scheduled", "spam_stop")
    assert "spam" in sentence(found["Marketing"])

    allow(now + 200 * MINUTE)
    tick(now + 200 * MINUTE)

    found["Marketing"].refresh_from_db()
    assert found["Marketing"].status == "sent"


def test_when_it_is_allowed_again_reports_on_earlier_letters_stop_nothing(sent_letters, now, admin_user):
    report(sent_letters, 5, now)
    watch(now)

    allow(now + DAY, admin_user)
    allow(now + 2 * DAY)
    report(sent_letters, 5, now + DAY)

    reputation = watch(now + 2 * DAY)
    assert (reputation.stopped_at, reputation.allowed_at, reputation.allowed_by) == (None, now + DAY, admin_user)
    assert (reputation.reported_month, reputation.delivered_month) == (0, 0)


def test_what_came_back_was_not_delivered_and_service_does_not_count(sent_letters, now):
    report(sent_letters, 1, now)
    spared = sent_letters.filter(complained_at=None)
    back = list(spared.values_list("pk", flat=True)[:400])
    Touch.objects.filter(pk__in=back[:300]).update(bounced_at=now)
    Touch.objects.filter(pk__in=back[300:]).update(purpose="service")

    reputation = watch(now + 8 * DAY)

    assert (reputation.delivered_month, reputation.delivered_week) == (600, 0)
    assert (reputation.reported_month, reputation.reported_week) == (1, 0)


def test_looks_at_all_letters_only_when_somebody_complained_or_an_hour_passed(
    sent_letters, now, django_assert_max_num_queries
):
    watch(now + MINUTE)

    with django_assert_max_num_queries(6):
        assert watch(now + 2 * MINUTE).counted_at == now + MINUTE
    assert watch(now + 2 * 60 * MINUTE).counted_at == now + 2 * 60 * MINUTE
    report(sent_letters, 1, now)
    assert watch(now + 121 * MINUTE).counted_at == now + 121 * MINUTE
