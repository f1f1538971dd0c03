"""What holds for every chain, every history and every clock.

Random trees of steps, random facts and random ticks of three customers far apart on the globe, over weeks in which
clocks change. The long run: `ENCORE_EXAMPLES=2000 pytest tests/chains/test_engine_properties.py`.
"""

import datetime as dt
import itertools
import os
from collections import Counter
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chains.engine.advance.advance import advance
from chains.engine.deliver.deliver import deliver
from chains.engine.deliver.recover import recover
from chains.engine.enrol.enrol import enrol
from chains.engine.guard.guard import guard
from chains.models import Enrolment, Passage, Touch
from crm import consent
from crm.events import record
from crm.models import Case, Shop
from crm.service import cases
from crm.timezones import zone_of
from tests.chains.factories import add_tag, branch, leave, live_chain, make_template, message, split, task, until, wait
from tests.conftest import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("ENCORE_EXAMPLES", "30"))
# Clocks change on 8 March in New York and on 29 March in Berlin; Kiritimati is a day ahead of Honolulu.
START = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Pacific/Kiritimati")
WEEK = dt.timedelta(days=7)
FACTS = ("began", "began", "asked", "order", "withdraw", "grant", "complain", "resolve", "tag")

WAITS = st.one_of(
    st.tuples(st.just("wait"), st.integers(0, 5), st.sampled_from(["hours", "days"])),
    st.tuples(st.just("hour"), st.integers(0, 23), st.sets(st.integers(0, 6), max_size=2)),
)
ACTS = st.one_of(
    st.tuples(st.just("message"), st.sampled_from(["service", "marketing"]), st.none() | st.integers(0, 23)),
    st.just(("task",)),
    st.just(("tag",)),
)


def _holding_steps(inner):
    way = st.lists(inner, max_size=2)
    ending = st.lists(inner, max_size=1).map(lambda steps: [*steps, ("leave",)])
    return st.one_of(
        inner,
        st.tuples(st.just("branch"), way | ending, way),
        st.tuples(st.just("split"), way, way),
        st.tuples(st.just("until"), st.integers(1, 4), way, way | ending),
    )


PLANS = st.lists(st.recursive(WAITS | ACTS, _holding_steps, max_leaves=4), min_size=1, max_size=5)
HOURS = st.integers(0, 30 * 24).map(float)
HISTORIES = st.lists(st.tuples(HOURS, st.integers(0, 2), st.sampled_from(FACTS)), min_size=1, max_size=25)
TICKS = st.lists(st.floats(0.1, 90), min_size=3, max_size=25)


def _step(plan, templates):
    # Arms of a split are drawn by the step's key: both lives of a test have to draw the same.
    return {"key": f"step{next(_keys)}", **_described(plan, templates)}


def _described(plan, templates):
    kind, *about = plan
    match kind:
        case "message":
            purpose, hour = about
            return message(purpose, template=templates[purpose], at_hour=hour, late_after_hours=60)
        case "wait":
            return wait(*about)
        case "hour":
            hour, days = about
            return {"kind": "wait", "wait": "hour", "wait_hour": hour, "wait_weekdays": sorted(days)}
        case "branch":
            rule = {"field": "tags", "operator": "has", "value": ["keen"]}
            return branch((rule, *_steps(about[0], templates)), (None, *_steps(about[1], templates)))
        case "split":
            return split((1, *_steps(about[0], templates)), (2, *_steps(about[1], templates)))
        case "until":
            days, happened, ran_out = about
            return until(
                "asked",
                amount=days,
                happened=_steps(happened, templates),
                ran_out=_steps(ran_out, templates),
            )
    return {"task": task, "tag": lambda: add_tag("keen"), "leave": leave}[kind]()


_keys = itertools.count(1)


def _steps(plans, templates):
    return [_step(plan, templates) for plan in plans]


def _has_act(plans):
    return any(plan[0] in ("message", "task") or any(_has_act(arm) for arm in _arms(plan)) for plan in plans)


def _arms(plan):
    return plan[2:] if plan[0] == "until" else plan[1:] if plan[0] in ("branch", "split") else ()


class World:
    """Three customers, and what is known of them from outside the engine."""

    def __init__(self, plans):
        templates = {purpose: make_template(purpose=purpose) for purpose in ("service", "marketing")}
        self.product = make_product()
        self.chain = live_chain(
            *_steps(plans, templates),
            event="custom",
            custom_event="began",
            re_entry="after_days",
            re_entry_days=5,
            goal="ordered",
            at=START - WEEK,
        )
        self.people = [make_customer(first_name="Ann", time_zone=zone) for zone in ZONES]
        self.happened = []

    def live_through(self, history, gaps, limits):
        """Facts in their order, passes at every tick; `limits`: the batch size of each in turn."""
        self.happened = []
        facts = sorted((START + dt.timedelta(hours=hours), who, what) for hours, who, what in history)
        now = START
        for gap, limit in zip(gaps, itertools.cycle(limits), strict=False):
            now += dt.timedelta(hours=gap)
            while facts and facts[0][0] <= now:
                self.befall(*facts.pop(0))
            one_pass(now, limit)
            assert not _work(now, limit), "a second pass at the same moment found something to do"

    def befall(self, at, who, what):
        customer = self.people[who]
        address = customer.contacts.get().address
        told = {"channel": "email", "address": address, "purpose": "marketing", "at": at, "source": "test"}
        number = len(self.happened)
        match what:
            case "began" | "asked":
                record(what, customer=customer, occurred_at=at, source="test", key=f"{what}:{number}")
            case "order":
                make_order(customer=customer, placed_at=at, product=self.product, number=f"N-{number}")
            case "withdraw":
                consent.withdraw(customer, **told)
            case "grant":
                consent.grant(customer, wording="Yes", **told)
            case "complain":
                cases.open_case(customer, kind="complaint", subject="It leaks", at=at)
            case "resolve":
                for case in Case.objects.open().filter(customer=customer):
                    cases.resolve(case, at=at)
            case "tag":
                customer.refresh_from_db()
                customer.tags = ["keen"]
                customer.save(update_fields=["tags"])
        self.happened.append((at, customer.pk, what))


def one_pass(now, limit):
    while _work(now, limit):
        pass


def _work(now, limit):
    done = recover(now).total()
    for verb in (enrol, advance, _guard_and_deliver):
        while more := verb(now, limit).total():
            done += more
    return done


def _guard_and_deliver(now, limit):
    lease = uuid4()
    counts = guard(now, lease, limit)
    return counts + deliver(now, lease)


EVERYTHING = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


@EVERYTHING
@given(PLANS.filter(_has_act), HISTORIES, TICKS)
def test_every_way_ends_or_waits_and_every_promise_holds(shop, plans, history, gaps):
    with transaction.atomic():
        world = World(plans)
        world.live_through(history, gaps, [500])

        assert_everybody_ends_or_waits()
        assert_no_step_twice()
        for touch in Touch.objects.sent().select_related("enrolment", "customer"):
            assert touch.sent_at >= max(touch.due_at, touch.created_at, touch.enrolment.triggered_at)
            assert touch.sent_at <= touch.useful_until
            if touch.purpose == "marketing" and touch.channel == "email":
                assert_welcome(touch, world)
        assert not Touch.objects.filter(status="sent", reason__gt="").exists()
        assert not Touch.objects.filter(status__in=["claimed", "sending", "failed", "unknown"]).exists()
        transaction.set_rollback(True)


@settings(EVERYTHING, max_examples=max(EXAMPLES // 2, 10))
@given(PLANS.filter(_has_act), HISTORIES, TICKS, st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_the_same_history_gives_the_same_touches_whatever_the_batches(shop, plans, history, gaps, limits):
    with transaction.atomic():
        world = World(plans)
        outcomes = [one_life(world, history, gaps, sizes) for sizes in ([500], limits)]
        transaction.set_rollback(True)

    assert outcomes[0] == outcomes[1]


def one_life(world, history, gaps, sizes):
    with transaction.atomic():
        world.live_through(history, gaps, sizes)
        touches = all_touches()
        transaction.set_rollback(True)
    return touches


def assert_everybody_ends_or_waits():
    for enrolment in Enrolment.objects.select_related("version"):
        if enrolment.status == "active":
            assert enrolment.due_at or enrolment.awaits
            assert enrolment.step_key in str(enrolment.version.program)
        else:
            assert enrolment.ending
            assert enrolment.ended_at


def assert_no_step_twice():
    for rows in (Touch.objects, Passage.objects):
        times = Counter(rows.values_list("enrolment", "step_key"))
        assert not times or max(times.values()) == 1


def assert_welcome(touch, world):
    """At the moment it was sent: not at night, room in the week, a yes, no complaint, nothing ordered."""
    at, shop = touch.sent_at, Shop.load()
    local = at.astimezone(zone_of(touch.customer.time_zone)).time()
    assert shop.quiet_until <= local < shop.quiet_from
    week = Touch.objects.sent().filter(customer=touch.customer_id, sent_at__gt=at - WEEK, sent_at__lte=at)
    assert sum(one.sent_at < at for one in week) < shop.weekly_cap
    assert sum(one.purpose == "marketing" for one in week) <= shop.weekly_cap
    theirs = [(when, what) for when, who, what in world.happened if who == touch.customer_id and when <= at]
    assert last(theirs, "withdraw", "grant") != "withdraw"
    assert last(theirs, "complain", "resolve") != "complain"
    assert not [when for when, what in theirs if what == "order" and when > touch.enrolment.triggered_at]


def last(facts, *kinds):
    return next((what for _when, what in reversed(facts) if what in kinds), "")


def all_touches():
    """Every touch by customer, entry and step; ids differ from life to life."""
    what = ("customer", "enrolment__triggered_at", "step_key", "status", "reason", "due_at", "sent_at")
    return sorted(Touch.objects.values_list(*what), key=str)
