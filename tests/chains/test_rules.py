import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from chains.engine.clockwork import Quiet
from chains.engine.dossier import Address, Candidate, Limits, Person
from chains.engine.rules import decide
from crm.models import Contact

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = dt.datetime(2026, 3, 10, 12, tzinfo=MOSCOW).astimezone(dt.UTC)
NIGHT = dt.datetime(2026, 3, 10, 23, tzinfo=MOSCOW).astimezone(dt.UTC)
MORNING = dt.datetime(2026, 3, 11, 9, tzinfo=MOSCOW).astimezone(dt.UTC)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)

PERSON = Person(zone=MOSCOW, addresses={"email": (Address(1),)})


def candidate(purpose="marketing", **fields):
    fields = {"touch_id": 1, "channel": "email", "due_at": NOON, "useful_until": NOON + 3 * DAY} | fields
    return Candidate(purpose=purpose, **fields)


def decided(*candidates, person=PERSON, now=NOON, cap=3, quiet=None):
    return decide(person, candidates, Limits(cap, quiet or Quiet()), now)


def test_lets_a_message_go_that_nothing_speaks_against():
    (decision,) = decided(candidate())

    assert (decision.status, decision.reason, decision.contact_id) == ("claimed", "", 1)


WITH_COMPLAINT = replace(PERSON, complaint="It leaks")
IN_BAD_MOOD = replace(PERSON, has_bad_mood=True)
FULL_WEEK = replace(PERSON, counted=(NOON - 6 * DAY, NOON - 4 * DAY, NOON - 1 * DAY))
UNREACHABLE = replace(PERSON, addresses={})
BOUNCED = replace(PERSON, addresses={"email": (Address(1, state=Contact.State.BOUNCED),)})
NOT_ASKED = replace(PERSON, addresses={"email": (Address(1, marketing_consent=Contact.Consent.UNKNOWN),)})
UNSUBSCRIBED = replace(PERSON, addresses={"email": (Address(1, marketing_consent=Contact.Consent.WITHDRAWN),)})


@pytest.mark.parametrize(
    ("told", "person", "fields", "status", "reason"),
    [
        ("an erased customer", replace(PERSON, is_erased=True), {}, "skipped", "erased"),
        ("an archived chain", PERSON, {"chain_status": "archived"}, "skipped", "chain_archived"),
        ("somebody who left", PERSON, {"left": "order_cancelled"}, "skipped", "order_cancelled"),
        ("a goal that is reached", PERSON, {"has_reached_goal": True}, "skipped", "goal"),
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
            {"needs_service_first": True, "has_arrived": False},
            "scheduled",
            "not_delivered",
        ),
        (
            "service to come",
            PERSON,
            {"needs_service_first": True, "service": "scheduled"},
            "scheduled",
            "service_first",
        ),
        ("no service at all", PERSON, {"needs_service_first": True, "service": "skipped"}, "skipped", "service_first"),
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
        ("a goal that is reached", PERSON, {"has_reached_goal": True}),
        ("an open complaint", WITH_COMPLAINT, {}),
        ("a bad mood", IN_BAD_MOOD, {}),
        ("a muted topic", replace(PERSON, muted_topics=frozenset({"tips"})), {"topic": "tips"}),
        ("a full week", FULL_WEEK, {}),
        ("marketing consent withdrawn", UNSUBSCRIBED, {}),
        ("an order on its way", PERSON, {"needs_service_first": True, "has_arrived": False}),
    ],
)
def test_lets_service_pass(told, person, fields):
    (decision,) = decided(candidate("service", **fields), person=person)

    assert decision.status == "claimed"


def test_service_stops_for_who_does_not_want_service_either():
    address = Address(1, service_consent=Contact.Consent.WITHDRAWN)

    (decision,) = decided(candidate("service"), person=replace(PERSON, addresses={"email": (address,)}))

    assert (decision.status, decision.reason) == ("skipped", "opted_out")


def test_takes_the_first_address_whose_owner_agrees():
    addresses = (
        Address(1, state=Contact.State.BOUNCED),
        Address(2, marketing_consent=Contact.Consent.WITHDRAWN),
        Address(3),
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

    (decision,) = decided(candidate(), person=replace(PERSON, counted=counted))

    assert decision.status == "claimed"


def test_service_fills_the_week_for_marketing_of_the_same_moment():
    person = replace(PERSON, counted=(NOON - 2 * DAY, NOON - DAY))

    decisions = decided(
        candidate(touch_id=1, useful_until=NOON + 6 * DAY), candidate("service", touch_id=2), person=person
    )

    assert [(decision.touch_id, decision.status) for decision in decisions] == [(2, "claimed"), (1, "scheduled")]


def test_with_room_for_one_the_chain_of_higher_priority_wins():
    person = replace(PERSON, counted=(NOON - 2 * DAY, NOON - DAY))

    decisions = decided(
        candidate(touch_id=1, priority=5, useful_until=NOON + 6 * DAY), candidate(touch_id=2, priority=1), person=person
    )

    assert [(decision.touch_id, decision.status) for decision in decisions] == [(2, "claimed"), (1, "scheduled")]


def test_after_quiet_hours_people_are_spread_over_the_first_hour():
    untils = [decided(candidate(touch_id=pk), now=NIGHT)[0].until for pk in range(100)]

    assert min(untils) >= MORNING
    assert max(untils) < MORNING + HOUR
    assert max(untils) - min(untils) > HOUR * 0.8


def test_a_step_that_names_an_hour_waits_for_the_end_of_quiet_hours_exactly():
    (decision,) = decided(candidate(names_hour=True), now=NIGHT)

    assert (decision.reason, decision.until) == ("quiet_hours", MORNING)


def test_service_that_answers_the_customer_comes_at_night_too():
    assert decided(candidate("service", is_fresh_reply=True), now=NIGHT)[0].status == "claimed"
    assert decided(candidate("service"), now=NIGHT)[0].reason == "quiet_hours"


def test_a_staff_task_needs_no_address_and_knows_no_night():
    (decision,) = decided(candidate("service", channel="staff_task"), person=UNREACHABLE, now=NIGHT)

    assert (decision.status, decision.contact_id) == ("claimed", None)


def test_what_comes_too_late_is_missed_and_tells_what_it_waited_for():
    (decision,) = decided(candidate(useful_until=NOON - HOUR, waited_for="complaint"))

    assert (decision.status, decision.reason, decision.facts) == ("missed", "too_late", {"waited_for": "complaint"})


@pytest.mark.parametrize("person", [WITH_COMPLAINT, IN_BAD_MOOD, FULL_WEEK])
def test_postponing_has_an_end(person):
    touch, now, looks = candidate(), NOON, 0

    while (decision := decided(touch, person=person, now=now)[0]).status == "scheduled":
        assert now < decision.until <= touch.useful_until
        now, looks = decision.until, looks + 1
        person = replace(person, counted=tuple(at + DAY for at in person.counted))

    assert decision.status == "skipped"
    assert looks <= 4
