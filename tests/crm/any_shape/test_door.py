import datetime as dt
import json
import re
import shlex

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from crm.intake.any_shape import body as door
from crm.intake.sources import change_secret
from crm.models import Delivery, Source
from tests.crm.any_shape.bodies import INSALES, TILDA_CART, form

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def source():
    return Source.objects.create(kind="form", name="Tilda", secret="s3cret-of-a-test")


@pytest.fixture
def post(client, source):
    def send(body, *, content_type="application/json", secret=source.secret, query="", **headers):
        headers = {"X-Api-Key": secret, **headers} if secret else headers
        return client.generic("POST", f"/hooks/{source.key}/{query}", body, content_type=content_type, headers=headers)

    return send


def kept():
    return Delivery.objects.get().payload


def test_a_form_is_kept_as_what_its_names_say(post):
    assert post(form(TILDA_CART), content_type=FORM).status_code == 202

    payload = kept()
    assert payload["Name"] == "Анна Петрова"
    assert [one["price"] for one in payload["payment"]["products"]] == ["1290", "900"]
    assert (Delivery.objects.get().topic, Delivery.objects.get().status) == ("Cart", "waiting")


def test_json_is_kept_as_it_came(post):
    assert post(json.dumps(INSALES)).status_code == 202

    assert kept() == INSALES


def test_json_in_a_field_of_a_form_is_opened(post):
    fields = {"name": "{Ann", "payment": json.dumps({"amount": "10", "products": ["Kettle - 1x10 = 10"]})}

    post(form(fields), content_type=FORM)

    assert kept() == {"name": "{Ann", "payment": {"amount": "10", "products": ["Kettle - 1x10 = 10"]}}


def test_a_form_sent_as_json_is_read_all_the_same(post):
    post("name=Ann&phone=%2B79161234567", content_type="text/plain")

    assert kept() == {"name": "Ann", "phone": "+79161234567"}


def test_of_a_form_with_files_the_fields_are_kept_and_the_file_is_named(post):
    fields = {"name": "Ann", "photo": SimpleUploadedFile("kettle.jpg", b"\xff\xd8")}

    assert post(encode_multipart(BOUNDARY, fields), content_type=MULTIPART_CONTENT).status_code == 202
    assert kept() == {"name": "Ann", "photo": "A file that is not kept: kettle.jpg"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"tags[]": "a"}, {"tags": ["a"]}),
        ([("tag", "a"), ("tag", "b")], {"tag": ["a", "b"]}),
        ({"a[b": "1", "[c]": "2"}, {"a[b": "1", "[c]": "2"}),
        ({"a[5]": "x", "a[7]": "y"}, {"a": {"5": "x", "7": "y"}}),
        ({"a[0][b]": "1", "a[1][b]": "2"}, {"a": [{"b": "1"}, {"b": "2"}]}),
    ],
)
def test_names_of_fields_are_read(post, fields, expected):
    post(form(fields), content_type=FORM)

    assert kept() == expected


def test_the_ping_of_a_builder_is_answered_without_the_secret_and_forgotten(post):
    assert post("test=test", content_type=FORM, secret="").status_code == 200
    assert post("test=test&apikey=whatever", content_type=FORM, secret="").status_code == 401

    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        ({"Authorization": "Bearer s3cret-of-a-test"}, {}),
        ({"query": "?secret=s3cret-of-a-test"}, {}),
        ({"query": "?key=s3cret-of-a-test"}, {}),
        ({}, {"secret": "s3cret-of-a-test"}),
        ({}, {"API-Key": "s3cret-of-a-test"}),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", FORM])
def test_the_secret_is_taken_from_where_it_can_be_put_and_never_kept(post, told, fields, content_type):
    fields = {"name": "Ann", **fields}
    body = form(fields) if content_type == FORM else json.dumps(fields)

    assert post(body, content_type=content_type, secret="", **told).status_code == 202
    assert kept() == {"name": "Ann"}


@pytest.mark.parametrize(
    ("told", "fields", "why"),
    [
        ({}, {}, "Send the secret"),
        ({"X-Api-Key": "other"}, {}, "not this source's"),
        ({"Authorization": "Bearer "}, {}, "Send the secret"),
        ({"query": "?secret=s3cret"}, {}, "not this source's"),
        ({}, {"secret": "é"}, "not this source's"),
        ({}, {"nested": {"secret": "s3cret-of-a-test"}}, "Send the secret"),
    ],
)
def test_without_the_secret_nothing_is_kept(post, told, fields, why):
    answer = post(json.dumps({"name": "Ann", **fields}), secret="", **told)

    assert (answer.status_code, why in answer.json()["detail"]) == (401, True)
    assert not Delivery.objects.exists()


def test_the_secret_before_stays_good_for_a_day(post, source):
    change_secret(source, timezone.now())

    assert post('{"name": "Ann"}').status_code == 202


def test_the_same_body_on_one_day_is_one_message_and_on_another_day_another(post, days_later):
    assert [post('{"name": "Ann"}').status_code for _turn in range(2)] == [202, 200]
    assert post('{"name": "Bob"}').status_code == 202

    days_later(1)

    assert post('{"name": "Ann"}').status_code == 202
    assert Delivery.objects.count() == 3


@pytest.fixture
def days_later(monkeypatch):
    def later(days):
        moment = timezone.now() + dt.timedelta(days=days)
        monkeypatch.setattr(door.timezone, "now", lambda: moment)

    return later


DEEP = 5_000


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "application/json"),
        ("nonsense", "application/json"),
        ("5", "application/json"),
        ("[1, 2]", "application/json"),
        ("{}", "application/json"),
        ("<a b='c'/>", "text/xml"),
        ("[" * DEEP + "]" * DEEP, "application/json"),
        ('{"a":' * 40 + "1" + "}" * 40, "application/json"),
        ('{"a": "\\u0000"}', "application/json"),
        ('{"a": "\\ud800"}', "application/json"),
        ('{"a": 1e999}', "application/json"),
        ('{"a": ' + "9" * 5_000 + "}", "application/json"),
        ("a=%00", FORM),
        ("a=1&a[b]=2", FORM),
        ("a" + "[b]" * 20 + "=1", FORM),
        ("&".join(f"a{n}=1" for n in range(1_100)), FORM),
        ("", FORM),
        ("nonsense", MULTIPART_CONTENT),
        ("a=%ff", "application/x-www-form-urlencoded; charset=windows-1251"),
        (b"\xff\xfe", "application/json"),
    ],
)
def test_what_cannot_be_read_or_kept_is_refused_in_words(post, body, content_type):
    answer = post(body, content_type=content_type)

    assert answer.status_code == 400
    assert answer.json()["title"]
    assert not Delivery.objects.exists()


def test_what_cannot_be_read_has_no_secret_in_it_either(post):
    assert post("[" * DEEP, secret="").status_code == 401
    assert post("a=1&a[b]=2", content_type=FORM, secret="").status_code == 401


def test_a_large_body_is_refused_unread(post):
    assert post("x" * 1_000_001).status_code == 413


def test_the_curl_of_the_documentation_is_taken(post):
    command = re.search(r'(?ms)^curl "\$ENCORE_HOOK".*?^```', (settings.BASE_DIR / "docs" / "connect.md").read_text())[
        0
    ]
    words = shlex.split(command.removesuffix("```"))
    fields = [tuple(words[place + 1].split("=", 1)) for place, word in enumerate(words) if word == "--data-urlencode"]

    assert words[words.index("-H") + 1] == "X-Api-Key: $ENCORE_SECRET"
    assert post(form(fields), content_type=FORM).status_code == 202
    assert kept() == {"Email": "dora@example.com", "payment": {"orderid": "2001", "amount": "49.90"}}
