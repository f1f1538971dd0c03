"""What the API turns away: rights, pace, what cannot be read; and calls that are repeated."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.utils import timezone

from crm.intake import rate_limit
from crm.intake.api import idempotency
from crm.intake.api.idempotency import TAKEN_OVER_AFTER, forget_answers
from crm.models import Event, IdempotentCall, Order, Source
from tests.conftest import make_customer
from tests.crm.api.test_taking import ORDER

EVENT = {"id": "e", "name": "quiz_taken", "customer": {"email": "ann@example.com"}, "at": ORDER["placed_at"]}


@pytest.mark.parametrize(
    ("rights", "statuses"),
    [("read", (403, 200, 200, 403)), ("write", (200, 200, 200, 422)), ("coupons", (403, 403, 200, 422))],
)
def test_a_key_does_what_its_rights_say(post, get, source, rights, statuses):
    Source.objects.filter(pk=source.pk).update(rights=rights)

    answers = (
        post("orders", ORDER), get("orders"), post("coupons/check", {"code": "X"}),
        post("coupons/redeem", {"code": "X", "order": "1"}),
    )  # fmt: skip

    assert tuple(answer.status_code for answer in answers) == statuses
    assert Order.objects.exists() == (rights == "write")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status"),
    [
        ("get", "nowhere", "", "", 404),
        ("get", "orders/batch\0", "", "", 404),
        ("delete", "orders", "", "", 405),
        ("post", "orders", "text/plain", "number=1", 415),
        ("post", "orders", "application/json", "{", 400),
        ("post", "orders", "application/json", '{"number": NaN}', 422),
        ("post", "orders", "application/json", "[" * 100_000, 400),
        ("post", "orders", "application/json", " " * 2_700_000, 413),
        ("post", "orders", "application/json", "", 422),
    ],
)
def test_every_refusal_is_a_problem(client, source, method, path, kind, body, status):
    headers = {"authorization": f"Bearer {source.key}.{source.secret}"}
    answer = client.generic(method.upper(), f"/api/v1/{path}", body, content_type=kind, headers=headers)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["title"]


def test_it_is_told_in_the_callers_language(post):
    answer = post("orders", ORDER | {"totl": 5, "number": "", "lines": [{"sku": 1}]}, **{"accept-language": "ru"})

    told = {error["field"]: error["detail"] for error in answer.json()["errors"]}
    assert told.keys() == {"totl", "number", "lines.0.sku", "lines.0.price"}
    assert not [
        words
        for words in (*told.values(), answer.json()["title"])
        if re.search("[A-Za-z]{4}", words.replace("Encore", ""))
    ]


def test_more_calls_than_a_minute_allows_come_again_later(post, source):
    Source.objects.filter(pk=source.pk).update(requests_a_minute=2)

    answers = [post("orders", ORDER | {"number": f"{number}"}) for number in range(1, 4)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"] for answer in answers[:2]] == ['"source";r=1;t=0', '"source";r=0;t=0']
    assert 1 <= int(answers[2]["Retry-After"]) <= 30
    assert not Order.objects.filter(number="3").exists()


def test_the_pace_gives_calls_back(source):
    source.requests_a_minute = 60
    for _call in range(60):
        assert not rate_limit.take_turn(source).is_used_up
    assert rate_limit.take_turn(source).is_used_up

    with connection.cursor() as cursor:
        cursor.execute("UPDATE crm_callallowance SET settled_at = settled_at - interval '1.5 seconds'")

    assert not rate_limit.take_turn(source).is_used_up
    assert rate_limit.take_turn(source).is_used_up


@pytest.mark.django_db(transaction=True)
def test_all_processes_count_together(source):
    source.requests_a_minute = 10

    def take(_number):
        try:
            return rate_limit.take_turn(source).is_used_up
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        used_up = list(pool.map(take, range(20)))

    assert used_up.count(False) == 10


def test_a_repeated_call_is_carried_out_once_and_answered_the_same(post, source):
    first = post("events", EVENT, **{"idempotency-key": "k1"})
    Event.objects.all().delete()
    second = post("events", EVENT, **{"idempotency-key": "k1"})
    batch = [post("events/batch", {"items": [EVENT]}, **{"idempotency-key": "k1"}) for _again in range(2)]

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert batch[0].content == batch[1].content
    assert Event.objects.filter(kind="quiz_taken").count() == 1


def test_one_key_is_for_one_body(post):
    post("events", EVENT, **{"idempotency-key": "k1"})
    other = post("events", EVENT | {"id": "f"}, **{"idempotency-key": "k1"})

    assert other.status_code == 422
    assert Event.objects.filter(kind="quiz_taken").count() == 1
    assert post("events", EVENT, **{"idempotency-key": "k" * 256}).status_code == 422


def test_what_was_refused_may_be_sent_again_under_its_key(post):
    paid = {"number": "1001", "paid_at": "2026-03-10T13:00:00+03:00"}
    assert post("orders", paid, **{"idempotency-key": "k1"}).status_code == 409
    post("orders", ORDER)

    assert post("orders", paid, **{"idempotency-key": "k1"}).status_code == 200


def test_a_call_that_runs_is_not_begun_again_until_it_is_given_up(post, source):
    post("events", EVENT, **{"idempotency-key": "k1"})
    Event.objects.all().delete()
    IdempotentCall.objects.update(status=None, answer=None)
    running = post("events", EVENT, **{"idempotency-key": "k1"})
    IdempotentCall.objects.update(begun_at=timezone.now() - TAKEN_OVER_AFTER)
    taken_over = post("events", EVENT, **{"idempotency-key": "k1"})

    assert (running.status_code, taken_over.status_code) == (409, 200)
    assert running["Retry-After"] == "1"
    assert Event.objects.filter(kind="quiz_taken").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_calls_at_one_moment_one_is_carried_out(source):
    def begin(_number):
        try:
            return idempotency._begin(source, "/api/v1/events", "k1", b"{}", timezone.now())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(begin, range(8)))

    assert sum(isinstance(one, int) for one in begun) == 1
    assert {one.status_code for one in begun if not isinstance(one, int)} == {409}


def test_answers_are_forgotten_after_a_day(post):
    post("events", EVENT, **{"idempotency-key": "k1"})

    assert forget_answers(timezone.now()) == 0
    assert forget_answers(timezone.now() + dt.timedelta(hours=25)) == 1


def test_what_encore_records_itself_is_not_told_as_an_event(post):
    make_customer(email="ann@example.com")
    told = {"customer": {"email": "ann@example.com"}, "at": "2026-03-10T12:00:00+03:00"}
    items = [{"id": "e1", "name": "quiz_taken"}, {"id": "e2", "name": "order.delivered"}]

    alone = post("events", told | items[1])
    together = post("events/batch", {"items": [told | item for item in items]})

    assert alone.status_code == 422
    assert "“order.delivered” is recorded by Encore itself" in alone.json()["detail"]
    assert [result["ok"] for result in together.json()["results"]] == [True, False]
    assert list(Event.objects.exclude(source="crm").values_list("kind", "key")) == [("quiz_taken", "e1")]


@pytest.mark.parametrize("kind", [kind for kind in Source.Kind.values if kind != "api"])
def test_the_secret_of_another_kind_of_source_is_no_key(get, source, kind):
    Source.objects.filter(pk=source.pk).update(kind=kind)

    assert get("orders").status_code == 401
