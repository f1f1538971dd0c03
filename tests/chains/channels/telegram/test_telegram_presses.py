"""Answers given by a button under the bot's message."""

import pytest

from chains.channels.telegram.sender import message
from chains.messages.compiling import compile_text
from chains.messages.context import contexts
from chains.messages.short_message import render_note
from chains.simulate.preview import rendered
from crm.models import Channel, Contact, Feedback
from tests.chains.channels.telegram.updates import CHAT, set_up_bot, tell
from tests.chains.factories import written_text
from tests.chains.question_letters import KEY, make_asked_touch, question
from tests.chains.survey_letters import NPS, REASONS, make_survey, make_surveyed_touch, survey_block

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def bot(settings):
    set_up_bot(settings)


def in_telegram(touch):
    """As if the message had gone to their chat."""
    Contact.objects.create(customer=touch.customer, channel=Channel.TELEGRAM, address=str(CHAT))
    return touch


def pressed(touch, value, by=CHAT):
    data = f"{touch.token}/{KEY}/{value}"
    return {"update_id": 1, "callback_query": {"id": "77", "from": {"id": by}, "data": data}}


@pytest.mark.parametrize(
    ("block", "rows", "words"),
    [
        (lambda: survey_block(make_survey(NPS)), [6, 5, 1], "Would you recommend us?"),
        (lambda: survey_block(make_survey(REASONS)), [1, 1, 1, 1, 1], "What stopped you?"),
        (lambda: question(words="How was it?"), [5, 1], "How was it?"),
    ],
)
def test_answers_are_buttons_under_the_message(now, shop, block, rows, words):
    note = rendered(written_text(channel="telegram", subject="", blocks=[block()]), None, now, shop).note

    sent = message("42", note)

    keyboard = sent["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in keyboard] == rows
    assert all(len(button["callback_data"].encode()) <= 64 for row in keyboard[:-1] for button in row)
    assert "url" in keyboard[-1][0]
    assert words in sent["text"]
    assert "?answer=" not in sent["text"]


def test_a_message_without_a_question_stays_as_it_is(now, shop):
    note = rendered(written_text(channel="telegram", subject="", words="One\n\nTwo"), None, now, shop).note

    assert message("42", note)["text"] == note.text
    assert message("42", note)["reply_markup"]["inline_keyboard"] == []


def test_a_press_is_an_answer_and_another_takes_its_place(client, shop):
    touch = in_telegram(make_surveyed_touch(shop, make_survey(NPS)))

    answer = tell(client, pressed(touch, 9)).json()
    tell(client, pressed(touch, 10))

    assert (answer["method"], answer["callback_query_id"]) == ("answerCallbackQuery", "77")
    assert answer["text"].startswith("Thank you, noted")
    assert [(one.score, one.customer) for one in Feedback.objects.all()] == [(10, touch.customer)]


def test_a_single_question_takes_a_press_too(client, shop):
    touch = in_telegram(make_asked_touch(shop))

    tell(client, pressed(touch, 4))

    assert Feedback.objects.get().score == 4


@pytest.mark.parametrize("value", ["11", "", "x", "-1", "9/9"])
def test_what_was_not_offered_is_no_answer(client, shop, value):
    touch = in_telegram(make_surveyed_touch(shop, make_survey(NPS)))

    assert tell(client, pressed(touch, value)).json()["text"] == "Nothing was changed."
    assert not Feedback.objects.exists()


def test_nobody_answers_for_somebody_else(client, shop):
    touch = in_telegram(make_surveyed_touch(shop, make_survey(NPS)))

    assert tell(client, pressed(touch, 9, by=43)).json()["text"] == "Nothing was changed."
    assert not Feedback.objects.exists()


@pytest.mark.parametrize("broken", [{}, {"id": "1"}, {"id": "1", "from": {"id": "x"}, "data": None}])
def test_a_broken_press_is_refused(client, broken):
    assert tell(client, {"update_id": 1, "callback_query": {"x": 1} | broken}).status_code == 400


def test_a_sent_note_names_its_touch(shop):
    touch = make_surveyed_touch(shop, make_survey(NPS))
    compiled = compile_text(written_text(channel="telegram", blocks=[survey_block(touch.survey)]), shop)
    context = contexts([touch], touch.sent_at)[touch.pk] | {"blocks": {KEY: "1"}, "shown": {KEY: {}}}
    keyboard = message("42", render_note(compiled, context, touch.pk))["reply_markup"]["inline_keyboard"]

    assert keyboard[0][3] == {"text": "3", "callback_data": f"{touch.token}/{KEY}/3"}
