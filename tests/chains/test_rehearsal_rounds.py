"""A rehearsal takes everybody of some days at once, each at their own hour: it comes to what keeping step comes to."""

import datetime as dt
import random
from collections import Counter

import pytest

from chains.engine.moments import EachAtTheirOwn, moment_of, present
from chains.models import Step
from chains.simulate.rehearsal import rounds
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from chains.simulate.rehearsal.replica.replica import Replica
from tests.chains.factories import add_tag, branch, draft_chain, marketing, message, split, until, wait
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = pytest.mark.django_db(transaction=True)

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
# The clocks of New York go forward in these days, on the 8th.
FIRST, LAST = dt.date(2026, 2, 27), dt.date(2026, 3, 9)
SINCE = dt.datetime(2026, 2, 25, tzinfo=dt.UTC)
ZONES = ("", "America/New_York", "Asia/Vladivostok", "Asia/Kathmandu")
LARGE = {"all": [{"field": "revenue", "operator": "at_least", "value": 100}]}
AGAIN = {"all": [{"field": "orders_count", "operator": "at_least", "value": 3}]}
VIP = {"all": [{"field": "recency_score", "operator": "at_least", "value": 3}]}


def live(shop, chance):
    """Two dozen customers in four zones: orders that arrive or are cancelled, complaints, quiet nights."""
    shop.weekly_cap, shop.quiet_from, shop.quiet_until = 2, dt.time(20), dt.time(8)
    shop.save()
    for number in range(24):
        customer = make_customer(time_zone=ZONES[number % 4], consent=number % 5 > 0)
        for _order in range(chance.randint(1, 4)):
            placed_at = SINCE + chance.random() * 13 * DAY
            delivered_at = placed_at + chance.randint(5, 90) * HOUR
            ending = {"cancelled_at": delivered_at} if chance.random() < 0.1 else {"delivered_at": delivered_at}
            paid_at = placed_at + chance.randint(1, 90) * HOUR / 60
            make_order(customer=customer, placed_at=placed_at, paid_at=paid_at, price=chance.randint(10, 90), **ending)
        if number % 6 == 0:
            make_case(customer, at=SINCE + chance.random() * 13 * DAY)


def chain_of(rule, **options):
    coupon = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "free_delivery", "coupon_days": 7}
    return draft_chain(
        message(name="thanks"),
        wait(1, since="delivered"),
        message(name="care", at_hour=10),
        add_tag("cared for"),
        until(
            "order.placed",
            happened=(coupon, marketing(name="for the second", late_after_hours=48)),
            ran_out=(marketing(name="come back", late_after_hours=48),),
            amount=4,
        ),
        wait(12, "hours"),
        branch((rule, marketing(name="for some")), (None, marketing(name="for others", late_after_hours=24))),
        split((1, message(name="tip a")), (1, message(name="tip b"))),
        wait(2),
        marketing(name="offer", late_after_hours=96),
        re_entry="per_order",
        control_share=20,
        **options,
    )


def told(chain):
    period = RehearsalPeriod.of(FIRST, LAST, NOW)
    result = rehearse(chain, period, lambda share, live_session: None, with_log=True)
    log = Counter(tuple(row.items()) for row in result.pop("log"))
    return {**result, "samples": len(result["samples"])}, log


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        (LARGE, {"goal": "ordered"}),
        (VIP, {"exit_rule": AGAIN}),
        (AGAIN, {"event": "order.delivered", "audience_rule": {"none": AGAIN["all"]}}),
    ],
    ids=["orders", "scores", "rules"],
)
def test_everybody_at_their_own_hour_comes_to_what_hour_after_hour_comes_to(shop, monkeypatch, rule, options):
    live(shop, random.Random(11))
    chain, passes = chain_of(rule, **options), Counter()
    run_verbs = rounds.run_verbs

    def count(now, sender):
        passes[isinstance(now, EachAtTheirOwn)] += 1
        return run_verbs(now, sender)

    monkeypatch.setattr(rounds, "run_verbs", count)
    figures, log = told(chain)
    monkeypatch.setattr(Replica, "_span_of", lambda replica, hour: hour)
    in_step, log_in_step = told(chain)

    assert (log - log_in_step, log_in_step - log) == (Counter(), Counter())
    assert figures == in_step
    assert log.total() > 20
    # Every hour has its pass when all keep step.
    assert passes[True] < passes[False] / 3


def test_a_customer_whose_turn_it_is_not_is_not_there():
    noon, night = NOW, NOW + 12 * HOUR

    now = EachAtTheirOwn.of({1: noon, 2: night})

    assert (now, moment_of(now, 1), moment_of(now, 2)) == (night, noon, night)
    assert present({1, 2, 3}, now) == {1, 2}
    assert present({1, 2, 3}, noon) == {1, 2, 3}
    assert moment_of(noon, 3) == noon
