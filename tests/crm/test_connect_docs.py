"""What README and docs/connect.md tell a programmer to send is taken, and starts a chain."""

import datetime as dt
import re
import subprocess
import urllib.request
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from chains.definition.publishing import publish
from chains.engine.run import tick
from chains.models import Chain
from chains.ready.words import chain_words
from crm.intake import deliveries
from crm.intake.api.keys import key_of
from crm.intake.doors import read
from crm.intake.sources import address_of, new_secret
from crm.loyalty import CouponDraft, PointsGift, balances, give_points, issue_coupons
from crm.models import Coupon, LoyaltySettings, Order, Source
from tests.conftest import make_customer

PAGE = settings.BASE_DIR / "docs" / "connect.md"
README = settings.BASE_DIR / "README.md"


def example(path, language, about):
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", path.read_text(), re.DOTALL | re.MULTILINE)
    return next(re.sub(f"(?m)^{indent}", "", code) for indent, code in found if about in code)


def words_of(command, key):
    """The words curl would be given by a shell."""
    script = 'curl() { printf "%s\\0" "$@"; }\n' + command
    shell = subprocess.run(
        ["bash", "-c", script], env={"ENCORE_KEY": key, "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    words = shell.stdout.decode().split("\0")
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    return words[0], headers, words[words.index("-d") + 1] if "-d" in words else ""


def send(client, path, source):
    address, headers, body = words_of(example(path, "sh", "api/v1/orders"), key_of(source))
    assert address == "http://127.0.0.1:8000/api/v1/orders"
    return client.post(
        "/api/v1/orders", body, content_type="application/json", headers={"authorization": headers["Authorization"]}
    )


@pytest.fixture
def source():
    return Source.objects.create(kind="api", name="Till", secret=new_secret("api"))


@pytest.mark.django_db
def test_the_curl_of_the_page_is_taken(client, source):
    assert send(client, PAGE, source).status_code == 200
    assert Order.objects.get().number == "1001"


@pytest.mark.django_db
def test_an_order_sent_as_readme_says_is_confirmed_by_a_ready_chain_in_one_pass(client, source, shop):
    shop.quiet_from = shop.quiet_until
    shop.save()
    a_minute_ago = timezone.now() - dt.timedelta(minutes=1)
    publish(Chain.objects.get(name=chain_words("en", "small_appliance").name), a_minute_ago)

    assert send(client, README, source).status_code == 200
    tick(timezone.now())

    assert [(letter.to, "1001" in letter.subject + letter.body) for letter in mail.outbox] == [
        (["ann@example.com"], True)
    ]


@pytest.fixture
def run(client, monkeypatch):
    """Runs an example of the page with these variables; what it sends comes to Django's test client."""
    answers = []

    def urlopen(request):
        headers = dict(request.header_items())
        path = request.full_url.removeprefix(settings.SITE_URL)
        answer = client.post(path, request.data, content_type=headers.pop("Content-type"), headers=headers)
        answers.append(answer.status_code)
        return SimpleNamespace(status=answer.status_code, read=lambda: answer.content)

    def run(code, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        exec(compile(code, str(PAGE), "exec"), {})  # noqa: S102
        return answers

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return run


@pytest.mark.django_db
def test_the_python_of_the_page_is_taken(run, source):
    code = example(PAGE, "python", "/api/v1/orders")

    assert run(code, ENCORE_URL=settings.SITE_URL, ENCORE_KEY=key_of(source)) == [200]
    assert Order.objects.get().number == "1002"


@pytest.mark.django_db
def test_the_till_of_the_page_redeems_a_coupon_and_gives_it_back(run, source, capsys):
    issue_coupons([CouponDraft(make_customer().pk, "percent", "c", timezone.now(), Decimal(10), is_sent=True)])
    code = example(PAGE, "python", "/coupons/redeem")

    environment = {"ENCORE_URL": settings.SITE_URL, "ENCORE_KEY": key_of(source), "COUPON": Coupon.objects.get().code}
    assert run(code, **environment) == [200, 200, 200]
    assert capsys.readouterr().out == "10 % off\n"
    assert Coupon.objects.get().held_for == ""


@pytest.mark.django_db
def test_the_till_of_the_page_spends_points(run, source):
    ann = make_customer(phone="+447700900123")
    LoyaltySettings(pk=1, point_value=Decimal("0.10")).save()
    give_points([PointsGift(ann.pk, 100, "gift", timezone.now())])
    calling = example(PAGE, "python", "/coupons/redeem").partition("code, sale")[0]

    environment = {"ENCORE_URL": settings.SITE_URL, "ENCORE_KEY": key_of(source)}
    assert run(calling + example(PAGE, "python", "/points/capture"), **environment) == [200, 200, 200]
    assert balances([ann.pk], timezone.now())[ann.pk] == 0


@pytest.mark.django_db
def test_every_curl_of_the_page_is_taken(client, source):
    statuses = {}
    for _indent, command in re.findall(r"^( *)```sh\n(.*?)^ *```", PAGE.read_text(), re.DOTALL | re.MULTILINE):
        address, headers, body = words_of(command, key_of(source))
        path = address.removeprefix("http://127.0.0.1:8000")
        if not path.startswith("/api/v1/"):
            continue
        answer = client.generic(
            "POST" if body else "GET", path, body, content_type=headers.pop("Content-Type", ""), headers=headers
        )
        assert all(item.get("ok", True) for item in answer.json().get("results", ()))
        statuses[path.partition("?")[0]] = answer.status_code

    assert len(statuses) == 6
    assert set(statuses.values()) == {200}


@pytest.mark.django_db
def test_the_signed_webhook_of_the_page_is_taken_and_applied(run):
    source = Source.objects.create(kind="webhook", name="Till", secret=new_secret("webhook"))
    code = example(PAGE, "python", "Webhook(")

    assert run(code, ENCORE_HOOK=address_of(source), ENCORE_SECRET=source.secret) == [202]
    assert deliveries.apply_due(timezone.now(), read) == {"applied": 1}
    assert Order.objects.get().number == "1003"


@pytest.mark.django_db(transaction=True)
def test_the_client_of_the_page_tells_an_order_by_the_tracking_api(live_server, monkeypatch):
    source = Source.objects.create(kind="tracking", name="Site", secret=new_secret("tracking"))
    monkeypatch.setenv("ENCORE_URL", live_server.url)
    monkeypatch.setenv("ENCORE_KEY", key_of(source))

    exec(compile(example(PAGE, "python", "segment.analytics"), str(PAGE), "exec"), {})  # noqa: S102

    assert deliveries.apply_due(timezone.now(), read) == {"applied": 2}
    assert Order.objects.get().number == "1004"


@pytest.mark.django_db
def test_the_page_of_the_api_needs_nobody_elses_server(client):
    page = client.get("/api/v1/docs")

    assert page.status_code == 200
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page.text)
