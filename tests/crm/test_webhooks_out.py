"""Telling other systems: what is written with an event, and how it gets there."""

import datetime as dt
import json
import socket
import time

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from chains.engine.run import tick
from crm import outbound_patience
from crm.customers.merge import merge
from crm.events import as_history, record, record_many
from crm.models import Event, WebhookEndpoint, WebhookMessage
from crm.orders import orders
from crm.privacy.erase import erase
from crm.webhooks_out import clearing, endpoints, sending
from crm.webhooks_out.answers import WAITS, Answer, next_wait, retry_after, settlement
from crm.webhooks_out.payload import MOST_BYTES, bounded
from crm.webhooks_out.testing import send_test
from tests.chains.factories import live_chain, message
from tests.conftest import make_customer, make_order
from tests.crm.webhook_receiver import SECRET, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def endpoint(receiver):
    return connect(receiver.url, "asked")


def connect(url, *kinds, name="Their CRM", **fields):
    return WebhookEndpoint.objects.create(name=name, url=url, secret=SECRET, kinds=list(kinds), **fields)


def tell(customer, key, kind="asked", **fields):
    return record(kind, customer=customer, occurred_at=timezone.now(), source="test", key=key, **fields)


def send(after=dt.timedelta()):
    """As a worker would at that time, until nothing is due."""
    counts = sending.send_due(timezone.now() + after)
    while done := sending.send_due(timezone.now() + after):
        counts += done
    return dict(counts)


def statuses():
    return list(WebhookMessage.objects.order_by("pk").values_list("status", "attempts"))


# What is written


def test_a_fresh_event_of_a_chosen_kind_leaves_one_message(endpoint):
    customer = make_customer()

    tell(customer, "1")
    tell(customer, "1")
    tell(customer, "2", kind="another")
    tell(customer, "3", is_historic=True)
    with as_history():
        tell(customer, "4")

    assert list(WebhookMessage.objects.values_list("event__key", "customer", "status")) == [
        ("1", customer.pk, "waiting")
    ]


def test_every_endpoint_that_chose_it_is_told_and_one_that_is_gone_is_not(endpoint):
    connect(endpoint.url, "asked", "other", name="Stock")
    connect(endpoint.url, "asked", name="Paused", is_paused=True)
    connect(endpoint.url, "asked", name="Gone", gone_at=timezone.now())

    tell(make_customer(), "1")

    assert set(WebhookMessage.objects.values_list("endpoint__name", flat=True)) == {"Their CRM", "Stock", "Paused"}


def test_an_event_costs_one_statement_with_endpoints_or_without(django_assert_num_queries, receiver):
    customer, now = make_customer(), timezone.now()

    def events(start):
        return [
            Event(kind="asked", customer=customer, occurred_at=now, source="test", key=f"{start}{number}")
            for number in range(20)
        ]

    with django_assert_num_queries(1):
        record_many(events("a"))
    connect(receiver.url, "asked")
    with django_assert_num_queries(1):
        record_many(events("b"))
    assert WebhookMessage.objects.count() == 20


def test_what_is_undone_is_not_told(endpoint):
    from django.db import transaction

    with transaction.atomic():
        tell(make_customer(), "1")
        transaction.set_rollback(True)

    assert not WebhookMessage.objects.exists()


def test_rings_the_sending_worker_only_where_somebody_listens(
    settings, monkeypatch, receiver, django_capture_on_commit_callbacks
):
    from crm import events

    settings.ENCORE_RING = True
    rung = []
    monkeypatch.setattr(events.current_app, "send_task", lambda task, **_how: rung.append(task))

    with django_capture_on_commit_callbacks(execute=True):
        tell(make_customer(consent=False), "1")
    assert "crm.tasks.send_webhooks" not in rung
    connect(receiver.url, "asked")
    with django_capture_on_commit_callbacks(execute=True):
        tell(make_customer(consent=False), "2")

    assert rung.count("crm.tasks.send_webhooks") == 1


def test_a_letter_that_left_is_told_when_somebody_listens(receiver, shop, now):
    shop.quiet_from = shop.quiet_until
    shop.save()
    endpoint = connect(receiver.url, "message.sent")
    chain = live_chain(message(name="Thanks"), event="asked", at=now - dt.timedelta(hours=1))
    customer = make_customer()
    record("asked", customer=customer, occurred_at=now, source="test", key="1")

    tick(now)
    send()

    step = chain.version.program["steps"][0]
    [told] = receiver.bodies
    assert (told["type"], told["data"]["customer"]["id"]) == ("message.sent", customer.pk)
    assert told["data"]["properties"].items() >= {
        "chain": chain.pk, "step": step["key"], "step_name": "Thanks", "channel": "email", "purpose": "service"
    }.items()  # fmt: skip
    assert endpoint.messages.get().key.startswith("sent:")


# What arrives


def test_a_message_is_signed_and_tells_the_event_the_customer_and_the_order(endpoint, receiver, now):
    customer = make_customer(external_id="C-7", email="ann@example.com")
    order = make_order(customer=customer)
    event = tell(customer, "1", order=order, properties={"colour": "red"})

    assert send() == {"taken": 1}

    stored = WebhookMessage.objects.get()
    assert (stored.status, stored.answer_status, stored.attempts) == ("taken", 200, 1)
    assert receiver.ids == [stored.webhook_id]
    assert receiver.bodies == [
        {
            "type": "asked",
            "timestamp": event.occurred_at.isoformat(),
            "data": {
                "customer": {"id": customer.pk, "external_id": "C-7"},
                "order": {"number": order.number},
                "properties": {"colour": "red"},
            },
        }
    ]


def test_the_email_address_is_told_only_where_staff_said_so(receiver):
    connect(receiver.url, "asked", tells_email=True)
    customer = make_customer(email="ann@example.com")

    tell(customer, "1")
    send()

    assert receiver.bodies[0]["data"]["customer"]["email"] == "ann@example.com"


def test_orders_are_told_by_the_functions_that_record_them(receiver):
    connect(receiver.url, "order.placed", "order.paid", "order.delivered")
    order = make_order(placed_at=timezone.now())

    orders.pay(order, at=timezone.now())
    send()

    assert [body["type"] for body in receiver.bodies] == ["order.placed", "order.paid"]
    assert {body["data"]["order"]["number"] for body in receiver.bodies} == {order.number}


def test_while_a_secret_is_changed_both_sign(endpoint, receiver):
    endpoints.change_secret(endpoint, timezone.now())
    endpoint.refresh_from_db()
    tell(make_customer(), "1")

    assert send() == {"taken": 1}

    signatures = receiver.headers[0]["webhook-signature"].split(" ")
    assert len(signatures) == 2
    Webhook(endpoint.secret).verify(receiver.heard[0], receiver.headers[0])
    assert len(endpoint.secrets_at(timezone.now() + dt.timedelta(days=1, seconds=1))) == 1
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoints.new_secret()).verify(receiver.heard[0], receiver.headers[0])


def test_a_large_event_is_told_below_the_limit_and_says_that_it_is_cut():
    small = {"name": "x" * 100}

    assert bounded(small) == small
    cut = bounded({"long": "x" * 5_000, **{f"field{number}": "ю" * 500 for number in range(50)}})

    assert len(json.dumps(cut, ensure_ascii=False).encode()) < MOST_BYTES + 500
    assert (cut["is_cut"], "long" in cut, "field0" in cut) == (True, False, True)


def test_messages_of_one_customer_go_in_their_order(endpoint, receiver):
    ann, bob = make_customer(), make_customer()
    for number in range(5):
        tell(ann, f"a{number}", properties={"n": number})
        tell(bob, f"b{number}", properties={"n": number})

    assert send() == {"taken": 10}

    for person in (ann, bob):
        told = [body["data"] for body in receiver.bodies if body["data"]["customer"]["id"] == person.pk]
        assert [data["properties"]["n"] for data in told] == [0, 1, 2, 3, 4]


# What fails


def test_what_failed_is_sent_again_under_the_same_id(endpoint, receiver):
    receiver.answers_with(500, 200)
    tell(make_customer(), "1")

    assert send() == {"waiting": 1}
    [waiting] = WebhookMessage.objects.all()
    assert (waiting.attempts, waiting.answer_status, waiting.reason) == (1, 500, "It answered 500.")
    assert dt.timedelta(seconds=3) < waiting.due_at - timezone.now() < dt.timedelta(seconds=7)
    assert send(after=dt.timedelta(seconds=8)) == {"taken": 1}

    assert receiver.ids == [waiting.webhook_id] * 2
    assert receiver.heard[0] == receiver.heard[1]


def test_one_that_waits_for_its_next_attempt_does_not_hold_up_those_behind_it(endpoint, receiver):
    receiver.answers_with(500, 200)
    customer = make_customer()
    tell(customer, "1")
    tell(customer, "2")

    assert send() == {"waiting": 1, "taken": 1}


def test_after_its_last_attempt_a_message_has_failed_and_can_be_tried_again(endpoint, receiver):
    receiver.answers_with(503, 200)
    tell(make_customer(), "1")
    WebhookMessage.objects.update(attempts=len(WAITS))

    assert send() == {"failed": 1}
    assert endpoints.try_again(WebhookMessage.objects.failed(), timezone.now()) == 1
    assert send() == {"taken": 1}


def test_an_endpoint_that_asks_to_come_later_is_left_alone_till_then(endpoint, receiver):
    receiver.answers_with((429, "slowly", {"Retry-After": "600"}), 200)
    tell(make_customer(), "1")
    assert send() == {"waiting": 1}
    tell(make_customer(), "2")

    assert send(after=dt.timedelta(seconds=590)) == {}
    assert send(after=dt.timedelta(seconds=605)) == {"taken": 2}


def test_an_address_that_says_it_is_gone_is_switched_off(endpoint, receiver):
    receiver.answers_with(410)
    tell(make_customer(), "1")

    assert send() == {"failed": 1}
    tell(make_customer(), "2")
    endpoint.refresh_from_db()

    assert endpoints.state(endpoint) == "gone"
    assert statuses() == [("failed", 1)]
    endpoints.resume(endpoint)
    tell(make_customer(), "3")
    assert WebhookMessage.objects.count() == 2


def test_a_side_that_is_down_is_asked_with_one_message_and_gets_the_rest_when_it_is_back(endpoint, receiver):
    receiver.answers_with(*[500] * endpoints.DOWN_AFTER, 200)
    for number in range(endpoints.DOWN_AFTER):
        tell(make_customer(), f"{number}")
    assert send() == {"waiting": endpoints.DOWN_AFTER}
    endpoint.refresh_from_db()
    assert endpoints.state(endpoint) == "down"
    for number in range(10, 13):
        tell(make_customer(), f"{number}")

    assert send() == {}
    receiver.answers_with(500)
    assert send(after=dt.timedelta(seconds=61)) == {"waiting": 1}
    receiver.answers_with(200)
    assert sending.send_due(timezone.now() + dt.timedelta(seconds=185)) == {"taken": 1}
    endpoint.refresh_from_db()
    assert endpoints.state(endpoint) == "working"

    assert send(after=dt.timedelta(seconds=186)) == {"taken": endpoints.DOWN_AFTER + 2}
    assert set(WebhookMessage.objects.values_list("status", flat=True)) == {"taken"}


def test_a_paused_endpoint_keeps_what_happens_until_it_is_resumed(endpoint, receiver):
    endpoints.pause(endpoint)
    tell(make_customer(), "1")

    assert send() == {}
    endpoints.resume(endpoint)
    assert send() == {"taken": 1}


def test_nobody_at_the_address_is_a_failure_in_words(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        endpoint = connect(f"http://127.0.0.1:{probe.getsockname()[1]}/", "asked")
    tell(make_customer(), "1")

    assert send() == {"waiting": 1}
    endpoint.refresh_from_db()
    assert "does not answer" in endpoint.last_failure


def test_an_answer_that_takes_too_long_is_given_up(endpoint, receiver, monkeypatch):
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.05)
    receiver.answers_with((200, "x" * 50))
    receiver.seconds_a_byte = 0.02
    tell(make_customer(), "1")

    assert send() == {"waiting": 1}
    assert "ReadTimeout" in WebhookMessage.objects.get().reason


def test_a_header_that_drips_is_given_up_on_and_keeps_nobody_else_waiting(endpoint, receiver, monkeypatch):
    monkeypatch.setattr(outbound_patience, "HEAD_SECONDS", 0.2)
    receiver.seconds_a_byte_of_headers = 0.05
    receiver.answers_with((200, "", {"X-Long": "x" * 100}))
    tell(make_customer(), "1")

    began = time.monotonic()
    assert send() == {"waiting": 1}

    assert time.monotonic() - began < 3
    assert "ReadTimeout" in WebhookMessage.objects.get().reason


def test_an_answer_longer_than_is_read_counts_by_its_status(endpoint, receiver):
    receiver.answers_with((200, "x" * 100_000))
    tell(make_customer(), "1")

    assert send() == {"taken": 1}
    assert WebhookMessage.objects.get().answer == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://0.0.0.0/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_private_addresses_are_refused(url):
    endpoint = connect(url, "asked")
    tell(make_customer(), "1")

    assert send() == {"waiting": 1}
    endpoint.refresh_from_db()
    assert "private address" in endpoint.last_failure


def test_a_name_that_leads_to_a_private_address_is_refused(monkeypatch):
    resolve = socket.getaddrinfo

    def resolved(host, *arguments, **options):
        return resolve("10.0.0.1" if host == "crm.example.com" else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    endpoint = connect("http://crm.example.com/hooks", "asked")
    tell(make_customer(), "1")

    assert send() == {"waiting": 1}
    endpoint.refresh_from_db()
    assert "private address" in endpoint.last_failure


def test_a_redirect_is_not_followed(endpoint, receiver):
    receiver.answers_with((302, "", {"Location": receiver.url + "/inside"}))
    tell(make_customer(), "1")

    assert send() == {"waiting": 1}
    assert len(receiver.heard) == 1
    assert WebhookMessage.objects.get().reason == "It answered 302; Encore follows no redirects."


# Who is told about


def test_nothing_is_told_about_somebody_who_was_erased(endpoint, receiver):
    customer = make_customer()
    tell(customer, "1", properties={"secret": "words"})
    WebhookMessage.objects.update(answer="Ann")

    erase(customer, at=timezone.now())

    assert send() == {}
    assert list(WebhookMessage.objects.values_list("status", "answer", "data")) == [("dropped", "", {})]
    assert receiver.heard == []


def test_somebody_erased_while_their_message_was_claimed_is_not_told_about(endpoint, receiver):
    customer = make_customer()
    tell(customer, "1")
    type(customer).objects.filter(pk=customer.pk).update(erased_at=timezone.now())

    assert send() == {"dropped": 1}
    assert receiver.heard == []


def test_messages_follow_a_merge(endpoint, receiver):
    keeper, duplicate = make_customer(external_id="K"), make_customer()
    tell(duplicate, "1")

    merge(keeper, duplicate, at=timezone.now())
    send()

    assert receiver.bodies[0]["data"]["customer"]["external_id"] == "K"


def test_old_messages_are_cleared_away(endpoint):
    tell(make_customer(), "1")
    tell(make_customer(), "2")
    old = WebhookMessage.objects.earliest("pk")
    WebhookMessage.objects.filter(pk=old.pk).update(created_at=timezone.now() - clearing.KEPT - dt.timedelta(hours=1))

    assert clearing.clear(timezone.now()) == 1
    assert WebhookMessage.objects.count() == 1


# A test by hand


def test_a_test_is_sent_at_once_and_not_again(endpoint, receiver):
    receiver.answers_with((418, "I am a teapot"))

    stored, answer = send_test(endpoint, timezone.now())

    assert (answer.status, answer.text) == (418, "I am a teapot")
    assert (stored.status, stored.kind, receiver.bodies[0]["type"]) == ("failed", "test", "test")
    assert send(after=dt.timedelta(hours=1)) == {}


# What answers mean


@pytest.mark.parametrize(
    ("status", "is_call", "expected"),
    [
        (200, False, "taken"), (204, True, "taken"), (302, False, "waiting"), (404, False, "waiting"),
        (404, True, "refused"), (422, True, "refused"), (429, True, "waiting"), (500, True, "waiting"),
        (410, False, "failed"), (410, True, "failed"), (0, True, "waiting"),
    ],
)  # fmt: skip
def test_what_an_answer_means(status, is_call, expected, now):
    assert settlement(Answer(status), dt.timedelta(seconds=5), is_call=is_call, now=now).status == expected


def test_attempts_follow_the_schedule_with_a_fifth_of_chance():
    assert [next_wait(attempts, 0) for attempts in range(1, 11)] == [*WAITS, None]
    assert next_wait(2, 1) == dt.timedelta(minutes=6)
    assert sum(WAITS, dt.timedelta()) == dt.timedelta(hours=75, minutes=35, seconds=5)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), (" 5 ", 5), ("0", 0), ("99999999999999", 86_400), ("Tue, 10 Mar 2026 12:01:00 GMT", 60),
        ("Tue, 10 Mar 2020 12:01:00 GMT", 0), ("soon", None), ("", None), (None, None), ("-5", None), ("²", None),
        ("Tue, 10 Mar 2026 12:01:00 +99999999999999999999", None),
    ],
)  # fmt: skip
def test_reads_when_to_come_again(header, seconds, now):
    wish = retry_after(header, now)

    assert (wish.total_seconds() if wish is not None else None) == seconds
