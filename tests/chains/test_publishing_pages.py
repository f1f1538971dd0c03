"""Where a marketer decides, by the forms the browser would send."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.definition import pausing, publishing
from chains.models import Backlog, Chain
from tests.chains.factories import draft_chain, live_chain, marketing, message, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def sign_in(client, role):
    user = User.objects.create_user(role.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def marketer(client):
    return sign_in(client, "Marketing")


PIECE = {"X-Encore-Piece": "1"}


def url(chain, page):
    return reverse(f"admin:chains_chain_{page}", args=[chain.pk])


def said(answer):
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def test_what_stands_in_the_way_is_said_instead_of_a_question(marketer):
    chain = draft_chain(marketing())

    answer = marketer.get(url(chain, "publish"), headers=PIECE)

    assert "Before it can be published" in said(answer)
    assert '<button class="enc-button enc-button-main">Publish</button>' not in said(answer)


def test_a_draft_whose_step_is_not_finished_has_its_page(marketer):
    chain = draft_chain({"kind": "message"})

    assert marketer.get(url(chain, "publish"), headers=PIECE).status_code == 200
    assert marketer.get(url(chain, "publish")).url == url(chain, "change") + "#publish"
    assert marketer.get(url(chain, "change")).status_code == 200


def test_spreading_asks_over_how_many_days(marketer):
    chain = draft_chain(message())
    make_order(placed_at=timezone.now() - DAY)
    agreed = marketer.get(url(chain, "publish"), headers=PIECE).context["agreed"]

    answer = marketer.post(url(chain, "publish"), {"agreed": agreed, "past": "spread", "spread_days": ""})

    assert "Say over how many days they are spread." in said(answer)
    chain.refresh_from_db()
    assert chain.status == "draft"


@pytest.mark.parametrize("days", ["", "-1", "x", "99999"])
def test_a_look_back_that_is_no_number_of_days_is_the_usual_one(marketer, days):
    chain = draft_chain(message())

    assert marketer.get(url(chain, "publish"), {"days": days}, headers=PIECE).context["days"] == 30


def test_a_draft_changed_meanwhile_is_not_published(marketer):
    chain = draft_chain(message())
    agreed = marketer.get(url(chain, "publish"), headers=PIECE).context["agreed"]
    Chain.objects.filter(pk=chain.pk).update(priority=2)

    answer = marketer.post(url(chain, "publish"), {"agreed": agreed, "past": "none"})

    assert "The draft was changed after this page was shown." in said(answer)
    chain.refresh_from_db()
    assert chain.status == "draft"


def test_what_runs_already_is_not_asked_about_again(marketer):
    chain = live_chain(message())

    assert "there is nothing to publish" in said(marketer.get(url(chain, "publish"), headers=PIECE))


def test_another_text_asks_nothing_about_the_past(marketer):
    chain = live_chain(message(name="Thanks"))
    make_order(placed_at=timezone.now() - DAY)
    chain.steps.update(late_after_hours=5)

    answer = marketer.get(url(chain, "publish"), headers=PIECE)

    assert "past" not in answer.context
    assert "1. “Thanks”, useless after, hours: 72 → 5" in said(answer)


def test_a_wider_audience_asks_about_the_past(marketer):
    rule = {"all": [{"field": "city", "operator": "is", "value": ["Rome"]}]}
    chain = live_chain(message(), audience_rule=rule)
    make_order(placed_at=timezone.now() - DAY, customer=make_customer(city="Paris"))
    Chain.objects.filter(pk=chain.pk).update(audience_rule=None)

    answer = marketer.get(url(chain, "publish"), headers=PIECE)

    assert answer.context["past"].count == 1
    assert answer.context["differences"] == ["Audience: City: Rome → Everybody"]


def test_letting_in_the_past_can_be_stopped(marketer):
    chain = draft_chain(message())
    make_order(placed_at=timezone.now() - DAY)
    agreed = marketer.get(url(chain, "publish"), headers=PIECE).context["agreed"]
    decided = {"agreed": agreed, "past": "spread", "days": "30", "spread_days": "9"}
    marketer.post(url(chain, "publish"), decided)
    assert Backlog.objects.get().spread_days == 9

    marketer.post(reverse("admin:chains_chain_do", args=[chain.pk, "stop-letting-in"]))

    assert not Backlog.objects.exists()


def test_resuming_without_a_decision_is_asked_again(marketer):
    chain = live_chain(message(), wait(1))
    pausing.pause(chain, NOW + HOUR)

    answer = marketer.post(url(chain, "resume"), {"decision": "whatever"})

    assert "Say what is to become of what fell due during the pause." in said(answer)
    chain.refresh_from_db()
    assert chain.status == "paused"


def test_versions_are_read_compared_in_words_and_brought_back(marketer):
    chain = live_chain(message(name="Thanks", subject="Hello"), wait(3), message(name="Care"))
    letter = chain.steps.get(name="Thanks").template.texts.get()
    chain.steps.filter(kind="wait").update(wait_amount=5)
    chain.steps.get(name="Care").delete()
    letter.subject = "Good day"
    letter.save()
    publishing.publish(chain, NOW)
    chain.steps.all().delete()

    page = marketer.get(url(chain, "versions"), {"before": "1", "after": "2", "read": "1"})
    assert page.context["compared"] == [
        "1. “Thanks”, Email, English, subject: Hello → Good day",
        "Step 2: wait for 3 days → wait for 5 days",
        "Removed: 3. “Care”",
    ]
    assert "3. Care" in said(page).replace('<span class="enc-faint">3.</span> Care', "3. Care")
    answer = marketer.post(url(chain, "versions"), {"version": "1"}, follow=True)

    assert "The draft is as in version 1 now." in said(answer)
    assert [step.kind for step in chain.steps.all()] == ["message", "wait", "message"]
    undone = marketer.post(url(chain, "act"), {"verb": "undo"})
    assert (undone.json()["said"], chain.steps.count()) == ("Undone: Version 1 brought back", 0)


def test_support_decides_nothing(client):
    chain = live_chain(message())
    support = sign_in(client, "Support")
    pausing.pause(chain, NOW + HOUR)

    for page in ("publish", "resume"):
        assert support.get(url(chain, page)).status_code == 403
        assert support.post(url(chain, page), {"decision": "send", "agreed": "x"}).status_code == 403
    chain.refresh_from_db()
    assert chain.status == "paused"
