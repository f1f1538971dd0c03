import datetime as dt
import json
from decimal import Decimal

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from standardwebhooks.webhooks import Webhook

from crm import events
from crm.intake import deliveries, sources
from crm.intake.doors import read
from crm.intake.shops.shopify import signature as shopify
from crm.intake.shops.woocommerce import signature as woocommerce
from crm.intake.sources import change_secret, new_secret
from crm.models import Customer, Delivery, Order, Source
from crm.tasks import apply_deliveries

pytestmark = pytest.mark.django_db

AT = "2026-03-10T12:00:00+03:00"
ORDER = {
    "number": "1001",
    "customer": {"email": "ann@example.com", "first_name": "Ann"},
    "placed_at": AT,
    "lines": [{"sku": "K-1", "name": "Kettle", "quantity": 1, "price": "49.90"}],
}
REFUND = {"number": "1001", "refunds": [{"id": "r1", "at": "2026-03-11T12:00:00+03:00", "amount": "9.90"}]}


def made(name):
    return Source.objects.create(kind="webhook", name=name, secret=new_secret("webhook"))


@pytest.fixture
def source():
    return made("Till")


@pytest.fixture
def post(client, source):
    def send(
        data, *, key="m1", topic="order.updated", secret=None, at=None, body=None, signed=None, headers=None, to=None
    ):
        body = body if body is not None else json.dumps({"type": topic, "timestamp": AT, "data": data})
        at = at or timezone.now()
        signature = Webhook(secret or source.secret).sign(key, at.astimezone(dt.UTC), signed or body)
        if headers is None:
            headers = {"webhook-id": key, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        path = f"/hooks/{(to or source).key}/"
        return client.post(path, body, content_type="application/json", headers=headers)

    return send


def apply(at=None):
    return dict(deliveries.apply_due(at or timezone.now(), read))


def test_what_is_signed_is_kept_answered_and_applied_later(post, source):
    assert post(ORDER).status_code == 202

    kept = Delivery.objects.get()
    assert (kept.topic, kept.subject, kept.status) == ("order.updated", "order 1001", "waiting")
    source.refresh_from_db()
    assert source.last_heard_at
    assert not Order.objects.exists()

    assert apply() == {"applied": 1}
    assert Order.objects.get().total == Decimal("49.90")


def test_a_repeated_message_is_answered_and_kept_once(post):
    assert [post(ORDER).status_code for _turn in range(2)] == [202, 200]

    assert Delivery.objects.count() == 1


def test_a_till_that_cannot_sign_sends_the_secret_as_a_key(post, source):
    bearer = {"Authorization": f"Bearer {source.secret}"}

    assert [post(ORDER, headers=bearer).status_code for _turn in range(2)] == [202, 200]
    assert Delivery.objects.count() == 1


HOUR_AGO = dt.timedelta(hours=-1)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        pytest.param({"secret": new_secret("webhook")}, "No matching signature", id="another secret"),
        pytest.param({"signed": "{}"}, "No matching signature", id="another body"),
        pytest.param({"at": HOUR_AGO}, "too old", id="replayed after an hour"),
        pytest.param({"at": -HOUR_AGO}, "too new", id="from the future"),
        pytest.param({"headers": {}}, "Missing required headers", id="not signed"),
        pytest.param({"headers": {"Authorization": "Bearer whsec_bm8="}}, "not this source's", id="another key"),
        pytest.param({"headers": {"Authorization": "Bearer "}}, "not this source's", id="an empty key"),
        pytest.param(
            {"headers": {"webhook-id": "1", "webhook-timestamp": "nan", "webhook-signature": "v1,x"}}, "Invalid",
            id="a timestamp that is none",
        ),
    ],
)  # fmt: skip
def test_what_is_not_signed_by_the_source_is_refused_in_words(post, told, why):
    if "at" in told:
        told = told | {"at": timezone.now() + told["at"]}

    answer = post(ORDER, **told)

    assert answer.status_code == 401
    assert answer["content-type"] == "application/problem+json"
    assert why in answer.json()["detail"]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("signature", ["v1", "v1,%%%", "v2,abc", "é"])
def test_a_signature_that_cannot_be_read_is_refused(post, signature):
    headers = {"webhook-id": "1", "webhook-timestamp": str(int(timezone.now().timestamp()))}

    assert post(ORDER, headers=headers | {"webhook-signature": signature}).status_code == 401


def test_a_message_signed_for_another_source_is_refused(post):
    assert post(ORDER, to=made("Other")).status_code == 401


def test_the_secret_before_signs_for_a_day(post, source):
    old = source.secret
    change_secret(source, timezone.now())

    assert post(ORDER, secret=old, key="m1").status_code == 202
    assert post(ORDER, secret=source.secret, key="m2").status_code == 202

    Source.objects.update(previous_secret_until=timezone.now())
    assert post(ORDER, secret=old, key="m3").status_code == 401


@pytest.mark.parametrize(
    "body",
    ["", "nonsense", "[]", '{"type": "order.updated"}', '{"type": "", "data": {}}',
     '{"type": "order.updated", "data": {"number": "a\\u0000"}}',
     '{"type": "order.updated", "data": {"x": "\\ud800"}}'],
)  # fmt: skip
def test_what_cannot_be_read_or_kept_is_refused(post, body):
    answer = post(None, body=body)

    assert answer.status_code == 400
    assert answer.json()["title"]
    assert not Delivery.objects.exists()


def test_a_large_body_is_refused_unread(post, source):
    assert post(None, body="x" * 1_000_001).status_code == 413


def test_a_paused_source_an_unknown_one_and_another_method_are_refused(post, client, source):
    assert client.get(f"/hooks/{source.key}/").status_code == 405
    assert client.post("/hooks/nobody/").status_code == 404
    Source.objects.update(is_paused=True)
    assert post(ORDER).status_code == 503


def test_a_refund_before_its_order_waits_and_is_applied_with_it(post):
    post(REFUND, key="m1")
    assert apply() == {"waiting": 1}
    assert Delivery.objects.get().reason == "Order 1001 is not known yet."

    post(ORDER, key="m2")

    assert apply() == {"applied": 2}
    assert Order.objects.get().refunded == Decimal("9.90")


def test_what_never_comes_is_shown_as_failed(post):
    post(REFUND)

    assert apply(timezone.now() + dt.timedelta(days=15)) == {"failed": 1}


def test_what_can_never_be_applied_says_why_and_can_be_tried_again(post):
    post(ORDER | {"totl": 5})

    assert apply() == {"failed": 1}
    assert Delivery.objects.get().reason == "Not as described: totl: Encore knows no field of this name."
    assert not Customer.objects.exists()

    assert deliveries.try_again(Delivery.objects.failed(), timezone.now()) == 1
    assert apply() == {"failed": 1}


def test_a_type_of_nobodys_is_ignored(post):
    post({}, topic="theme.published")

    assert apply() == {"ignored": 1}


def test_an_old_word_that_is_applied_late_does_not_win(post, source):
    post(ORDER)
    apply()
    late = {"type": "order.updated", "timestamp": "2026-03-09T12:00:00+03:00", "data": ORDER | {"total": "10"}}
    post(None, body=json.dumps(late), key="m2")

    assert apply() == {"applied": 1}
    assert Order.objects.get().total == Decimal("49.90")


def test_a_fault_of_ours_keeps_no_other_from_being_applied(post, monkeypatch):
    post(ORDER, key="m1")
    post(ORDER | {"number": "1002"}, key="m2")
    record = deliveries.record_fact

    def fail(fact, source, now):
        if fact.number == "1001":
            record(fact, source, now)
            raise RuntimeError
        return record(fact, source, now)

    monkeypatch.setattr(deliveries, "record_fact", fail)

    assert apply() == {"waiting": 1, "applied": 1}
    assert Order.objects.get().number == "1002"


def test_what_was_applied_is_emptied_after_a_month_and_still_known(post):
    post(ORDER)
    apply()

    assert deliveries.forget_payloads(timezone.now()) == 0
    assert deliveries.forget_payloads(timezone.now() + dt.timedelta(days=31)) == 1
    assert Delivery.objects.get().payload == {}
    assert post(ORDER).status_code == 200


def test_products_customers_and_events_come_by_the_same_door(post):
    post({"sku": "K-1", "name": "Kettle"}, key="m1", topic="product.updated")
    post({"email": "ann@example.com", "first_name": "Ann"}, key="m2", topic="customer.created")
    quiz = {"id": "q1", "name": "quiz_taken", "customer": {"email": "ann@example.com"}, "at": AT}
    post(quiz, key="m3", topic="event.quiz")

    assert apply() == {"applied": 3}
    subjects = Delivery.objects.order_by("pk").values_list("subject", flat=True)
    assert list(subjects) == ["product K-1", "customer ann@example.com", "customer ann@example.com"]


def test_the_worker_applies_until_nothing_is_due(post):
    for number in range(1, 4):
        post(ORDER | {"number": f"{number}"}, key=f"m{number}")

    apply_deliveries()

    assert Order.objects.count() == 3
    assert PeriodicTask.objects.get(task=deliveries.BELL).enabled


def test_what_arrives_rings_the_worker_when_it_is_kept(post, settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.ENCORE_RING = True
    rung = []
    monkeypatch.setattr(events.current_app, "send_task", lambda task, **_how: rung.append(task))

    with django_capture_on_commit_callbacks(execute=True):
        post(ORDER)
    with django_capture_on_commit_callbacks(execute=True):
        apply()

    assert rung == [deliveries.BELL, events.BELL]


def test_more_than_a_source_may_send_comes_again_later_and_forged_ones_do_not_count(post, monkeypatch):
    monkeypatch.setattr(sources, "MOST_SENT_A_MINUTE", 2)
    for _turn in range(3):
        assert post(ORDER, secret=new_secret("webhook")).status_code == 401

    answers = [post(ORDER, key=f"m{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert Delivery.objects.count() == 2


def test_long_ids_that_begin_alike_are_two_messages(post):
    assert [post(ORDER, key="m" * 200 + end).status_code for end in "aba"] == [202, 202, 200]


@pytest.mark.parametrize("body", ["[" * 100_000, '{"a":' * 900 + "1" + "}" * 900])
@pytest.mark.parametrize("kind", ["webhook", "form", "shopify", "woocommerce"])
def test_a_body_nested_without_end_is_refused_in_words(client, kind, body):
    source = Source.objects.create(kind=kind, name="Hostile", secret="known")  # noqa: S106
    headers = {
        "authorization": "Bearer known", "x-shopify-topic": "orders/create", "x-wc-webhook-topic": "order.updated",
        "x-shopify-hmac-sha256": shopify.sign(body.encode(), "known"),
        "x-wc-webhook-signature": woocommerce.sign(body.encode(), "known"),
    }  # fmt: skip

    answer = client.post(f"/hooks/{source.key}/", body, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert answer.json()["detail"]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("name", ["order.placed", "message.opened", "page.viewed"])
def test_what_encore_records_itself_is_not_told_as_an_event(post, name):
    told = {"id": "e1", "name": name, "customer": {"email": "ann@example.com"}, "at": AT}
    post(told, topic="event.happened")

    assert apply() == {"failed": 1}
    assert Delivery.objects.get().reason == f"“{name}” is recorded by Encore itself: name the event otherwise."
    assert not Customer.objects.exists()
