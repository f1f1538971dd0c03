"""The step that calls a webhook, through the engine's own verbs and a real receiver."""

import datetime as dt

import pytest
from django.utils import timezone

from chains.definition.checks import problems
from chains.definition.copying import duplicate
from chains.definition.publishing import publish
from chains.engine.run import tick
from chains.explain.decisions import decisions
from chains.explain.outlook import outlooks
from chains.models import Enrolment, Passage, Touch
from chains.simulate.rehearsal.period import RehearsalPeriod
from chains.simulate.rehearsal.rehearse import rehearse
from crm.events import record
from crm.models import Event, Shop, WebhookEndpoint, WebhookMessage
from crm.webhooks_out import sending
from crm.webhooks_out.answers import WAITS
from crm.webhooks_out.calls import fields_of
from tests.chains.factories import add_tag, branch, call, draft_chain, live_chain, message, wait
from tests.conftest import make_customer, make_order
from tests.crm.webhook_receiver import SECRET, receiving

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def receiver(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def endpoint(receiver):
    return WebhookEndpoint.objects.create(name="Their CRM", url=receiver.url, secret=SECRET)


@pytest.fixture
def start(shop):
    return timezone.now()


def asking(field, operator, value=None):
    return {"all": [{"field": field, "operator": operator} | ({"value": value} if value else {})]}


def chain_with(endpoint, start, *after, **fields):
    steps = [call(endpoint, name="Ask the CRM", webhook_text="who calls?", **fields), *after]
    return live_chain(*steps, event="asked", at=start - HOUR)


ARMS = (
    (asking("answer_field", "is", ["tier", "gold"]), add_tag("gold")),
    (asking("answer_ok", "yes"), add_tag("well")),
    (asking("answer_came", "yes"), add_tag("refused")),
    (None, add_tag("silent")),
)


def enter(start, customer=None, order=None):
    customer = customer or make_customer(external_id=None)
    record("asked", customer=customer, occurred_at=start, source="test", key=str(customer.pk), order=order)
    tick(start)
    return customer


def tags_of(customer):
    customer.refresh_from_db()
    return customer.tags


def test_the_step_tells_who_and_what_and_waits_for_the_answer(endpoint, receiver, start):
    chain = chain_with(endpoint, start, add_tag("met"))
    order = make_order()

    customer = enter(start, order.customer, order)

    enrolment = Enrolment.objects.get()
    assert (enrolment.awaits, enrolment.awaited_event, enrolment.due_at) == ("event", "webhook.answered", start + HOUR)
    assert tags_of(customer) == []
    sending.send_due(timezone.now())
    step = chain.version.program["steps"][0]["key"]
    [body] = receiver.bodies
    assert (body["type"], body["data"]["customer"]["id"], body["data"]["order"]) == (
        "chain.call", customer.pk, {"number": order.number}
    )  # fmt: skip
    assert body["data"]["properties"] == {
        "chain": chain.pk, "enrolment": enrolment.pk, "step": step, "step_name": "Ask the CRM", "text": "who calls?"
    }  # fmt: skip
    tick(timezone.now())
    assert tags_of(customer) == ["met"]
    assert not Touch.objects.exists()


@pytest.mark.parametrize(
    ("answer", "tag"),
    [
        ((200, '{"tier": "gold"}'), "gold"),
        ((200, '{"tier": "silver"}'), "well"),
        ((204, ""), "well"),
        ((422, '{"error": "unknown"}'), "refused"),
        ((500, ""), "silent"),
    ],
)
def test_the_next_branch_asks_what_was_answered(answer, tag, endpoint, receiver, start):
    receiver.answers_with(answer)
    chain_with(endpoint, start, branch(*ARMS))
    customer = enter(start)
    sending.send_due(timezone.now())

    tick(timezone.now())
    tick(timezone.now() + HOUR)

    assert tags_of(customer) == [tag]


def test_a_call_that_was_given_up_has_not_answered(endpoint, settings, start):
    settings.PRIVATE_ADDRESSES_ALLOWED = False
    chain_with(endpoint, start, branch(*ARMS))
    customer = enter(start)
    WebhookMessage.objects.update(attempts=len(WAITS))

    assert sending.send_due(timezone.now()) == {"failed": 1}
    tick(timezone.now())

    assert tags_of(customer) == ["silent"]


def test_a_branch_far_behind_still_knows_the_answer(endpoint, receiver, start):
    receiver.answers_with((200, '{"tier": "gold"}'))
    chain_with(endpoint, start, wait(2), branch(*ARMS))
    customer = enter(start)
    sending.send_due(timezone.now())
    tick(timezone.now())

    tick(timezone.now() + dt.timedelta(days=3))

    assert tags_of(customer) == ["gold"]


def test_the_answer_of_a_later_call_replaces_that_of_an_earlier(endpoint, receiver, start):
    receiver.answers_with((200, '{"tier": "gold"}'), 500)
    chain_with(endpoint, start, call(endpoint, name="Again"), branch(*ARMS))
    customer = enter(start)
    sending.send_due(timezone.now())
    tick(timezone.now())
    sending.send_due(timezone.now())

    tick(timezone.now() + HOUR + HOUR)

    assert tags_of(customer) == ["silent"]


def test_an_answer_after_the_time_changes_nothing(endpoint, receiver, start):
    chain_with(endpoint, start, branch(*ARMS), wait(1), add_tag("after"))
    customer = enter(start)
    tick(start + HOUR)

    sending.send_due(timezone.now())
    tick(start + 2 * HOUR)

    assert tags_of(customer) == ["silent"]
    assert Event.objects.filter(kind="webhook.answered").count() == 1
    assert Passage.objects.exclude(event=None).count() == 0


def test_the_answers_of_two_ways_through_the_chain_are_not_mixed_up(endpoint, receiver, start):
    receiver.answers_with((200, '{"tier": "gold"}'), (422, ""))
    chain = live_chain(call(endpoint), branch(*ARMS), event="order.placed", re_entry="per_order", at=start - HOUR)
    customer = make_customer()
    orders = [make_order(customer=customer, placed_at=start), make_order(customer=customer, placed_at=start)]
    tick(start)
    assert Enrolment.objects.filter(chain=chain, order__in=orders).count() == 2
    sending.send_due(timezone.now())
    sending.send_due(timezone.now())

    tick(timezone.now())

    assert sorted(tags_of(customer)) == ["gold", "refused"]


def test_walking_twice_calls_once(endpoint, receiver, start):
    chain_with(endpoint, start)
    enter(start)

    Enrolment.objects.update(due_at=start)
    tick(start)
    tick(start)

    assert WebhookMessage.objects.count() == 1


def test_a_late_pass_does_not_take_time_from_the_answer(endpoint, receiver, start):
    chain_with(endpoint, start)
    customer = make_customer()
    record("asked", customer=customer, occurred_at=start - HOUR / 2, source="test", key="1")

    tick(start + 5 * HOUR)

    assert Enrolment.objects.get().due_at == start + 6 * HOUR


def test_nobody_is_told_about_the_control_group(endpoint, receiver, start):
    chain_with(endpoint, start, wait(1), add_tag("met"))
    customer = make_customer()
    record("asked", customer=customer, occurred_at=start, source="test", key="1")
    from chains.engine.enrol.enrol import enrol

    enrol(start)
    Enrolment.objects.update(is_control=True)

    tick(start)

    assert not WebhookMessage.objects.exists()
    assert [one.words for one in decisions(Enrolment.objects.get())] == ["no webhook was called: the control group"]


def test_the_agent_reads_what_was_answered(endpoint, receiver, start):
    receiver.answers_with((200, '{"tier": "gold", "manager": "Eve"}'))
    chain_with(endpoint, start, wait(1))
    enter(start)
    enrolment = Enrolment.objects.select_related("chain", "version").get()
    assert "waits at step 1 “Ask the CRM” for: webhook answered" in outlooks([enrolment], start)[enrolment.pk].stands
    sending.send_due(timezone.now())

    tick(timezone.now())

    assert [one.words for one in decisions(enrolment)] == ["the webhook answered well (200): tier: gold, manager: Eve"]


def test_somebody_before_the_step_reads_that_it_comes(endpoint, start):
    live_chain(wait(1), call(endpoint, name="Ask"), event="asked", at=start - HOUR)
    enter(start)
    enrolment = Enrolment.objects.select_related("chain", "version").get()

    assert outlooks([enrolment], start)[enrolment.pk].then == "then a webhook is called at step 2 “Ask”"


def test_publishing_refuses_a_step_whose_webhook_is_missing_or_stands_still(endpoint, start, shop):
    missing = draft_chain(call(None), event="asked")
    assert any("choose which webhook." in problem for problem in problems(missing, Shop.load()))

    chain = draft_chain(call(endpoint), event="asked")
    assert problems(chain, Shop.load()) == []
    for state, words in (
        ({"is_paused": True}, "is paused"),
        ({"is_paused": False, "gone_at": start}, "is switched off"),
        ({"gone_at": None, "down_since": start}, "is down"),
    ):
        WebhookEndpoint.objects.update(**state)
        assert any(words in problem for problem in problems(chain, Shop.load()))


def test_a_copy_of_the_chain_calls_the_same_webhook(endpoint, start):
    chain = draft_chain(call(endpoint, webhook_text="hello", answer_hours=3), event="asked")

    copy = duplicate(chain)
    version = publish(copy, start)

    assert version.program["steps"][0]["call"] == {"webhook": endpoint.pk, "text": "hello", "hours": 3}


def test_the_page_of_a_test_order_says_what_would_be_called(endpoint, start, admin_client):
    chain = draft_chain(message(), call(endpoint, name="Ask"), event="asked")

    page = admin_client.get(f"/admin/chains/chain/{chain.pk}/test-order/")

    assert "call “Their CRM” and wait for its answer, 1 hour at most" in page.text


@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_says_what_it_would_call_and_calls_nobody(endpoint, receiver, shop, now):
    WebhookEndpoint.objects.update(kinds=["asked", "message.sent"])
    customer = make_customer()
    for days in (5, 6):
        record(
            "asked", customer=customer, occurred_at=now - dt.timedelta(days=days), source="test", key=str(days),
            is_historic=True,
        )  # fmt: skip
    chain = draft_chain(
        call(endpoint, name="Ask"), branch(*ARMS), message(), event="asked", re_entry="after_days", re_entry_days=1
    )

    day = now.date()
    period = RehearsalPeriod.of(day - dt.timedelta(days=7), day - dt.timedelta(days=1), now)
    result = rehearse(chain, period, lambda share, live_session: None)

    assert [(one["name"], one["count"]) for one in result["calls"]] == [("Ask", result["entered"])]
    assert result["entered"] > 0
    assert not WebhookMessage.objects.exists()
    assert receiver.heard == []


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"a": "x", "n": 1, "f": 1.5, "yes": true, "none": null, "list": [1], "deep": {"a": 1}}',
         {"a": "x", "n": 1, "f": 1.5, "yes": True}),
        ("[1]", {}), ("not json", {}), ("", {}), ('{"a": "' + "x" * 5000 + '"}', {}),
        ('{"a": "' + "x" * 900 + '"}', {"a": "x" * 500}), ("[" * 4000, {}), ('{"a": NaN}', {}), ('{"a": 1e999}', {}),
        ('{"a\\u0000": "b\\u0000", "c": "\\ud800"}', {"a": "b", "c": "?"}), ('{"a": ' + "9" * 400 + "}", {}),
    ],
)  # fmt: skip
def test_of_an_answer_the_plain_top_level_fields_are_kept(text, fields):
    assert fields_of(text) == fields
