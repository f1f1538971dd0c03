"""A question in a message: what is seen, its page, and what becomes of the answer."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from chains.messages.text_problems import block_problems, problems
from chains.simulate.preview import rendered
from crm.models import Case, Event, Feedback
from segments.compile import matching
from segments.rule_json import parse
from tests.chains.factories import written_text
from tests.chains.question_letters import KEY, make_asked_touch, question
from tests.chains.test_public_pages import PERSON
from tests.chains.written_messages import make_touch

pytestmark = pytest.mark.django_db

REASONS = ["Too expensive", "{{ product.name }} does it for me"]


@pytest.fixture
def outsider(client):
    client.defaults["HTTP_USER_AGENT"] = PERSON
    return client


@pytest.fixture
def asked(shop):
    """A letter that asks a question, on its way to somebody who bought a kettle."""

    def ask(**content):
        return make_asked_touch(shop, **content)

    return ask


def page(touch, key=KEY):
    return reverse("chains:question", args=[touch.token, key])


@pytest.mark.parametrize(("asks", "count"), [("rating", 5), ("nps", 11), ("reasons", 2)])
def test_each_answer_is_one_press(now, shop, asks, count):
    letter = rendered(written_text(blocks=[question(asks=asks, answers=REASONS)]), None, now, shop).letter

    assert letter.html.count("/m/q/preview/a1b2c3d4/?answer=") == count
    assert "How is your Kettle Aria 1.7 l?" in letter.html
    assert "Kettle Aria 1.7 l does it for me" in letter.text or asks != "reasons"
    assert "/m/q/preview/a1b2c3d4/" in letter.text


@pytest.mark.parametrize("asks", ["rating", "nps", "reasons"])
@pytest.mark.parametrize("channel", ["telegram", "sms", "push"])
def test_short_messages_ask_too(now, shop, asks, channel):
    text = written_text(channel=channel, blocks=[question(asks=asks, answers=REASONS)])

    assert list(problems(text)) == []
    note = rendered(text, None, now, shop).note
    assert note.button.endswith("/m/q/preview/a1b2c3d4/")
    assert ("?answer=1" in note.text) is (channel == "telegram")


def test_fetching_the_link_shows_the_answer_chosen_and_keeps_nothing(outsider, asked):
    shown = outsider.get(page(asked(low_words="poor")) + "?answer=2").text

    assert 'value="2" checked' in shown
    assert "data-confirms" in shown
    assert "How is your Kettle?" in shown
    assert "poor" in shown
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("address", ["", "?answer=9", "?answer=abc"])
def test_without_an_answer_chosen_nothing_confirms_itself(outsider, asked, address):
    shown = outsider.get(page(asked()) + address)

    assert shown.status_code == 200
    assert "data-confirms" not in shown.text
    assert " checked" not in shown.text


@pytest.mark.parametrize(
    ("asks", "sent", "kind", "score", "answer"),
    [
        ("rating", "5", "rating", 5, ""),
        ("nps", "9", "nps", 9, ""),
        ("reasons", "1", "exit", None, "Kettle does it for me"),
    ],
)
def test_an_answer_is_feedback_about_the_order_and_an_event(outsider, asked, asks, sent, kind, score, answer):
    touch = asked(asks=asks, answers=REASONS)

    response = outsider.post(page(touch), {"answer": sent, "text": "Well"})

    assert response.status_code == 200
    given = Feedback.objects.get()
    assert (given.kind, given.score, given.answer, given.text) == (kind, score, answer, "Well")
    assert (given.customer, given.order) == (touch.customer, touch.order)
    properties = Event.objects.get(kind="feedback.left").properties
    assert properties.get("answer", "") == answer
    assert not Case.objects.exists()


def test_segments_know_who_chose_an_answer(outsider, asked):
    touch = asked(asks="reasons", answers=REASONS)
    outsider.post(page(touch), {"answer": "0"})

    def found(answer):
        rule = {"field": "chosen_answer", "operator": "has", "value": [answer]}
        return list(matching(parse(rule), timezone.now()))

    assert found("Too expensive") == [touch.customer]
    assert found("Too loud") == []


def test_a_low_answer_opens_one_case_and_words_that_follow_are_put_to_it(outsider, asked):
    touch = asked()

    outsider.post(page(touch), {"answer": "2", "by_itself": "1"})
    outsider.post(page(touch), {"answer": "2", "text": "It leaks"})

    assert Case.objects.get().body == "It leaks"
    assert Event.objects.filter(kind="feedback.left").count() == 1


def test_an_answer_can_be_changed_for_a_week(outsider, asked):
    touch = asked()
    outsider.post(page(touch), {"answer": "5", "text": "Good"})
    outsider.post(page(touch), {"answer": "4"})

    given = Feedback.objects.get()
    assert (given.score, given.text) == (4, "Good")
    assert [event.properties["score"] for event in Event.objects.filter(kind="feedback.left").order_by("pk")] == [5, 4]

    Feedback.objects.update(left_at=timezone.now() - dt.timedelta(days=8))
    assert "Thank you" in outsider.post(page(touch), {"answer": "1"}).text
    assert Feedback.objects.get().score == 4


def test_what_confirms_itself_overrules_nothing_and_no_machine_is_believed(outsider, asked):
    touch = asked()
    agent = {"HTTP_USER_AGENT": "Barracuda Sentinel (EE)"}

    assert outsider.post(page(touch), {"answer": "1", "by_itself": "1"}, **agent).status_code == 204
    outsider.post(page(touch), {"answer": "4", "by_itself": "1"})
    assert outsider.post(page(touch), {"answer": "1", "by_itself": "1"}).status_code == 204

    assert Feedback.objects.get().score == 4


@pytest.mark.parametrize("told", [{}, {"answer": "6"}, {"answer": "x"}, {"answer": "3", "text": "x" * 2001}])
def test_an_unfit_answer_is_refused_in_words(outsider, asked, told):
    response = outsider.post(page(asked()), told)

    assert response.status_code == 400
    assert 'role="alert"' in response.text
    assert not Feedback.objects.exists()


def test_a_question_nobody_asked_is_an_unknown_link(outsider, asked):
    assert outsider.get(page(asked(), "ffffffff")).status_code == 404
    assert outsider.get(page(make_touch())).status_code == 404


@pytest.mark.parametrize("answers", [[], ["One"], ["One", " "], ["One", "One"], ["{{ x }}"] * 2, ["x" * 201, "y"]])
def test_what_is_wrong_with_the_answers_is_said_there(answers):
    assert {name for name, _sentence in block_problems(question(asks="reasons", answers=answers), "email")} == {
        "answers"
    }


def test_a_question_is_the_one_thing_a_message_asks_for():
    assert [path for path, _sentence in problems(written_text(blocks=[question(), question()]))] == ["blocks.1"]
