"""How far somebody gets: a pure function of the program, the place, the clock and answers."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.engine.advance.waits import Anchors
from chains.engine.advance.walk import drawn_arm, walk
from chains.engine.advance.walk_state import StepAnswer, WalkInput
from chains.engine.pauses import Standstill
from chains.program.program import Program
from chains.program.step import parse_steps
from chains.program.trigger import Trigger

MOSCOW = ZoneInfo("Europe/Moscow")
NOON = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def program(*steps):
    return Program(1, 1, Trigger(), parse_steps(list(steps)))


def letter(key, purpose="service", **fields):
    return {"key": key, "kind": "message", "name": key, "purpose": purpose, "late_after_hours": 24, **fields}


def pause(key, days=1, **wait):
    return {"key": key, "kind": "wait", "wait": {"kind": "time", "amount": days, "unit": "days", **wait}}


def parting(key, kind, *arms, **fields):
    return {
        "key": key,
        "kind": kind,
        **fields,
        "arms": [
            {"key": f"{key}-{letter}", "name": letter, "rule": None, "weight": 1, "steps": list(steps)}
            for letter, steps in zip("abcdef", arms, strict=False)
        ],
    }


def event_wait(key, *arms, days=3, **wait):
    told = {"kind": "event", "amount": days, "unit": "days", "from": "arrival", "event": "order.paid", **wait}
    return parting(key, "wait", *arms, wait=told)


def going(plan, key=None, *, now=NOON, answers=None, passed=(), anchors=None, arrived_at=NOON):
    who = WalkInput(
        7,
        plan.steps[0].key if key is None else key,
        arrived_at,
        anchors or Anchors(NOON),
        MOSCOW,
        passed,
        answers or {},
    )
    return walk(plan, who, now)


def sent(way):
    return [planned.step.key for planned in way.touches]


TREE = program(
    letter("1"),
    parting(
        "2",
        "branch",
        [letter("2a.1"), parting("2a.2", "branch", [letter("2a.2a.1")], [])],
        [],
        [pause("2c.1"), letter("2c.2")],
    ),
    letter("3"),
)


def test_steps_are_numbered_as_people_speak_of_them():
    assert [step.number for step in TREE.steps] == [step.key for step in TREE.steps]


def test_a_branch_asks_and_goes_on_behind_itself():
    way = going(TREE)
    assert (way.question.step.key, way.step_key, sent(way)) == ("2", "2", ["1"])

    way = going(TREE, answers={"2": StepAnswer("2-a")})
    assert (way.question.step.key, sent(way)) == ("2a.2", ["1", "2a.1"])

    way = going(TREE, answers={"2": StepAnswer("2-a"), "2a.2": StepAnswer("2a.2-b")})
    assert (way.ending, way.step_key, sent(way)) == ("last_step", "", ["1", "2a.1", "3"])
    assert [(one.step.key, one.arm_key) for one in way.passages] == [("2", "2-a"), ("2a.2", "2a.2-b")]


def test_an_empty_arm_leads_behind_the_branch():
    assert sent(going(TREE, answers={"2": StepAnswer("2-b")})) == ["1", "3"]


def test_a_wait_inside_an_arm_holds_there():
    way = going(TREE, answers={"2": StepAnswer("2-c")})
    assert (way.step_key, way.due_at) == ("2c.1", NOON + DAY)

    way = going(TREE, "2c.1", now=NOON + DAY)
    assert sent(way) == ["2c.2", "3"]


def test_a_step_that_was_passed_is_not_decided_again():
    assert sent(going(TREE, "2", passed={"2"})) == ["3"]


def test_a_step_that_is_gone_is_the_end():
    assert going(TREE, "gone").ending == "last_step"


def test_the_way_ends_at_a_leave_step():
    way = going(program(letter("1"), {"key": "2", "kind": "leave"}, letter("3")))

    assert (way.ending, sent(way)) == ("leave_step", ["1"])


def test_a_change_is_passed_on_the_way():
    change = {"key": "1", "kind": "change", "change": {"kind": "add_tag", "name": "met"}}

    way = going(program(change, letter("2")))

    assert [one.step.change.name for one in way.passages] == ["met"]
    assert sent(way) == ["2"]


def test_arms_are_drawn_steadily_and_by_weight():
    split = parting("s", "split", [letter("x")], [letter("y")])
    split["arms"][1]["weight"] = 3
    (step, *_rest) = program(split).steps

    drawn = [drawn_arm(step, customer).key for customer in range(4000)]

    assert drawn == [drawn_arm(step, customer).key for customer in range(4000)]
    assert 900 < drawn.count("s-a") < 1100
    assert going(program(split)).passages[0].arm_key == drawn[7]


WAITING = program(event_wait("w", [letter("paid")], [letter("reminder")]), letter("end"))


def test_an_event_wait_asks_from_its_arrival_to_its_time_out():
    question = going(WAITING).question
    assert (question.since, question.until) == (NOON, NOON + 3 * DAY)

    back = program(event_wait("w", [], [], **{"from": "trigger"}))
    assert going(back, anchors=Anchors(NOON - DAY)).question.since == NOON - DAY


def test_an_event_wait_holds_until_its_time_out():
    way = going(WAITING, answers={"w": StepAnswer()})

    assert (way.step_key, way.due_at, way.awaits, way.awaited_event) == ("w", NOON + 3 * DAY, "event", "order.paid")
    assert way.passages == []


@pytest.mark.parametrize(
    ("told", "now", "answer", "letters", "arrived_at"),
    [
        ("it happened", NOON + DAY, StepAnswer(at=NOON + DAY, event_id=5), ["paid", "end"], NOON + DAY),
        ("it had happened before", NOON, StepAnswer(at=NOON - DAY, event_id=5), ["paid", "end"], NOON),
        ("time ran out", NOON + 3 * DAY, StepAnswer(), ["reminder", "end"], NOON + 3 * DAY),
        ("the engine was late", NOON + 9 * DAY, StepAnswer(), ["reminder", "end"], NOON + 3 * DAY),
    ],
)
def test_an_event_wait_has_two_ways_out(told, now, answer, letters, arrived_at):
    way = going(WAITING, now=now, answers={"w": answer})

    assert (sent(way), way.arrived_at) == (letters, arrived_at)
    assert way.passages[0].event_id == answer.event_id


@pytest.mark.parametrize(
    ("told", "if_unknown", "anchor", "has_order", "expected"),
    [
        ("waits for the payment", "wait", "paid", True, ("w", None, "paid", "")),
        ("waits for a birth date", "wait", "birthday", False, ("w", None, "birthday", "")),
        ("goes on", "go_on", "paid", True, ("", None, "", "last_step")),
        ("leaves", "leave", "paid", True, ("", None, "", "unknown_date")),
        ("never comes without an order", "wait", "warranty_end", False, ("", None, "", "last_step")),
        ("the delivery has to come first", "wait", "warranty_end", True, ("w", None, "warranty_end", "")),
    ],
)
def test_a_date_that_is_not_known(told, if_unknown, anchor, has_order, expected):
    plan = program(pause("w", 0, kind="offset", **{"from": anchor}, if_unknown=if_unknown))

    way = going(plan, anchors=Anchors(NOON, has_order))

    assert (way.step_key, way.due_at, way.awaits, way.ending) == expected


def test_a_term_that_no_product_has_is_looked_for_again_every_day():
    plan = program(pause("w", 0, kind="offset", **{"from": "warranty_end"}, if_unknown="wait"))

    way = going(plan, anchors=Anchors(NOON, True, {"delivered": NOON - DAY}))

    assert (way.awaits, way.due_at) == ("warranty_end", NOON + DAY)


def test_a_moment_that_has_passed_holds_nobody_and_an_offer_meant_for_it_is_late():
    plan = program(
        pause("w", 1, kind="offset", **{"from": "placed"}),
        letter("service"),
        letter("offer", "marketing"),
        pause("x"),
        letter("next", "marketing"),
    )
    anchors = Anchors(NOON - 9 * DAY, True, {"placed": NOON - 9 * DAY})

    way = going(plan, anchors=anchors, now=NOON + DAY)

    until = {planned.step.key: (planned.due_at, planned.useful_until) for planned in way.touches}
    assert until == {
        "service": (NOON, NOON + DAY),
        "offer": (NOON, NOON - 7 * DAY),
        "next": (NOON + DAY, NOON + 2 * DAY),
    }


def test_waiting_for_its_hour_makes_no_letter_late():
    way = going(program(letter("1", "marketing", at_hour=10)))

    (planned,) = way.touches
    assert planned.due_at == dt.datetime(2026, 3, 11, 10, tzinfo=MOSCOW)
    assert planned.useful_until == planned.due_at + DAY


def test_somebody_whose_step_is_gone_goes_on_at_the_next_that_is_left():
    without_arm = program(letter("1"), letter("3"))
    without_end = program(letter("1"))

    assert TREE.goes_on_at("2a.1", without_arm) == "3"
    assert TREE.goes_on_at("1", without_arm) == "1"
    assert TREE.goes_on_at("2c.2", without_end) == ""


def test_what_lies_ahead_leaves_out_other_arms():
    assert {step.key for step in TREE.steps_ahead("2c.1")} == {"2c.1", "2c.2", "3"}
    assert {step.key for step in TREE.steps_ahead("1")} == {step.key for step in TREE.steps}


@st.composite
def trees(draw, depth=0):
    """Steps of any kind, nested at random; keys are set afterwards."""
    steps = []
    for _ in range(draw(st.integers(0 if depth else 1, 4))):
        kind = draw(st.sampled_from(["letter", "pause", "leave", "branch", "split", "event"][: 6 if depth < 3 else 3]))
        arms = [draw(trees(depth=depth + 1)) for _ in range(2)] if kind in ("branch", "split", "event") else []
        steps.append((kind, arms))
    return steps


def built(spec, counter):
    made = []
    for kind, arms in spec:
        key = str(next(counter))
        below = [built(arm, counter) for arm in arms]
        if kind == "letter":
            made.append(letter(key))
        elif kind == "pause":
            made.append(pause(key))
        elif kind == "leave":
            made.append({"key": key, "kind": "leave"})
        elif kind == "event":
            made.append(event_wait(key, *below))
        else:
            made.append(parting(key, kind, *below))
    return made


@given(trees(), st.randoms(use_true_random=False))
def test_every_way_through_any_chain_ends_without_meeting_a_step_twice(spec, chance):
    plan = program(*built(spec, iter(range(10_000))))
    answers, now, key, arrived_at, met = {}, NOON, plan.steps[0].key, NOON, []
    for _round in range(10 * len(plan.steps) + 10):
        way = going(plan, key, now=now, answers=answers, arrived_at=arrived_at)
        if way.question:
            step = way.question.step
            arm = chance.choice(step.arms)
            happened = step.wait is not None and chance.random() < 0.5
            answers[step.key] = StepAnswer(arm.key, now if happened else None, 1 if happened else None)
            continue
        met += sent(way) + [one.step.key for one in way.passages]
        if way.ending:
            break
        now, key, arrived_at = way.due_at, way.step_key, way.arrived_at

    assert way.ending in ("last_step", "leave_step")
    assert len(met) == len(set(met))


def before(key, days, anchor="appointment", unit="days", **wait):
    return pause(key, -days, kind="offset", unit=unit, **{"from": anchor}, **wait)


REMINDERS = program(
    letter("booked"),
    before("7", 7),
    letter("in a week"),
    before("3", 3),
    letter("in three days", "marketing"),
    before("1", 1),
    letter("tomorrow"),
)


def booked(hours, **fields):
    """Somebody whose appointment is so many hours after they booked it at noon."""
    return going(REMINDERS, anchors=Anchors(NOON, True, {"appointment": NOON + dt.timedelta(hours=hours)}), **fields)


def dropped(way):
    return [planned.step.key for planned in way.touches if planned.dropped]


@pytest.mark.parametrize(
    ("hours", "passed", "stands_at"),
    [
        (24 * 8, [], "7"),
        (24 * 7, [], "3"),  # its moment is now
        (24 * 7 - 1, ["in a week"], "3"),
        (26, ["in a week", "in three days"], "1"),
        (20, ["in a week", "in three days", "tomorrow"], ""),
        (2, ["in a week", "in three days", "tomorrow"], ""),
        (-5, ["in a week", "in three days", "tomorrow"], ""),
    ],
)
def test_nobody_is_reminded_by_a_moment_that_had_passed_when_they_came(hours, passed, stands_at):
    way = booked(hours)

    assert (dropped(way), way.step_key) == (passed, stands_at)
    assert {planned.dropped for planned in way.touches} <= {"", "moment_passed"}


def test_what_had_passed_is_kept_with_the_moment_it_was_meant_for():
    way = booked(20)

    assert [planned.due_at for planned in way.touches] == [
        NOON,
        *(NOON + dt.timedelta(hours=20) - days * DAY for days in (7, 3, 1)),
    ]


@pytest.mark.parametrize("late", [dt.timedelta(minutes=5), DAY, 30 * DAY])
def test_an_engine_that_is_late_drops_no_reminder(late):
    at = NOON + 7 * DAY
    anchors = Anchors(NOON, True, {"appointment": at + 7 * DAY})

    way = walk(REMINDERS, WalkInput(7, "7", NOON, anchors, MOSCOW, due_at=at), at + late)

    assert sent(way)[0] == "in a week"
    assert dropped(way) == []
    assert way.touches[0].useful_until == at + DAY


@pytest.mark.parametrize(
    ("told", "news_after", "ahead", "passed", "stands_at"),
    [
        ("moved nearer", 2, 5, ["in a week"], "3"),
        ("told only now", 9, 2, ["in a week", "in three days"], "1"),
        ("moved away", 2, 60, [], "7"),
    ],
)
def test_a_moment_that_had_passed_when_its_date_was_told_reminds_nobody(told, news_after, ahead, passed, stands_at):
    news_at = NOON + news_after * DAY
    anchors = Anchors(NOON, True, {"appointment": news_at + ahead * DAY})

    way = walk(REMINDERS, WalkInput(7, "7", NOON, anchors, MOSCOW, due_at=news_at), news_at)

    assert (dropped(way), way.step_key) == (passed, stands_at)


@pytest.mark.parametrize("anchor", ["payment_due", "promised", "appointment", "warranty_end", "repurchase"])
def test_every_date_of_an_order_told_beforehand_reminds_so(anchor):
    plan = program(before("w", 7, anchor), letter("x"))

    way = going(plan, anchors=Anchors(NOON, True, {anchor: NOON + DAY}))

    assert dropped(way) == ["x"]


@pytest.mark.parametrize(
    ("day", "passed"), [("2026-03-12", ["x"]), ("2026-03-13T09:00:00Z", ["x"]), ("2026-03-17T09:00:00Z", [])]
)
def test_a_date_of_the_customer_reminds_so(day, passed):
    plan = program(before("w", 7, "attribute", attribute="departure_on"), letter("x"))

    assert dropped(going(plan, anchors=Anchors(NOON, attributes={"departure_on": day}))) == passed


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("so long after a date", pause("w", 1, kind="offset", **{"from": "appointment"})),
        ("the date itself", pause("w", 0, kind="offset", **{"from": "appointment"})),
        ("before what happens without notice", before("w", 1, "delivered")),
        ("before the start", before("w", 1, "trigger")),
        ("a day of the calendar", pause("w", kind="date", on="2026-03-01")),
    ],
)
def test_service_after_a_date_is_of_use_though_its_moment_had_passed(told, wait):
    anchors = Anchors(NOON, True, {"appointment": NOON - 2 * DAY, "delivered": NOON})

    way = going(program(wait, letter("x")), anchors=anchors)

    assert (sent(way), dropped(way), way.touches[0].due_at) == (["x"], [], NOON)


def test_in_a_chain_without_an_order_its_start_still_stands_in_for_the_orders_dates():
    assert dropped(going(program(before("w", 7), letter("x")))) == []


@pytest.mark.parametrize(
    ("told", "after", "outcome"),
    [
        ("an hour of that day", pause("t", kind="hour", hour=18), ("", ["x"])),
        ("some hours later", pause("t", 2, unit="hours"), ("", ["x"])),
        ("an event of that day", event_wait("t", [], [], days=1), ("", ["x"])),
        ("days later, which is still ahead", pause("t", 4), ("t", [])),
        ("another date", pause("t", 0, kind="offset", **{"from": "placed"}), ("", [])),
        ("a date nobody waits for", pause("t", 0, kind="offset", **{"from": "paid"}, if_unknown="go_on"), ("", [])),
    ],
)
def test_what_counts_from_a_moment_that_had_passed_has_its_place_in_the_plan(told, after, outcome):
    plan = program(before("w", 7), after, letter("x"))
    anchors = Anchors(NOON, True, {"appointment": NOON + 5 * DAY, "placed": NOON})

    way = going(plan, anchors=anchors, answers={"t": StepAnswer()})

    assert (way.step_key, dropped(way)) == outcome


def test_a_wait_counted_from_a_moment_that_had_passed_ends_where_the_plan_says_on_every_walk():
    plan = program(before("w", 7), pause("t", 4), letter("three days before"))
    anchors = Anchors(NOON, True, {"appointment": NOON + 5 * DAY})
    first = going(plan, anchors=anchors)

    again = going(plan, "t", anchors=anchors, arrived_at=first.arrived_at, now=NOON + 2 * DAY)

    assert first.due_at == NOON + 2 * DAY
    assert [(planned.due_at, planned.dropped) for planned in again.touches] == [(NOON + 2 * DAY, "")]


def test_a_reminder_whose_own_hour_is_still_ahead_goes():
    plan = program(before("w", 1), letter("tomorrow", at_hour=18))
    anchors = Anchors(NOON, True, {"appointment": NOON + dt.timedelta(hours=20)})

    (planned,) = going(plan, anchors=anchors).touches

    assert (planned.dropped, planned.due_at) == ("", dt.datetime(2026, 3, 10, 18, tzinfo=MOSCOW))


def test_what_fell_due_in_a_pause_keeps_that_reason():
    plan = program(before("w", 1), letter("x"))
    anchors = Anchors(NOON - 2 * DAY, True, {"appointment": NOON})
    hold = Standstill(NOON - 2 * DAY, NOON, "drop")

    way = walk(plan, WalkInput(7, "w", NOON - 2 * DAY, anchors, MOSCOW, holds=[hold], due_at=NOON), NOON)

    assert [planned.dropped for planned in way.touches] == ["pause_dropped"]
