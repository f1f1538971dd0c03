"""A manager brings in a shop's past on the page of its source."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.messages import get_messages
from django.utils import timezone

from crm.intake import deliveries
from crm.intake.facts import NothingToRecord
from crm.intake.history.shops import SHOPS
from crm.models import FetchRun, Source
from tests.crm.history.conftest import fetch_all, filled, row, step
from tests.shop_server import Trouble

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    def sign_in(role="Managers"):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


def do(client, source, verb):
    return client.post(f"/admin/crm/source/{source.pk}/do/{verb}/")


def said(answer):
    return str(list(get_messages(answer.wsgi_request))[-1])


def past(client, source):
    """Its words, as somebody reads them."""
    answer = client.get(f"/admin/crm/source/{source.pk}/past/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)), answer.text


def test_the_button_begins_and_the_page_follows_by_itself(enter, woo_source, server):
    client = enter()
    filled(server, customers=3, products=1, orders=1_201)
    words, _html = past(client, woo_source)
    assert "Bring in its past" in words

    answer = do(client, woo_source, "bring-in-past")

    assert said(answer) == "Its past is being brought in. This page shows how far it is."
    words, html = past(client, woo_source)
    assert "waiting for its turn" in words
    assert 'hx-trigger="every 4s"' in html
    now = timezone.now()
    for _page in range(4):
        step(now)
    words, html = past(client, woo_source)
    assert "customers 3 of 3 products 1 of 1 orders 2 of 1,201 Of what came waiting 6" in words
    assert 'max="1201"' in html


def test_when_all_is_applied_the_page_rests_and_says_what_failed(enter, woo_source, server):
    client = enter()
    filled(server, orders=2)
    do(client, woo_source, "bring-in-past")
    fetch_all(timezone.now())

    def reads(delivery):
        if delivery.subject == "order 2":
            raise ValueError("no total")
        raise NothingToRecord("only a test")

    deliveries.apply_due(timezone.now(), reads)

    words, html = past(client, woo_source)
    assert "all in" in words
    assert "nothing in it for Encore 5 · could not be applied 1" in words
    assert "hx-trigger" not in html
    address = re.search(r'href="([^"]*status__exact=failed)"', html)[1].replace("&amp;", "&")
    page = client.get(address)
    assert "no total" in page.text
    assert "only a test" not in page.text


def test_stopped_and_gone_on(enter, shopify_source, server):
    client = enter()
    filled(server)
    do(client, shopify_source, "bring-in-past")
    step(timezone.now())

    assert said(do(client, shopify_source, "stop-past")) == "Stopped. What came so far stays; it can go on from here."
    words, html = past(client, shopify_source)
    assert "Go on from there" in words
    assert "hx-trigger" not in html
    assert said(do(client, shopify_source, "go-on-with-past")) == "It goes on where it was."

    fetch_all(timezone.now())
    assert FetchRun.objects.get().status == "done"


def test_a_wrong_key_is_said_at_once_and_nothing_begins(enter, woo_source):
    Source.objects.filter(pk=woo_source.pk).update(api_user="ck_wrong")

    answer = do(enter(), woo_source, "bring-in-past")

    assert said(answer) == "The shop does not know the key of its API: copy it again (401). “Sorry, you cannot list.”"
    assert not FetchRun.objects.exists()


def test_what_keeps_it_is_told_and_cannot_write_the_page(enter, woo_source, server):
    client = enter()
    do(client, woo_source, "bring-in-past")
    server.fail(Trouble(401, b'{"message": "<script>alert(1)</script>"}'))
    step(timezone.now())

    _words, html = past(client, woo_source)

    assert "enc-card-bad" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_without_a_key_it_says_what_is_missing(enter, woo_source):
    Source.objects.filter(pk=woo_source.pk).update(api_user="")

    words, html = past(enter(), woo_source)

    assert "Enter the address of the shop and the key of its API below" in words
    assert "bring-in-past" not in html


def test_caught_up_hourly_is_told_of_woocommerce_alone(enter, woo_source, shopify_source, now):
    client = enter()
    FetchRun.objects.create(
        source=woo_source, purpose="changes", status="stopped", changed_since=now, caught_up_at=now, reason="No key."
    )

    words, _html = past(client, woo_source)
    assert "Caught up at 03/10/2026" in words
    assert "No key." in words
    assert "Caught up" not in past(client, shopify_source)[0]


def test_support_looks_and_presses_nothing(enter, woo_source):
    client = enter("Support")

    _words, html = past(client, woo_source)

    assert "bring-in-past" not in html
    assert [do(client, woo_source, verb).status_code for verb in ("bring-in-past", "stop-past", "go-on-with-past")] == [
        403, 403, 403,
    ]  # fmt: skip
    assert not FetchRun.objects.exists()


def test_marketers_do_not_see_it(enter, woo_source):
    assert enter("Marketing").get(f"/admin/crm/source/{woo_source.pk}/past/").status_code == 403


def test_other_kinds_have_no_past(enter):
    source = Source.objects.create(kind="webhook", name="Till")
    client = enter()

    assert client.get(f"/admin/crm/source/{source.pk}/past/").status_code == 404
    assert "source-past" not in client.get(f"/admin/crm/source/{source.pk}/change/").text


def test_it_is_part_of_the_page_of_the_source(enter, server, monkeypatch):
    monkeypatch.setitem(SHOPS, Source.Kind.WEBHOOK, SHOPS[Source.Kind.WOOCOMMERCE])
    source = Source.objects.create(kind="webhook", name="Till", site_address=server.address)

    page = enter().get(f"/admin/crm/source/{source.pk}/change/")

    assert "Its past" in page.text
    assert "Enter the address of the shop and the key of its API below" in page.text


def test_looking_costs_the_same_however_much_there_is(
    enter,
    woo_source,
    server,
    django_assert_max_num_queries,
):
    client = enter()
    server.rows["orders"] = [row(number) for number in range(1, 12)]
    do(client, woo_source, "bring-in-past")
    fetch_all(timezone.now())

    with django_assert_max_num_queries(8):
        past(client, woo_source)
