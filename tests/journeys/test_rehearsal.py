"""Rehearsal equals reality: two months of a real shop rehearsed, then lived through hour by hour, come to the same."""

import datetime as dt
from collections import Counter

import pytest
from django.db import connection

from chains.definition.publishing import publish
from chains.engine.run import tick
from chains.models import Passage, Touch
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from tests.chains.factories import add_tag, branch, draft_chain, marketing, message, split, wait
from tests.journeys import recount
from tests.journeys.recount import DAY, END, HOUR, START
from tests.journeys.test_olist import _place, facts_of
from tests.order_files import order_file

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.real_data]

# One customer in so many: enough for every kind of outcome, few enough to be lived through within a minute.
ONE_IN = 12
# Control groups are drawn by the chain's number. With this one some are held back, whatever ran before in the database.
CHAIN = 2017
# Goods stay: steps may refer to them. Both lives number their customers alike, as arms are drawn by the number.
FORGET = "TRUNCATE crm_customer, crm_event, chains_enrolment, chains_touch RESTART IDENTITY CASCADE"


def make_chain():
    """Steps and decisions that follow from the orders alone; figures of customers among them."""
    large = {"all": [{"field": "revenue", "operator": "at_least", "value": 100}]}
    return draft_chain(
        message(name="thanks"),
        wait(2, since="delivered"),
        message(name="care"),
        add_tag("cared for"),
        wait(1),
        branch((large, marketing(name="for the large")), (None, marketing(name="for the small", late_after_hours=24))),
        split((1, message(name="tip a")), (1, message(name="tip b"))),
        wait(3),
        marketing(name="offer", late_after_hours=96),
        goal="ordered",
        re_entry="per_order",
        control_share=20,
        pk=CHAIN,
    )


def live_through(purchases, hours):
    """Record every fact at its moment, and do what there is to do at every full hour."""
    placed, facts = {}, iter(facts_of(purchases))
    fact = next(facts, None)
    hour = START
    while hour < END:
        while fact and fact[0] <= hour:
            at, verb, purchase = fact
            if verb is _place:
                placed[purchase.number] = _place(purchase)
            else:
                verb(placed[purchase.number], at=at)
            fact = next(facts, None)
        hours(hour)
        hour += HOUR


def forget():
    with connection.cursor() as cursor:
        cursor.execute(FORGET)


def touches():
    rows = Touch.objects.values_list(
        "customer__external_id", "order__number", "step_name", "status", "reason", "sent_at"
    )
    return Counter((*row[:5], row[5] and row[5].isoformat()) for row in rows)


def test_a_rehearsal_of_two_months_comes_to_what_they_would_have_been(shop):
    shop.weekly_cap = recount.WEEKLY_CAP + 1
    shop.save()
    purchases = [
        purchase
        for purchase in recount.purchases(order_file("olist_order_lines"))
        if int(purchase.customer[:6], 16) % ONE_IN == 0
    ]
    chain = make_chain()
    forget()
    live_through(purchases, lambda hour: None)
    period = RehearsalPeriod.of(START.date(), (END - DAY).date(), dt.datetime.now(dt.UTC))

    result = rehearse(chain, period, lambda share, live_session: None, with_log=True)

    rehearsed = Counter(
        (row["external_id"], row["order"], row["step"], row["status"], row["reason"], row["sent_at"])
        for row in result["log"]
    )
    forget()
    publish(chain, START)
    live_through(purchases, lambda hour: tick(hour) if hour > START else None)
    lived = touches()
    print(f"{rehearsed.total()} touches rehearsed, {lived.total()} lived;", end=" ")  # noqa: T201
    print(f"only rehearsed: {rehearsed - lived}, only lived: {lived - rehearsed}")  # noqa: T201
    assert rehearsed == lived
    # That it was worth the walk: these became of touches, and both arms were taken.
    assert {(status, reason) for *_who, status, reason, _at in lived} >= {
        ("sent", ""),
        ("control", "control"),
        ("skipped", "no_consent"),
    }
    assert Passage.objects.exclude(arm_key="").values("step_key", "arm_key").distinct().count() == 4
    assert result["entered"] > 50
