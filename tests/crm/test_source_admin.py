import datetime as dt
import json

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from crm.admin.source_days import counts_by_day
from crm.intake import deliveries
from crm.intake.api.keys import key_of
from crm.intake.arrival import Arrival
from crm.intake.doors import read
from crm.intake.sources import KINDS
from crm.models import Customer, Delivery, Event, Order, Source
from crm.timezones import day_of
from tests.chains.factories import live_chain, message

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    def sign_in(role="Managers"):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


def connect(client, **chosen):
    form = {"kind": "webhook", "name": "Till", "id_prefix": "", "silent_after_hours": "48"}
    return client.post("/admin/crm/source/add/", form | chosen, follow=True)


def test_the_secret_is_shown_once_with_the_address_and_an_example(enter, settings):
    page = connect(enter())

    source = Source.objects.get()
    address = f"{settings.SITE_URL}/hooks/{source.key}/"
    assert source.secret.startswith("whsec_")
    assert f'id="source-address">{address}<' in page.text
    assert page.text.count(source.secret) == 2
    again = enter_again(page, source)
    assert source.secret not in again.text
    assert "YOUR_KEY" in again.text


def enter_again(page, source):
    return page.client.get(f"/admin/crm/source/{source.pk}/change/")


def test_an_api_key_is_shown_whole(enter):
    page = connect(enter(), kind="api")

    assert key_of(Source.objects.get()) in page.text


def test_only_kinds_with_a_door_are_offered(enter):
    page = connect(enter(), kind="pigeon")

    assert not Source.objects.exists()
    offered = [value for value, _words in page.context["adminform"].form.fields["kind"].choices if value]
    assert offered == [kind.value for kind in KINDS]


def test_a_changed_secret_is_shown_once_and_the_one_before_stays(enter):
    client = enter()
    connect(client)
    old = Source.objects.get()

    page = client.post(f"/admin/crm/source/{old.pk}/do/change-secret/", follow=True)

    source = Source.objects.get()
    assert source.secret in page.text
    assert old.secret not in page.text
    assert source.secrets_at(timezone.now()) == [source.secret, old.secret]


def test_support_looks_and_changes_nothing(enter):
    source = Source.objects.create(kind="webhook", name="Till", secret="whsec_c2VjcmV0")
    client = enter("Support")

    assert client.get("/admin/crm/source/").status_code == 200
    page = client.get(f"/admin/crm/source/{source.pk}/change/")
    assert (page.status_code, source.secret in page.text) == (200, False)
    assert connect(client, name="Other").status_code == 403
    for what in ("do/change-secret/", "do/pause/", "do/again/", "test-order/"):
        assert client.post(f"/admin/crm/source/{source.pk}/{what}").status_code == 403


def test_marketers_do_not_see_sources(enter):
    assert enter("Marketing").get("/admin/crm/source/").status_code == 403


@pytest.mark.parametrize("kind", ["api", "webhook", "woocommerce"])
def test_a_test_order_shows_its_way_and_leaves_nothing(enter, kind, shop):
    client = enter()
    connect(client, kind=kind)
    chain = live_chain(message(), name="Thanks for the order")
    source = Source.objects.get()
    before = [model.objects.count() for model in (Customer, Order, Event, Delivery)]

    page = client.post(f"/admin/crm/source/{source.pk}/test-order/")

    result = page.context["result"]
    assert result.refusal == ""
    assert result.order.number.startswith("TEST-")
    assert result.is_kept == (kind != "api")
    assert result.event_kinds == ["order.placed"]
    assert chain.name in result.starts
    assert result.order.number in page.text
    assert [model.objects.count() for model in (Customer, Order, Event, Delivery)] == before
    source.refresh_from_db()
    assert source.last_heard_at is None


def test_a_test_order_at_a_paused_source_says_that_it_is_refused(enter):
    client = enter()
    connect(client)
    source = Source.objects.get()
    client.post(f"/admin/crm/source/{source.pk}/do/pause/")

    page = client.post(f"/admin/crm/source/{source.pk}/test-order/")

    assert "This source is paused." in page.text


def test_what_failed_is_shown_in_words_and_tried_again_one_or_all(enter):
    client = enter()
    connect(client)
    source = Source.objects.get()
    for number in range(2):
        payload = {"type": "order.created", "data": {"number": f"{number}", "totl": "<b>5</b>"}}
        deliveries.keep(source, Arrival(f"m{number}", "order.created", payload), timezone.now())
    deliveries.apply_due(timezone.now(), read)
    first = Delivery.objects.earliest("pk")

    assert "totl: Encore knows no field" in client.get("/admin/crm/delivery/?status__exact=failed").text
    page = client.get(f"/admin/crm/delivery/{first.pk}/change/")
    assert "&quot;totl&quot;: &quot;&lt;b&gt;5&lt;/b&gt;&quot;" in page.text

    client.post(f"/admin/crm/delivery/{first.pk}/do/again/")
    assert Delivery.objects.failed().count() == 1
    client.post(f"/admin/crm/source/{source.pk}/do/again/")
    assert Delivery.objects.failed().count() == 0


def test_the_list_says_how_each_source_fares(enter, now):
    Source.objects.create(kind="webhook", name="New")
    Source.objects.create(kind="webhook", name="Quiet", last_heard_at=now)
    Source.objects.create(kind="api", name="Loud", last_heard_at=timezone.now())

    page = enter().get("/admin/crm/source/")

    assert {word for word in ("never heard", "silent", "heard lately") if word in page.text} == {
        "never heard", "silent", "heard lately",
    }  # fmt: skip


def test_the_page_counts_what_came_by_the_days_of_the_shop(settings, now, django_assert_num_queries):
    settings.TIME_ZONE = "Asia/Vladivostok"
    source = Source.objects.create(kind="webhook", name="Till")
    came = [
        (0, "applied", False),
        (0, "failed", False),
        (0, "applied", True),
        (13, "applied", False),
        (14, "applied", False),
    ]
    Delivery.objects.bulk_create(
        Delivery(
            source=source, key=str(place), topic="order.created", payload={}, status=status, is_historic=is_historic,
            received_at=now - dt.timedelta(days=back),
        )
        for place, (back, status, is_historic) in enumerate(came)
    )  # fmt: skip

    with django_assert_num_queries(1):
        days = counts_by_day(source, now)

    assert [one.day for one in days] == [day_of(now) - dt.timedelta(days=back) for back in range(14)]
    assert [(one.came, one.failed) for one in days] == [(2, 1), *[(0, 0)] * 12, (1, 0)]


@pytest.mark.parametrize("kind", ["api", "webhook"])
def test_a_source_without_messages_shows_no_table_of_days(enter, kind):
    page = connect(enter(), kind=kind, rights="write", requests_a_minute="600")

    assert "What came on each of the last 14 days" not in page.text


def test_what_to_press_is_folded_once_the_source_speaks(enter):
    client = enter()
    new = Source.objects.create(kind="woocommerce", name="New", secret="s")
    heard = Source.objects.create(kind="woocommerce", name="Heard", secret="s", last_heard_at=timezone.now())

    assert '<details class="mt-3" open>' in client.get(f"/admin/crm/source/{new.pk}/change/").text
    assert '<details class="mt-3">' in client.get(f"/admin/crm/source/{heard.pk}/change/").text


def test_the_example_on_the_page_is_taken_by_the_door(enter):
    import shlex

    client = enter()
    page = connect(client, kind="api")
    words = shlex.split(page.context["curl"].replace("\\\n", ""))
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    body = words[words.index("-d") + 1]

    answer = client.post(
        "/api/v1/orders", body, content_type="application/json", headers={"authorization": headers["Authorization"]}
    )

    assert (answer.status_code, Order.objects.get().number) == (200, json.loads(body)["number"])
