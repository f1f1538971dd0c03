"""Who tries keys at a door is told to stay away, and nobody else is."""

import re

import pytest

from crm.intake import wrong_keys
from crm.intake.api.keys import key_of
from crm.models import Source, VisitorAllowance

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(wrong_keys, "MOST", 2)


def try_key(client, key, **headers):
    return client.get("/api/v1/orders", headers={"Authorization": f"Bearer {key}"}, **headers)


def test_many_wrong_keys_from_one_place_are_refused_and_right_ones_open(client):
    source = Source.objects.create(kind=Source.Kind.API, name="Till", secret="s3cret")

    answers = [try_key(client, f"{source.key}.wrong{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= wrong_keys.SECONDS
    assert answers[2]["Content-Type"] == "application/problem+json"
    assert try_key(client, key_of(source)).status_code == 200
    assert try_key(client, "wrong", REMOTE_ADDR="203.0.113.9").status_code == 401


def test_wrong_write_keys_are_counted_and_calls_without_a_key_are_not(client):
    def track(**body):
        return client.post("/v1/track", body, content_type="application/json").status_code

    assert [track() for _ in range(3)] == [401] * 3
    assert [track(writeKey="wrong") for _ in range(3)] == [401, 401, 429]


def test_wrong_signatures_are_counted(client):
    source = Source.objects.create(kind=Source.Kind.FORM, name="Forms", secret="s3cret")

    answers = [client.post(f"/hooks/{source.key}/", {"secret": "wrong"}).status_code for _ in range(3)]

    assert answers == [401, 401, 429]


def test_what_is_kept_of_a_visitor_names_nobody(client):
    try_key(client, "wrong", REMOTE_ADDR="203.0.113.9")

    assert re.fullmatch("[0-9a-f]{40}", VisitorAllowance.objects.get().key)
