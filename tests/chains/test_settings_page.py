"""The settings page: every guard in one form, with what it comes to in words and how much of it was service."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from chains.explain.settings_sentences import effects, warnings
from chains.models import QuietHours, SegmentLimits, Touch
from chains.results import rollups
from chains.stats import service_share
from crm.models import Shop
from segments.models import Membership, Segment
from tests.chains.factories import fill_due, live_chain, marketing, message
from tests.chains.results.seeded import chain_with_results
from tests.conftest import NOW, make_order, settings_form

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
PAGE = "/admin/crm/shop/1/change/"


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


@pytest.fixture
def marketer(client):
    user = User.objects.create_user("marketer", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


def test_other_windows_are_saved_after_a_look_at_what_they_would_have_changed(marketer):
    chain_with_results(sent=4, clicked=2, ordered=1, days_ago=9)
    make_order(customer=Touch.objects.latest("pk").customer, placed_at=timezone.now() - 5 * DAY)
    page = marketer.get(PAGE)

    asked = marketer.post(PAGE, settings_form(page, click_window_days="5", delivery_window_days="2"))
    saved = marketer.post(PAGE, settings_form(asked, click_window_days="5", delivery_window_days="2"))

    [words] = asked.context["adminform"].form.errors["click_window_days"]
    assert words.startswith(
        "Of the 2 orders of the last 90 days 1 would belong to a message after a click (now 1), and 0"
    )
    assert "0 after delivery alone (now 1)." in words
    assert saved.status_code == 302
    assert (Shop.load().click_window_days, Shop.load().delivery_window_days) == (5, 2)


def test_a_marketer_sets_every_guard_on_one_page(marketer):
    segment = Segment.objects.order_by("pk").first()
    page = marketer.get(PAGE)

    answer = marketer.post(
        PAGE,
        settings_form(
            page,
            weekly_cap="2",
            less_cap="0",
            more_cap="7",
            unread_letters="8",
            complaint_cooldown_days="3",
            rest_days="1",
            **{
                "quiet_hours-TOTAL_FORMS": "1",
                "quiet_hours-0-channel": "sms",
                "quiet_hours-0-quiet_from": "20:00",
                "quiet_hours-0-quiet_until": "10:00",
                "quiet_hours-0-quiet_weekdays": ["6"],
                "segment_limits-TOTAL_FORMS": "1",
                "segment_limits-0-segment": segment.pk,
                "segment_limits-0-weekly_cap": "1",
                "segment_limits-0-channel": "telegram",
            },
        ),
    )

    assert answer.status_code == 302, answer.context["errors"]
    shop = Shop.load()
    assert (shop.weekly_cap, shop.less_cap, shop.more_cap, shop.unread_letters) == (2, 0, 7, 8)
    assert (shop.complaint_cooldown_days, shop.rest_days) == (3, 1)
    assert list(QuietHours.objects.values_list("channel", "quiet_weekdays")) == [("sms", [6])]
    assert list(SegmentLimits.objects.values_list("segment", "weekly_cap", "channel")) == [(segment.pk, 1, "telegram")]
    told = marketer.get(PAGE).content.decode()
    assert "At most 2 touches in any 7 days" in told
    assert f"Customers of “{segment}”: at most 1 a week, Telegram is tried first." in told


def test_a_care_that_says_nothing_is_refused(marketer):
    page = marketer.get(PAGE)

    answer = marketer.post(
        PAGE,
        settings_form(
            page,
            **{
                "segment_limits-TOTAL_FORMS": "1",
                "segment_limits-0-segment": Segment.objects.first().pk,
                "segment_limits-0-weekly_cap": "",
                "segment_limits-0-channel": "",
            },
        ),
    )

    assert "Say how many touches a week, or which channel is tried first." in answer.content.decode()
    assert not SegmentLimits.objects.exists()


def test_days_that_are_all_quiet_are_refused(marketer):
    page = marketer.get(PAGE)

    answer = marketer.post(PAGE, settings_form(page, quiet_weekdays=list("0123456")))

    assert "With every day quiet nothing would ever be sent." in answer.content.decode()
    assert Shop.load().quiet_weekdays == []


def test_who_may_only_look_cannot_change(client):
    user = User.objects.create_user("agent", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"weekly_cap": "9"}).status_code == 403


def test_the_settings_in_words_as_installed():
    assert effects(Shop.load(), [], []) == [
        "At most 3 touches in any 7 days, over all channels and calls included: service always goes out and counts, "
        "marketing waits.",
        "Those who asked for less: at most 1 a week.",
        "Those who neither opened nor clicked their last 5 letters: at most 1 a week.",
        "Those who asked for more: at most 5 a week.",
        "Where the customer is, it is quiet from 21:00 until 09:00. What falls due then leaves within the first hour "
        "after.",
        "No marketing while a complaint is open or a bad mood is noted.",
        "Marketing about an order waits for its service message and for the goods.",
        "A message goes by the first channel it is written for that reaches the customer: Email → Telegram → Push → "
        "SMS (phone). A customer's own order comes first, then their segment's, then the step's.",
    ]


def test_the_settings_in_words_with_rows_of_their_own():
    shop = Shop.load()
    shop.complaint_cooldown_days, shop.rest_days, shop.less_cap, shop.quiet_weekdays = 3, 1, 0, [5, 6]
    shop.quiet_from = shop.quiet_until
    hours = [QuietHours(channel="sms", quiet_from=dt.time(20), quiet_until=dt.time(10))]
    cares = [
        SegmentLimits(segment=Segment(name="Trade"), weekly_cap=0),
        SegmentLimits(segment=Segment(name="Fans"), weekly_cap=5, channel="push"),
    ]

    told = effects(shop, hours, cares)

    for sentence in (
        "Those who asked for less: no marketing.",
        "Customers of “Trade”: no marketing.",
        "Customers of “Fans”: at most 5 a week, Push is tried first.",
        "Of a customer's several segments the smallest number counts.",
        "Where the customer is, nothing is sent on Saturday and Sunday. What falls due then leaves within the first "
        "hour after.",
        "SMS (phone): it is quiet from 20:00 until 10:00.",
        "No marketing while a complaint is open and for 3 days after it, or while a bad mood is noted.",
        "Marketing about an order waits for its service message and for the goods, and 1 day more.",
    ):
        assert sentence in told
    assert warnings(shop, cares) == [
        "“Fans” may get more than everybody (5 a week): only those who asked for more should be in it."
    ]


def sent(chain, count, at=NOW - DAY, **fields):
    people = fill_due(chain, customers=count)
    Touch.objects.filter(customer__in=people).update(status="sent", sent_at=at, **fields)
    return people


def test_the_share_of_service_is_counted_by_shop_chain_and_segment(django_assert_num_queries):
    service, selling = live_chain(message(), event="asked"), live_chain(marketing(), event="asked")
    sent(service, 3)
    sent(selling, 4, topic="offers")
    useful = sent(selling, 1, topic="recipes")
    sent(service, 9, at=NOW - 91 * DAY)
    segment = Segment.objects.create(name="Cooks")
    Membership.objects.create(segment=segment, customer=useful[0], entered_at=NOW)

    rollups.rebuild(NOW)

    with django_assert_num_queries(5):
        found = (
            service_share.of_shop(NOW),
            service_share.of_chain(selling, NOW),
            service_share.of_chains(NOW),
            service_share.of_segments(NOW),
        )

    assert found[0] == service_share.Share(useful=4, total=8)
    assert found[1] == service_share.Share(useful=1, total=5)
    assert found[2] == {service.name: service_share.Share(3, 3), selling.name: service_share.Share(1, 5)}
    assert found[3] == {"Cooks": service_share.Share(1, 1)}
    assert (found[0].percent, found[0].is_below(80), found[2][service.name].is_below(80)) == (50, True, False)


def test_nothing_sent_is_no_share_and_no_alarm():
    assert (service_share.of_shop(NOW).percent, service_share.of_shop(NOW).is_below(80)) == (None, False)


def test_a_share_that_is_too_low_is_flagged_on_the_settings_and_on_the_chain(marketer, time_machine):
    time_machine.move_to(NOW, tick=False)
    selling = live_chain(marketing(), event="asked")
    sent(selling, 4, topic="offers")
    rollups.rebuild(NOW)

    assert "below 80 %" in marketer.get(PAGE).content.decode()
    assert "below 80 %" in marketer.get(f"/admin/chains/chain/{selling.pk}/change/").content.decode()


def test_the_page_asks_as_much_however_many_segments_there_are(marketer, django_assert_max_num_queries):
    for number in range(30):
        SegmentLimits.objects.create(segment=Segment.objects.create(name=f"Segment {number}"), weekly_cap=1)
    marketer.get(PAGE)  # what a process asks once and keeps
    with django_assert_max_num_queries(25):
        marketer.get(PAGE)
