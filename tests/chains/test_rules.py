import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.engine.guard.quiet_hours import QuietTime, QuietTimes
from chains.engine.guard.rules import decide
from chains.engine.guard.values import DueTouch, Limits, Recipient, RecipientAddress, SegmentCap
from chains.engine.guard.weekly_cap import cap_of
from crm.models import Contact

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=MOSCOW).astimezone(dt.UTC)
NIGHT = dt.datetime(2026, 3, 10, 23, tzinfo=MOSCOW).astimezone(dt.UTC)
MORNING = dt.datetime(2026, 3, 11, 9, tzinfo=MOSCOW).astimezone(dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)

PERSON = Recipient(zone=MOSCOW, addresses={"email": (RecipientAddress(1),)})


def candidate(purpose="marketing", **fields):
    fields = {"touch_id": 1, "channels": ("email",), "due_at": NOON, "useful_until": NOON + 3 * DAY} | fields
    return DueTouch(purpose=purpose, **fields)


def decided(*candidates, person=PERSON, now=NOON, cap=3):
    return decide(person, candidates, Limits(weekly_cap=cap), now)


def test_lets_a_message_go_that_nothing_speaks_against():
    (decision,) = decided(candidate())

    assert (decision.status, decision.reason, decision.contact_id) == ("claimed", "", 1)


WITH_COMPLAINT = replace(PERSON, complaint="It leaks")
IN_BAD_MOOD = replace(PERSON, has_bad_mood=True)
FULL_WEEK = replace(PERSON, counted_at=(NOON - 6 * DAY, NOON - 4 * DAY, NOON - 1 * DAY))
UNREACHABLE = replace(PERSON, addresses={})
BOUNCED = replace(PERSON, addresses={"email": (RecipientAddress(1, state=Contact.State.BOUNCED),)})
NOT_ASKED = replace(PERSON, addresses={"email": (RecipientAddress(1, marketing_consent=Contact.Consent.UNKNOWN),)})
UNSUBSCRIBED = replace(PERSON, addresses={"email": (RecipientAddress(1, marketing_consent=Contact.Consent.WITHDRAWN),)})


@pytest.mark.parametrize(
    ("told", "person", "fields", "status", "reason"),
    [
        ("an erased customer", replace(PERSON, is_erased=True), {}, "skipped", "erased"),
        ("an archived chain", PERSON, {"chain_status": "archived"}, "skipped", "chain_archived"),
        ("somebody who left", PERSON, {"exit_reason": "order_cancelled"}, "skipped", "order_cancelled"),
        ("a goal that is reached", PERSON, {"goal": {}}, "skipped", "goal"),
        ("a paused chain", PERSON, {"chain_status": "paused"}, "scheduled", "chain_paused"),
        ("an open complaint", WITH_COMPLAINT, {}, "scheduled", "complaint"),
        ("a bad mood", IN_BAD_MOOD, {}, "scheduled", "mood"),
        (
            "a muted topic",
            replace(PERSON, muted_topics=frozenset({"offers"})),
            {"topic": "offers"},
            "skipped",
            "topic_muted",
        ),
        (
            "an order on its way",
            PERSON,
            {"needs_service_first": True, "delivered_at": None},
            "scheduled",
            "not_delivered",
        ),
        (
            "service to come",
            PERSON,
            {"needs_service_first": True, "delivered_at": NOON - DAY, "order_service": "scheduled"},
            "scheduled",
            "service_first",
        ),
        (
            "no service at all",
            PERSON,
            {"needs_service_first": True, "delivered_at": NOON - DAY, "order_service": "skipped"},
            "skipped",
            "service_first",
        ),
        ("a full week", FULL_WEEK, {}, "scheduled", "weekly_cap"),
        ("no address", UNREACHABLE, {}, "skipped", "no_address"),
        ("a bounced address", BOUNCED, {}, "skipped", "bad_address"),
        ("nobody asked for consent", NOT_ASKED, {}, "skipped", "no_consent"),
        ("consent withdrawn", UNSUBSCRIBED, {}, "skipped", "opted_out"),
    ],
)
def test_holds_marketing_back(told, person, fields, status, reason):
    (decision,) = decided(candidate(**fields), person=person)

    assert (decision.status, decision.reason) == (status, reason)


@pytest.mark.parametrize(
    ("told", "person", "fields"),
    [
        ("a goal that is reached", PERSON, {"goal": {}}),
        ("an open complaint", WITH_COMPLAINT, {}),
        ("a bad mood", IN_BAD_MOOD, {}),
        ("a muted topic", replace(PERSON, muted_topics=frozenset({"tips"})), {"topic": "tips"}),
        ("a full week", FULL_WEEK, {}),
        ("marketing consent withdrawn", UNSUBSCRIBED, {}),
        ("an order on its way", PERSON, {"needs_service_first": True, "delivered_at": None}),
    ],
)
def test_lets_service_pass(told, person, fields):
    (decision,) = decided(candidate("service", **fields), person=person)

    assert decision.status == "claimed"


def test_service_stops_for_who_does_not_want_service_either():
    address = RecipientAddress(1, service_consent=Contact.Consent.WITHDRAWN)

    (decision,) = decided(candidate("service"), person=replace(PERSON, addresses={"email": (address,)}))

    assert (decision.status, decision.reason) == ("skipped", "opted_out")


def test_takes_the_first_address_whose_owner_agrees():
    addresses = (
        RecipientAddress(1, state=Contact.State.BOUNCED),
        RecipientAddress(2, marketing_consent=Contact.Consent.WITHDRAWN),
        RecipientAddress(3),
    )

    (decision,) = decided(candidate(), person=replace(PERSON, addresses={"email": addresses}))

    assert decision.contact_id == 3


def test_tells_what_filled_the_week_and_waits_until_there_is_room():
    (decision,) = decided(candidate(), person=FULL_WEEK)

    assert decision.facts == {"cap": 3, "days": ["2026-03-04", "2026-03-06", "2026-03-09"]}
    assert decision.until == NOON + 1 * DAY


def test_does_not_wait_for_room_that_comes_too_late_to_be_useful():
    (decision,) = decided(candidate(useful_until=NOON + 23 * HOUR), person=FULL_WEEK)

    assert (decision.status, decision.reason) == ("skipped", "weekly_cap")


def test_a_message_leaves_the_week_after_seven_days_to_the_second():
    counted = (NOON - 7 * DAY, NOON - 4 * DAY, NOON - 1 * DAY)

    (decision,) = decided(candidate(), person=replace(PERSON, counted_at=counted))

    assert decision.status == "claimed"


def test_service_fills_the_week_for_marketing_of_the_same_moment():
    person = replace(PERSON, counted_at=(NOON - 2 * DAY, NOON - DAY))

    decisions = decided(
        candidate(touch_id=1, useful_until=NOON + 6 * DAY), candidate("service", touch_id=2), person=person
    )

    assert [(decision.touch_id, decision.status) for decision in decisions] == [(2, "claimed"), (1, "scheduled")]


def test_with_room_for_one_the_chain_of_higher_priority_wins():
    person = replace(PERSON, counted_at=(NOON - 2 * DAY, NOON - DAY))

    decisions = decided(
        candidate(touch_id=1, priority=5, useful_until=NOON + 6 * DAY), candidate(touch_id=2, priority=1), person=person
    )

    assert [(decision.touch_id, decision.status) for decision in decisions] == [(2, "claimed"), (1, "scheduled")]


def test_after_quiet_hours_people_are_spread_over_the_first_hour():
    untils = [decided(candidate(), person=replace(PERSON, customer_id=pk), now=NIGHT)[0].until for pk in range(100)]

    assert min(untils) >= MORNING
    assert max(untils) < MORNING + HOUR
    assert max(untils) - min(untils) > HOUR * 0.8


def test_a_step_that_names_an_hour_waits_for_the_end_of_quiet_hours_exactly():
    (decision,) = decided(candidate(has_own_hour=True), now=NIGHT)

    assert (decision.reason, decision.until) == ("quiet_hours", MORNING)


def test_service_that_answers_the_customer_comes_at_night_too():
    assert decided(candidate("service", is_fresh_reply=True), now=NIGHT)[0].status == "claimed"
    assert decided(candidate("service"), now=NIGHT)[0].reason == "quiet_hours"


def test_a_staff_task_needs_no_address_and_knows_no_night():
    (decision,) = decided(candidate("service", channels=("staff_task",)), person=UNREACHABLE, now=NIGHT)

    assert (decision.status, decision.contact_id) == ("claimed", None)


def test_what_comes_too_late_is_missed_and_tells_what_it_waited_for():
    (decision,) = decided(candidate(useful_until=NOON - HOUR, waited_for="complaint"))

    assert (decision.status, decision.reason, decision.facts["waited_for"]) == ("missed", "too_late", "complaint")


@pytest.mark.parametrize("person", [WITH_COMPLAINT, IN_BAD_MOOD, FULL_WEEK])
def test_postponing_has_an_end(person):
    touch, now, looks = candidate(), NOON, 0

    while (decision := decided(touch, person=person, now=now)[0]).status == "scheduled":
        assert now < decision.until <= touch.useful_until
        now, looks = decision.until, looks + 1
        person = replace(person, counted_at=tuple(at + DAY for at in person.counted_at))

    assert decision.status == "skipped"
    assert looks <= 4


ASKED_FOR_MORE = replace(PERSON, frequency="more")
ASKED_FOR_LESS = replace(PERSON, frequency="less")
READS_NOTHING = replace(PERSON, unread_letters=5)
KITCHEN, SLEEPING = SegmentCap(2, "Kitchen"), SegmentCap(1, "Sleeping")


@pytest.mark.parametrize(
    ("told", "person", "number", "facts"),
    [
        ("everybody", PERSON, 3, {}),
        ("who asked for more", ASKED_FOR_MORE, 5, {"because": "more"}),
        ("who asked for less", ASKED_FOR_LESS, 1, {"because": "less"}),
        ("who reads nothing", READS_NOTHING, 1, {"because": "unread", "letters": 5}),
        ("who reads nothing but asked for more", replace(READS_NOTHING, frequency="more"), 5, {"because": "more"}),
        ("of a segment", replace(PERSON, segment_caps=(KITCHEN,)), 2, {"because": "segment", "segment": "Kitchen"}),
        (
            "of several segments the strictest",
            replace(PERSON, segment_caps=(KITCHEN, SLEEPING)),
            1,
            {"because": "segment", "segment": "Sleeping"},
        ),
        (
            "of a segment that may get more than everybody",
            replace(PERSON, segment_caps=(SegmentCap(4, "Fans"),)),
            4,
            {"because": "segment", "segment": "Fans"},
        ),
        (
            "of a segment, reading nothing",
            replace(READS_NOTHING, segment_caps=(KITCHEN,)),
            1,
            {"because": "unread", "letters": 5},
        ),
        (
            "of a segment, who asked for more",
            replace(ASKED_FOR_MORE, segment_caps=(SLEEPING,)),
            5,
            {"because": "more"},
        ),
    ],
)
def test_the_number_a_week_is(told, person, number, facts):
    assert cap_of(person, Limits()) == (number, facts)


def test_a_cap_of_nothing_means_no_marketing_and_all_the_service():
    person = replace(PERSON, segment_caps=(SegmentCap(0, "Trade"),))

    service, offer = decided(candidate(), candidate("service", touch_id=2), person=person)

    assert (service.status, offer.status, offer.reason) == ("claimed", "skipped", "weekly_cap")


def test_marketing_rests_after_a_complaint_as_long_as_the_shop_says():
    (decision,) = decided(candidate(), person=replace(PERSON, cooldown_until=NOON + DAY))

    assert (decision.status, decision.reason, decision.until) == ("scheduled", "complaint", NOON + DAY)
    assert decision.facts == {"cooldown_until": "2026-03-11"}


def test_marketing_about_an_order_rests_after_its_delivery_as_long_as_the_shop_says():
    offer = candidate(needs_service_first=True, delivered_at=NOON - DAY, order_number="A-1")

    (decision,) = decide(PERSON, [offer], Limits(rest_days=2), NOON)

    assert (decision.status, decision.reason, decision.until) == ("scheduled", "just_delivered", NOON + DAY)


EVERYWHERE = replace(
    PERSON,
    addresses={
        "email": (RecipientAddress(1),),
        "sms": (RecipientAddress(2),),
        "telegram": (RecipientAddress(3),),
        "push": (RecipientAddress(4),),
    },
)
BY_ALL = {"channels": ("telegram", "email", "sms")}


def reached(person, limits=None, now=NOON, **fields):
    (decision,) = decide(person, [candidate(**{**BY_ALL, **fields})], limits or Limits(), now)
    return decision


@pytest.mark.parametrize(
    ("told", "fields", "channel"),
    [
        ("the step's first channel", {}, "telegram"),
        ("the customer's own first", {"preferred_channels": ("sms",)}, "sms"),
        ("no channel the step has no text for", {"preferred_channels": ("push", "email")}, "email"),
        (
            "the next where the first has no address",
            {"addresses": {"email": (RecipientAddress(1),), "sms": (RecipientAddress(2),)}},
            "email",
        ),
        (
            "the next where the first does not work",
            {"addresses": {**EVERYWHERE.addresses, "telegram": (RecipientAddress(3, state=Contact.State.BOUNCED),)}},
            "email",
        ),
        (
            "the next where the first is not agreed to",
            {"addresses": {**EVERYWHERE.addresses, "telegram": (RecipientAddress(3, marketing_consent="withdrawn"),)}},
            "email",
        ),
    ],
)
def test_goes_by(told, fields, channel):
    decision = reached(replace(EVERYWHERE, **fields))

    assert (decision.status, decision.channel) == ("claimed", channel)
    assert decision.contact_id == EVERYWHERE.addresses[channel][0].contact_id


def test_a_provider_that_is_down_leaves_the_message_to_the_next_channel():
    assert reached(EVERYWHERE, Limits(down_until={"telegram": NOON + HOUR})).channel == "email"


def test_waits_for_a_provider_that_is_down_when_nothing_else_reaches_the_customer():
    only = replace(PERSON, addresses={"telegram": (RecipientAddress(3),)})

    decision = reached(only, Limits(down_until={"telegram": NOON + HOUR}))

    assert (decision.status, decision.reason, decision.until) == ("scheduled", "channel_down", NOON + HOUR)


def test_each_channel_has_its_own_night():
    limits = Limits(quiet=QuietTimes(by_channel={"email": QuietTime(dt.time(0), dt.time(0))}))

    decision = reached(EVERYWHERE, limits, now=NIGHT)

    assert (decision.status, decision.channel) == ("claimed", "email")


def test_where_every_channel_is_quiet_the_one_that_wakes_first_is_waited_for():
    limits = Limits(quiet=QuietTimes(by_channel={"sms": QuietTime(dt.time(20), dt.time(8))}))

    decision = reached(EVERYWHERE, limits, now=NIGHT)

    assert (decision.status, decision.reason) == ("scheduled", "quiet_hours")
    assert MORNING - HOUR <= decision.until < MORNING


def test_tells_of_every_channel_why_it_did_not_reach():
    unreachable = replace(PERSON, addresses={"email": (RecipientAddress(1, marketing_consent="withdrawn"),)})

    decision = reached(unreachable)

    assert (decision.status, decision.reason) == ("skipped", "no_address")
    assert [(one["channel"], one["reason"]) for one in decision.facts["tried"]] == [
        ("telegram", "no_address"),
        ("email", "opted_out"),
        ("sms", "no_address"),
    ]


def test_of_what_waits_for_the_morning_the_chain_of_higher_priority_still_goes_first():
    person = replace(PERSON, customer_id=7, counted_at=(NOON - 2 * DAY, NOON - DAY))
    later = [
        decided(candidate(touch_id=pk, priority=priority), person=person, now=NIGHT)[0].until
        for pk, priority in ((1, 9), (2, 1))
    ]

    assert later[0] == later[1]
    decisions = decided(
        candidate(touch_id=1, priority=9), candidate(touch_id=2, priority=1), person=person, now=later[0]
    )
    assert [(decision.touch_id, decision.status) for decision in decisions][0] == (2, "claimed")


@pytest.mark.parametrize(
    ("told", "person", "fields", "limits"),
    [
        ("peace after a complaint", replace(PERSON, cooldown_until=NOON + 9 * DAY), {}, Limits()),
        ("an order on its way", PERSON, {"needs_service_first": True}, Limits()),
        ("rest", PERSON, {"needs_service_first": True, "delivered_at": NOON}, Limits(rest_days=9)),
        (
            "service to come",
            PERSON,
            {"needs_service_first": True, "delivered_at": NOON - DAY, "order_service": "scheduled"},
            Limits(),
        ),
        ("no marketing at all", PERSON, {}, Limits(weekly_cap=0)),
        ("a provider that stays down", PERSON, {}, Limits(down_until={"email": NOON + 9 * DAY})),
        ("a night without end", PERSON, {}, Limits(quiet=QuietTimes(QuietTime(weekdays=frozenset(range(7)))))),
    ],
)
def test_nothing_is_put_off_for_ever(told, person, fields, limits):
    touch, now = candidate(**fields), NOON

    for _look in range(80):
        (decision,) = decide(person, [touch], limits, now)
        if decision.status != "scheduled":
            break
        assert now < decision.until <= touch.useful_until
        now = decision.until

    assert decision.status == "skipped"


moments = st.integers(-8 * 24, 8 * 24).map(lambda hours: NOON + hours * HOUR)
addresses = st.builds(
    RecipientAddress,
    st.integers(1, 9),
    state=st.sampled_from(["active", "active", "bounced"]),
    marketing_consent=st.sampled_from(["granted", "granted", "withdrawn", "unknown"]),
    service_consent=st.sampled_from(["unknown", "withdrawn"]),
)
channels = st.sampled_from(["email", "sms", "telegram", "push"])
people = st.builds(
    Recipient,
    zone=st.sampled_from([MOSCOW, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("America/New_York")]),
    customer_id=st.integers(1, 99),
    counted_at=st.lists(moments.filter(lambda at: at <= NOON), max_size=6).map(tuple),
    addresses=st.dictionaries(
        channels,
        st.lists(addresses, min_size=1, max_size=2, unique_by=lambda one: one.contact_id).map(tuple),
    ),
    preferred_channels=st.lists(channels, max_size=2).map(tuple),
    frequency=st.sampled_from(["", "less", "more"]),
    segment_caps=st.lists(st.builds(SegmentCap, st.integers(0, 4), st.just("S")), max_size=2).map(tuple),
    unread_letters=st.sampled_from([0, 5]),
    complaint=st.sampled_from(["", "", "It leaks"]),
    has_bad_mood=st.sampled_from([False, False, True]),
)
candidates = st.lists(
    st.builds(
        DueTouch,
        touch_id=st.integers(1, 999),
        purpose=st.sampled_from(["marketing", "service"]),
        channels=st.lists(channels, min_size=1, max_size=4).map(tuple),
        due_at=st.just(NOON),
        useful_until=moments,
        priority=st.integers(1, 9),
        goal=st.sampled_from([None, None, {}]),
        needs_service_first=st.booleans(),
        delivered_at=st.sampled_from([None, NOON - DAY]),
        order_service=st.sampled_from(["sent", "scheduled", "skipped"]),
        is_fresh_reply=st.booleans(),
        is_control=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.touch_id,
)
limits = st.builds(
    Limits,
    weekly_cap=st.integers(1, 4),
    less_cap=st.integers(0, 2),
    more_cap=st.integers(1, 6),
    rest_days=st.integers(0, 2),
    quiet=st.builds(QuietTimes, by_channel=st.dictionaries(channels, st.just(QuietTime(dt.time(9), dt.time(18))))),
    down_until=st.dictionaries(channels, moments.filter(lambda at: at > NOON), max_size=2),
)


@given(people, candidates, limits)
def test_whoever_it_is_each_message_gets_one_decision_within_every_promise(person, due, limits):
    decisions = decide(person, due, limits, NOON)

    assert sorted(decision.touch_id for decision in decisions) == sorted(one.touch_id for one in due)
    by_id = {one.touch_id: one for one in due}
    week = len([at for at in person.counted_at if at > NOON - 7 * DAY])
    for decision in decisions:
        touch = by_id[decision.touch_id]
        if decision.status == "scheduled":
            assert NOON < decision.until <= touch.useful_until
        elif decision.status in {"claimed", "control"}:
            assert touch.useful_until >= NOON
            address = next(one for one in person.addresses[decision.channel] if one.contact_id == decision.contact_id)
            assert address.state == "active"
            assert decision.channel in touch.channels
            assert decision.channel not in limits.down_until
            quiet = limits.quiet.by_channel.get(decision.channel, limits.quiet.shop)
            assert touch.is_fresh_reply or not quiet.covers(NOON.astimezone(person.zone))
            if touch.is_marketing:
                assert week < cap_of(person, limits).number
                assert address.marketing_consent == "granted"
                assert not person.complaint
                assert not person.has_bad_mood
                assert touch.goal is None
            assert (decision.status == "control") == (touch.is_control and touch.is_marketing)
        else:
            assert decision.reason
        week += decision.status == "claimed"


def test_a_pause_sets_aside_however_late_until_somebody_decides():
    touch = candidate(chain_status="paused")

    (decision,) = decide(PERSON, [touch], Limits(), touch.useful_until + DAY)

    assert (decision.status, decision.reason) == ("scheduled", "chain_paused")
    assert decision.facts == {"due_at": touch.due_at.isoformat()}
