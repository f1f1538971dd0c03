"""Where people stand and what comes next, and why somebody did not enter."""

import datetime as dt
import html
import itertools
import re

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chains.definition import pausing
from chains.engine.run import tick
from chains.explain.customer import customer_chains
from chains.explain.entry import explain_entry
from chains.explain.histories import histories
from chains.models import Chain, Enrolment
from chains.results import rollups
from crm import consent
from crm.events import record
from crm.orders import orders
from tests.chains.factories import branch, live_chain, marketing, message, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
_serial = itertools.count(1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def happens(customer, at, kind="asked"):
    record(kind, customer=customer, occurred_at=at, source="test", key=f"{next(_serial)}")


def told(customer, now, chain=None):
    return [one.outlook for one in histories(customer, now, chain)]


def test_says_where_somebody_stands_and_what_comes_when():
    live_chain(message(name="Hello"), wait(2), message(name="Care"), wait(5), marketing(name="Offer"), event="asked")
    customer = make_customer()
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)

    (outlook,) = told(customer, NOW + HOUR)

    assert outlook.stands == "waits at step 2 until March 12, 2026, 1 p.m."
    assert [(coming.step, coming.at) for coming in outlook.coming] == [
        ("Care", NOW + HOUR + 2 * DAY),
        ("Offer", NOW + HOUR + 7 * DAY),
    ]
    assert outlook.then == "then it ends"


def test_says_what_somebody_waits_for():
    live_chain(message(), wait(3, since="delivered", name="The delivery"), message(name="Care"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    (outlook,) = told(order.customer, NOW + HOUR)

    assert outlook.stands == "waits at step 2 “The delivery” for: the delivery"
    assert (outlook.coming, outlook.then) == ((), "")


def test_says_after_which_message_the_way_is_not_known():
    live_chain(message(), wait(1), message(name="Soon"), wait(3, since="delivered"), message(name="Care"))
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    (outlook,) = told(order.customer, NOW + HOUR)

    assert [coming.step for coming in outlook.coming] == ["Soon"]
    assert outlook.then == "then it waits at step 4 for: the delivery"


def test_says_how_it_ended():
    live_chain(message(), wait(1), message())
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    orders.cancel(order, at=NOW + 2 * HOUR)
    tick(NOW + 2 * HOUR)

    assert told(order.customer, NOW + DAY)[0].stands == "ended on March 10, 2026, 2 p.m.: the order was cancelled"


def test_says_that_a_paused_chain_stands_still():
    chain = live_chain(message(), wait(1), message())
    order = make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    pausing.pause(chain, NOW + 2 * HOUR)
    tick(NOW + 2 * DAY)

    assert told(order.customer, NOW + 2 * DAY)[0].stands == "stands still, as the chain is paused"


def test_what_is_foretold_is_what_happens():
    live_chain(
        message(name="One"),
        wait(36, "hours"),
        message(name="Two", at_hour=18),
        wait(2),
        message(name="Three"),
        event="asked",
    )
    customer = make_customer(time_zone="Asia/Tokyo")
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)
    foretold = {coming.step: coming.at for coming in told(customer, NOW + HOUR)[0].coming}

    for hours in range(1, 24 * 6):
        tick(NOW + HOUR + hours * HOUR)

    touches = Enrolment.objects.get().touches.exclude(step_name="One")
    assert dict(touches.values_list("step_name", "due_at")) == foretold


def test_the_queries_do_not_grow_with_the_stays():
    chain = live_chain(message(), wait(1), message(), event="asked", re_entry="per_order")
    counts = []
    for times in (1, 1, 6):
        customer = make_customer()
        for number in range(times):
            happens(customer, NOW + HOUR + number * HOUR)
            tick(NOW + HOUR + number * HOUR)
        with CaptureQueriesContext(connection) as queries:
            assert len(histories(customer, NOW + DAY, chain)) == times
        counts.append(len(queries))

    assert counts[1] == counts[2]


def lines(attempt):
    return [(line.holds, line.sentence) for line in attempt.lines]


def test_nothing_happened_that_would_start_it():
    chain = live_chain(message(), event="order.delivered")
    customer = make_customer(first_name="Ann")

    found = explain_entry(chain, customer, NOW)

    assert found.verdict == "What starts the chain did not happen to Ann: order delivered or performed."
    assert (found.past, found.coming) == ((), None)


def test_who_is_in_it_entered_on_a_day():
    chain = live_chain(message(), wait(1), message())
    order = make_order(customer=make_customer(first_name="Ann"), placed_at=NOW + HOUR)
    tick(NOW + HOUR)

    found = explain_entry(chain, order.customer, NOW + HOUR)

    assert found.verdict == "Ann is in the chain."
    assert found.past[0].sentence == f"March 10, 2026, 1 p.m., order {order.number}"
    assert lines(found.past[0]) == [(True, "entered on March 10, 2026")]


def test_what_happened_before_the_chain_was_switched_on_starts_nothing():
    customer = make_customer(first_name="Ann")
    make_order(customer=customer, placed_at=NOW - DAY)
    chain = live_chain(message())
    tick(NOW)

    found = explain_entry(chain, customer, NOW)

    assert found.verdict == ("Ann did not enter: it happened before the chain was switched on (March 10, 2026, noon).")


def test_a_rule_that_does_not_hold_is_told_condition_by_condition():
    chain = live_chain(
        message(), audience_rule={"all": [{"field": "city", "operator": "is", "value": ["Oslo"]}]}, event="asked"
    )
    customer = make_customer(first_name="Ann", city="Rome")
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)

    found = explain_entry(chain, customer, NOW + HOUR)

    assert found.verdict == "Ann did not enter: the rule for whom it is does not hold now."
    rule = found.past[0].obstacle.rule
    assert [(item.holds, "Oslo" in item.sentence) for item in rule.items] == [(False, True)]


def test_who_may_not_enter_again_yet_is_told_when():
    chain = live_chain(message(), event="asked", re_entry="after_days", re_entry_days=30)
    customer = make_customer(first_name="Ann")
    for at in (NOW + HOUR, NOW + 3 * DAY):
        happens(customer, at)
        tick(at)

    found = explain_entry(chain, customer, NOW + 3 * DAY)

    assert found.verdict == (
        "Ann was in the chain and is not now: they may enter again 30 days after the last time, "
        "which was on March 10, 2026."
    )
    assert [attempt.obstacle is None for attempt in found.past] == [False, True]


def test_who_entered_once_does_not_enter_again():
    chain = live_chain(message(), event="asked", re_entry="once")
    customer = make_customer()
    for at in (NOW + HOUR, NOW + 3 * DAY):
        happens(customer, at)
        tick(at)

    newest = explain_entry(chain, customer, NOW + 3 * DAY).past[0]

    assert newest.obstacle.sentence == "a customer enters once, and this one did on March 10, 2026"


def test_a_birthday_to_come_is_told_and_one_that_was():
    chain = live_chain(message(), trigger="birthday", trigger_days=-3, trigger_hour=10, re_entry="after_days")
    soon = make_customer(first_name="Ann", born_on=dt.date(1990, 4, 10), time_zone="UTC")
    now = NOW + DAY

    found = explain_entry(chain, soon, now)

    assert found.verdict == "The moment of Ann has not come: 3 days before: birthday, at 10:00."
    assert found.coming.trigger.at == dt.datetime(2026, 4, 7, 10, tzinfo=dt.UTC)
    assert found.coming.obstacle.sentence == "its moment has not come yet"


def test_imported_history_starts_nothing():
    chain = live_chain(message(), event="asked")
    customer = make_customer()
    record("asked", customer=customer, occurred_at=NOW + HOUR, source="import", key="old", is_historic=True)
    tick(NOW + HOUR)

    obstacle = explain_entry(chain, customer, NOW + HOUR).past[0].obstacle

    assert obstacle.sentence == "it came with an import of past orders, and imported history starts nothing"


def test_a_chain_that_holds_people_back_says_so():
    chain = live_chain(message(), event="asked", surge_limit=1)
    first, second = make_customer(), make_customer()
    for customer in (first, second):
        happens(customer, NOW + HOUR)
    tick(NOW + HOUR)

    obstacles = [explain_entry(chain, one, NOW + 2 * HOUR).past[0].obstacle for one in (first, second)]

    assert sorted(one.sentence if one else "" for one in obstacles) == [
        "",
        "they wait outside until somebody decides about those who came all at once or in a pause",
    ]


def test_tells_which_arm_somebody_would_be_in():
    chain = live_chain(marketing(), event="asked", control_share=50)
    told_arms = set()
    for _number in range(12):
        customer = make_customer()
        happens(customer, NOW - DAY)
        told_arms.add(explain_entry(chain, customer, NOW).past[0].lines[-1].sentence)

    assert told_arms == {
        "they are in the control group: service reaches them, marketing is held back",
        "they are not in the control group",
    }


def test_the_overview_of_a_customer_names_every_chain_in_a_constant_number_of_queries():
    customer = make_customer(first_name="Ann")
    entered = live_chain(message(), wait(1), message(), event="asked")
    counts = []
    for number in range(3):
        for _chain in range(1 if number < 2 else 5):
            live_chain(message(), event="order.delivered")
            live_chain(message(), event="asked", at=NOW + 9 * DAY)
            live_chain(message(), trigger="birthday")
        if not number:
            happens(customer, NOW + HOUR)
            tick(NOW + HOUR)
        with CaptureQueriesContext(connection) as queries:
            found = customer_chains(customer, NOW + HOUR)
        counts.append(len(queries))

    assert [one.enrolment.chain for one in found.stays] == [entered]
    assert counts[2] - counts[1] == 3 * 5
    assert {one.sentence for one in found.missing} == {
        "What starts the chain did not happen to Ann: order delivered or performed.",
        "Ann did not enter: it happened before the chain was switched on (March 19, 2026, noon).",
        "What starts the chain did not happen to Ann: on the day: birthday, at 10:00.",
    }


def of_overview(chain, customer, now):
    return next(one.sentence for one in customer_chains(customer, now).missing if one.chain == chain)


def ordered_before():
    customer = make_customer(first_name="Ann")
    make_order(customer=customer, placed_at=NOW - DAY), make_order(customer=customer, placed_at=NOW - 2 * DAY)
    return live_chain(message()), customer


def ordered_in_an_import():
    customer = make_customer(first_name="Ann")
    past = {"source": "import", "is_historic": True}
    record("order.placed", customer=customer, occurred_at=NOW + HOUR, key="old", **past)
    return live_chain(message()), customer


def lives_elsewhere():
    rule = {"all": [{"field": "city", "operator": "is", "value": ["Oslo"]}]}
    chain = live_chain(message(), audience_rule=rule)
    return chain, make_order(customer=make_customer(first_name="Ann", city="Rome"), placed_at=NOW + HOUR).customer


def waits_outside():
    chain = live_chain(message(), surge_limit=1)
    make_order(placed_at=NOW + HOUR)
    return chain, make_order(customer=make_customer(first_name="Ann"), placed_at=NOW + HOUR).customer


def has_a_birthday_to_come():
    chain = live_chain(message(), trigger="birthday", trigger_days=-3, trigger_hour=10, re_entry="after_days")
    return chain, make_customer(first_name="Ann", born_on=dt.date(1990, 4, 10), time_zone="UTC")


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        (ordered_before, "Ann did not enter: it happened before the chain was switched on"),
        (ordered_in_an_import, "Ann did not enter: it came with an import of past orders"),
        (lives_elsewhere, "Ann did not enter: the rule for whom it is does not hold now."),
        (waits_outside, "Ann did not enter: they wait outside until somebody decides"),
        (has_a_birthday_to_come, "The moment of Ann has not come: 3 days before: birthday"),
    ],
)
def test_a_customers_page_gives_the_reason_that_the_chains_page_gives(happened, words):
    chain, customer = happened()
    tick(NOW + HOUR)

    sentence = of_overview(chain, customer, NOW + 2 * HOUR)

    assert sentence.startswith(words)
    assert sentence == explain_entry(chain, customer, NOW + 2 * HOUR).verdict


def test_who_went_through_the_chain_is_not_said_to_enter_next():
    chain = live_chain(message(), event="asked")
    customer = make_customer(first_name="Ann")
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)

    assert explain_entry(chain, customer, NOW + DAY).verdict == "Ann is through with the chain."
    assert customer_chains(customer, NOW + DAY).missing == ()


def test_one_of_the_control_group_is_in_the_chain_on_both_pages():
    chain = live_chain(marketing(), wait(1), marketing(), control_share=50, event="asked")
    customers = [make_customer() for _number in range(12)]
    for customer in customers:
        happens(customer, NOW + HOUR)
    tick(NOW + HOUR)

    held = Enrolment.objects.filter(is_control=True).first().customer

    assert explain_entry(chain, held, NOW + HOUR).verdict == f"{held} is in the chain."
    assert [stay.enrolment.chain for stay in customer_chains(held, NOW + HOUR).stays] == [chain]


@pytest.fixture
def agent(client):
    user = User.objects.create_user("agent", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return client


def test_an_agent_finds_a_customer_and_reads_why(agent):
    chain = live_chain(message(name="Hello"), wait(1), marketing(name="Offer"), event="asked")
    customer = make_customer(first_name="Ann", last_name="Kettle")
    consent.withdraw(
        customer, channel="email", address=customer.contacts.get().address, purpose="marketing", at=NOW, source="page"
    )
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)
    tick(NOW + 2 * DAY)
    page = f"/admin/chains/enrolment/why/{chain.pk}/"

    found = agent.get(page, {"q": "Kettle"}).content.decode()
    told_why = agent.get(page, {"customer": customer.pk}).content.decode()
    of_customer = agent.get(f"/admin/crm/customer/{customer.pk}/change/").content.decode()
    every = agent.get(f"/admin/chains/enrolment/of/{customer.pk}/").content.decode()

    assert f"?customer={customer.pk}" in found
    assert "Not sent: the customer unsubscribed" in told_why
    assert f"/admin/chains/enrolment/of/{customer.pk}/" in of_customer
    assert "Not sent: the customer unsubscribed" in every


def test_nobody_reads_it_without_the_right_to(client):
    chain = live_chain(message(), event="asked")
    client.force_login(User.objects.create_user("guest", is_staff=True))

    assert client.get(f"/admin/chains/enrolment/why/{chain.pk}/").status_code == 403
    assert client.get(f"/admin/chains/enrolment/of/{make_customer().pk}/").status_code == 403


@pytest.mark.parametrize("asked", ["x", "", "99999999999999999999", "0"])
def test_a_customer_that_is_none_is_looked_for(agent, asked):
    chain = live_chain(message(), event="asked")

    assert agent.get(f"/admin/chains/enrolment/why/{chain.pk}/", {"customer": asked}).status_code == 200


def test_the_list_of_enrolments_reads_where_everybody_stands_at_once(agent):
    chain = live_chain(message(), wait(1), message(), event="asked")
    counts = []
    for more in (1, 1, 8):
        for _number in range(more):
            happens(make_customer(), NOW + HOUR)
        tick(NOW + HOUR)
        with CaptureQueriesContext(connection) as queries:
            page = agent.get(f"/admin/chains/enrolment/?chain__id__exact={chain.pk}")
        counts.append(len(queries))

    assert "waits at step 2 until" in page.content.decode()
    assert counts[1] == counts[2]


def test_a_step_leads_to_those_who_stand_there_and_to_what_was_not_sent(client, time_machine):
    time_machine.move_to(NOW + DAY, tick=False)
    boss = User.objects.create_superuser("boss")
    client.force_login(boss)
    chain = live_chain(message(name="Hello"), wait(1, name="A day"), marketing(name="Offer"), event="asked")
    gone, here = make_customer(consent=False), make_customer()
    happens(gone, NOW - DAY + HOUR)
    Chain.objects.update(watermark_at=NOW - 9 * DAY)
    tick(NOW - DAY + HOUR)
    happens(here, NOW + HOUR)
    tick(NOW + HOUR)
    rollups.rebuild(NOW + DAY)
    keys = dict(chain.steps.values_list("name", "key"))
    links = re.findall(r'href="([^"]+)"', client.get(f"/admin/chains/chain/{chain.pk}/change/").content.decode())
    of_step = {name: [html.unescape(link) for link in links if f"step={key}" in link] for name, key in keys.items()}

    standing = client.get(next(link for link in of_step["A day"] if "enrolment" in link))
    refused = client.get(next(link for link in of_step["Offer"] if "reason__exact=no_consent" in link))

    assert [one.customer for one in standing.context["cl"].result_list] == [here]
    assert [one.customer for one in refused.context["cl"].result_list] == [gone]


def test_tells_how_the_way_was_decided():
    at_home = {"all": [{"field": "city", "operator": "is", "value": ["Oslo"]}]}
    live_chain(branch((at_home, message()), (None, message())), event="asked")
    customer = make_customer(city="Oslo")
    happens(customer, NOW + HOUR)
    tick(NOW + HOUR)

    (stay,) = histories(customer, NOW + HOUR)

    assert [(turn.number, turn.words) for turn in stay.turns] == [("1", "took “a”: City: Oslo")]


def test_a_page_that_does_not_tell_of_all_enrolments_says_of_how_many(admin_client, monkeypatch):
    monkeypatch.setattr("chains.explain.histories.MOST", 2)
    chain, customer = live_chain(message(), event="asked", re_entry="per_order"), make_customer()
    for number in range(1, 4):
        happens(customer, NOW + number * HOUR)
        tick(NOW + number * HOUR)
    pages = [
        reverse("admin:chains_customer_chains", args=[customer.pk]),
        f"{reverse('admin:chains_chain_why', args=[chain.pk])}?customer={customer.pk}",
    ]

    for page in pages:
        text = admin_client.get(page).content.decode()
        assert "The newest 2 of 3 enrolments." in text
        everything = html.unescape(re.search(r'href="([^"]*enrolment/[?]customer__id__exact[^"]*)"', text)[1])
        assert len(admin_client.get(everything).context["cl"].result_list) == 3
