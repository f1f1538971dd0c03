"""A manager connects another system, tries it and sees how it fares."""

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone

from crm.events import record
from crm.models import WebhookEndpoint, WebhookMessage
from crm.privacy.erase import erase
from crm.webhooks_out import sending
from crm.webhooks_out.kinds import OFFERED
from tests.conftest import make_customer
from tests.crm.webhook_receiver import SECRET, receiving

pytestmark = pytest.mark.django_db

PAGE = "/admin/crm/webhookendpoint/"


@pytest.fixture
def enter(client):
    def sign_in(role="Managers"):
        user = User.objects.create_user(role.lower(), password="secret", is_staff=True)
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def receiver(settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def endpoint(receiver):
    return WebhookEndpoint.objects.create(name="CRM", url=receiver.url, secret=SECRET, kinds=["asked", "order.paid"])


def connect(client, **fields):
    form = {"name": "CRM", "url": "https://crm.example.com/hooks", "chosen": ["order.paid", "message.sent"]}
    return client.post(f"{PAGE}add/", form | fields, follow=True)


def tell(customer, key="1"):
    record("asked", customer=customer, occurred_at=timezone.now(), source="test", key=key, properties={"a": "<b>"})


def test_the_secret_is_shown_once_and_the_kinds_are_kept(enter):
    client = enter()

    page = connect(client, own_kinds="quiz.done, asked ,asked")

    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.kinds == ["order.paid", "message.sent", "quiz.done", "asked"]
    assert endpoint.secret.startswith("whsec_")
    assert endpoint.secret in page.text
    again = client.get(f"{PAGE}{endpoint.pk}/change/")
    assert endpoint.secret not in again.text
    assert again.context["adminform"].form["own_kinds"].initial == "quiz.done, asked"


def test_every_kind_that_is_offered_can_be_chosen(enter):
    connect(enter(), chosen=sorted(OFFERED))

    assert set(WebhookEndpoint.objects.get().kinds) == OFFERED


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "ftp://crm.example.com/"}, "has to begin with https://"),
        ({"url": "nothing"}, "Enter a valid URL."),
        ({"chosen": ["made.up"]}, "made.up"),
        ({"own_kinds": "x" * 101}, "too long for the name of an event"),
        ({"own_kinds": ",".join(f"kind{number}" for number in range(51))}, "At most 50 of them."),
    ],
)
def test_what_cannot_be_is_refused_in_words(enter, fields, words):
    page = connect(enter(), **fields)

    assert words in page.text
    assert not WebhookEndpoint.objects.exists()


def test_a_changed_secret_is_shown_once_and_the_one_before_signs_beside_it(enter, endpoint):
    client = enter()

    page = client.post(f"{PAGE}{endpoint.pk}/do/change-secret/", follow=True)

    endpoint.refresh_from_db()
    assert endpoint.secret in page.text
    assert "signs beside it until" in page.text
    assert endpoint.secrets_at(timezone.now()) == [endpoint.secret, SECRET]


def test_a_test_shows_the_answer(enter, endpoint, receiver):
    receiver.answers_with((200, "thanks <b>"))

    page = enter().post(f"{PAGE}{endpoint.pk}/test/")

    assert "thanks &lt;b&gt;" in page.text
    assert "took it" in page.text
    assert receiver.bodies[0]["type"] == "test"


def test_a_test_that_fails_says_why(enter, endpoint, settings):
    settings.PRIVATE_ADDRESSES_ALLOWED = False

    page = enter().post(f"{PAGE}{endpoint.pk}/test/")

    assert "leads to a private address" in page.text


def test_it_is_paused_and_resumed_and_says_so(enter, endpoint):
    client = enter()

    page = client.post(f"{PAGE}{endpoint.pk}/do/pause/", follow=True)
    assert "for thirty days" in page.text
    page = client.post(f"{PAGE}{endpoint.pk}/do/resume/", follow=True)

    assert "for thirty days" not in page.text
    endpoint.refresh_from_db()
    assert not endpoint.is_paused


def test_a_message_shows_what_goes_out_and_what_was_answered(enter, endpoint, receiver):
    receiver.answers_with((500, "oh <i>no"))
    tell(make_customer(external_id="C-9"))
    sending.send_due(timezone.now())
    message = WebhookMessage.objects.get()
    client = enter()

    page = client.get(f"/admin/crm/webhookmessage/{message.pk}/change/")

    for words in ("oh &lt;i&gt;no", "It answered 500.", "C-9", "&quot;&lt;b&gt;&quot;", message.webhook_id):
        assert words in page.text
    assert "500" in client.get("/admin/crm/webhookmessage/").text


def test_what_failed_is_tried_again_one_or_all(enter, endpoint, receiver):
    for number in range(3):
        tell(make_customer(), f"{number}")
    WebhookMessage.objects.update(status="failed")
    client, first = enter(), WebhookMessage.objects.earliest("pk")

    client.post(f"/admin/crm/webhookmessage/{first.pk}/do/again/")
    assert WebhookMessage.objects.failed().count() == 2
    client.post(f"{PAGE}{endpoint.pk}/do/again/")
    assert WebhookMessage.objects.failed().count() == 0
    sending.send_due(timezone.now())
    page = client.post(f"/admin/crm/webhookmessage/{first.pk}/do/again/", follow=True)

    assert "There is nothing left to send" in page.text


def test_nothing_is_shown_of_somebody_who_was_erased(enter, endpoint):
    customer = make_customer()
    tell(customer)
    erase(customer, at=timezone.now())

    page = enter().get(f"/admin/crm/webhookmessage/{WebhookMessage.objects.get().pk}/change/")

    assert "Nothing: the customer&#x27;s data was erased." in page.text


def test_the_list_says_how_each_fares(enter, now):
    for name, fields in {
        "a": {}, "b": {"is_paused": True}, "c": {"down_since": now}, "d": {"gone_at": now},
        "e": {"last_success_at": now}, "f": {"failures_in_a_row": 1},
    }.items():  # fmt: skip
        WebhookEndpoint.objects.create(name=name, url="https://example.com/", **fields)

    page = enter().get(PAGE)

    for words in ("nothing sent yet", "paused", "down, asked", "switched off", "working", "the last attempt failed"):
        assert words in page.text


def test_the_list_takes_the_same_queries_for_one_and_many(enter, django_assert_max_num_queries):
    client = enter()
    for number in range(20):
        WebhookEndpoint.objects.create(name=f"{number}", url="https://example.com/")

    with django_assert_max_num_queries(12):
        client.get(PAGE)


@pytest.mark.parametrize("role", ["Support", "Marketing"])
def test_only_managers_see_webhooks(enter, endpoint, role):
    client = enter(role)

    assert client.get(PAGE).status_code == 403
    assert client.get("/admin/crm/webhookmessage/").status_code == 403
    for what in ("do/change-secret/", "do/pause/", "do/again/", "test/"):
        assert client.post(f"{PAGE}{endpoint.pk}/{what}").status_code == 403
