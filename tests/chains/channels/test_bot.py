"""The bot answers a common question once, says that it is one, and leaves everything else to people."""

import datetime as dt

import pytest

from chains.channels.email import record_mail as taking
from chains.channels.email.received_mail import read
from crm.models import Case, CaseMessage, Event, ReadyAnswer, ReadyAnswerText
from crm.service import cases, conversations, sending
from crm.service.bot import answer_due
from crm.service.bot_questions import meant
from crm.service.conversations import Attachment, CustomerLetter
from crm.story.story import story
from tests.chains.channels.email.letters import reply, sent_touch, to
from tests.chains.channels.provider import running_provider
from tests.chains.channels.setups import set_up
from tests.chains.channels.telegram.updates import connected, tell, written
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db]

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def bot(shop):
    """Switched on, with one ready answer of its own."""
    shop.bot_answers = True
    shop.save()
    ReadyAnswer.objects.all().delete()
    return ready(
        "Where is my order", "where is my order\nгде мой заказ", "Order {{ order_number }}: {{ order_status }}."
    )


def ready(title, triggers, text):
    answer = ReadyAnswer.objects.create(title=title, bot_may_send=True, triggers=triggers)
    ReadyAnswerText.objects.create(answer=answer, language="en", text=text)
    return answer


@pytest.fixture
def ann():
    ann = make_customer(email="ann@example.com", language="en")
    make_order(customer=ann, number="R-1", placed_at=NOW - dt.timedelta(days=3))
    return ann


def ask(customer, text="Where is my order?", *, key="1", at=NOW, **more):
    letter = CustomerLetter(key, "ann@example.com", "Question", text, at, **more)
    return conversations.receive_letter(customer, letter)


def test_answers_in_the_channel_says_what_it_is_and_how_to_reach_a_person(bot, ann, mailoutbox):
    ask(ann)

    assert [answer_due(NOW + MINUTE), answer_due(NOW + MINUTE)] == [1, 0]

    (mail,) = mailoutbox
    assert mail.body == (
        "Order R-1: placed.\n\nThis is a ready answer, sent automatically. To reach a person, answer “human”."
    )
    assert mail.extra_headers["Auto-Submitted"] == "auto-replied"
    sent, case = CaseMessage.objects.sent().get(), Case.objects.get()
    assert (sent.kind, sent.author, case.waits_for_us) == ("bot", None, False)
    assert any(entry.title.startswith("The bot answered") for entry in story(ann))
    bot.refresh_from_db()
    assert (bot.uses, bot.used_at) == (1, NOW + MINUTE)


@pytest.mark.parametrize("words", ["human", "Where is my order??", "thanks", "Человек!"])
def test_any_further_word_ends_the_bot_and_waits_for_a_person(bot, ann, mailoutbox, words):
    ask(ann)
    answer_due(NOW + MINUTE)

    ask(ann, words, key="2", at=NOW + 2 * MINUTE)

    assert answer_due(NOW + 3 * MINUTE) == 0
    case = Case.objects.get()
    assert (case.waits_for_us, case.unanswered_at) == (True, NOW + 2 * MINUTE)
    assert len(mailoutbox) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order? I want my money back",
        "Where is my order? It is urgent",
        "Where is my order? I want to speak to a human",
        "Where is my order? " + "I wait and wait. " * 30,
        "Do you sell kettles?",
        "",
    ],
)
def test_what_it_leaves_to_people(bot, client, settings, text, mailoutbox):
    with running_provider() as provider:
        set_up("telegram", provider.url, settings)
        connected(client)
        tell(client, written(text=text or "\u200b"))

        assert answer_due(NOW + MINUTE) == 0
        assert provider.requests == []


@pytest.mark.parametrize(
    "why",
    [
        "off",
        "files",
        "two are meant",
        "something is not known",
        "a colleague was quicker",
        "they wrote more",
        "open complaint",
        "bad mood",
        "resolved",
        "answered today",
        "too late",
        "not in use",
    ],
)
def test_when_it_keeps_silent(bot, ann, shop, admin_user, mailoutbox, why):
    at, files = NOW + MINUTE, ()
    match why:
        case "off":
            shop.bot_answers = False
            shop.save()
        case "files":
            files = (Attachment("lid.png", "image/png", 3, b"abc"),)
        case "two are meant":
            ready("Another", "my order", "Hello")
        case "something is not known":
            ReadyAnswerText.objects.update(text="It comes on {{ promised_date }}")
        case "open complaint":
            other = make_case(ann, at=NOW - dt.timedelta(days=1))
            Case.objects.filter(pk=other.pk).update(opened_at=NOW - dt.timedelta(days=40))
        case "bad mood":
            ann.mood = "bad"
            ann.save()
        case "answered today":
            ask(ann, key="0", at=NOW - 20 * MINUTE)
            answer_due(NOW - 19 * MINUTE)
            cases.resolve(Case.objects.get(), at=NOW - 18 * MINUTE)
            Case.objects.update(resolved_at=NOW - dt.timedelta(days=31))
            mailoutbox.clear()
        case "too late":
            at = NOW + 61 * MINUTE
        case "not in use":
            ReadyAnswer.objects.update(is_active=False)
    message = ask(ann, attachments=files)
    match why:
        case "a colleague was quicker":
            sending.send_reply(message.case, text="It is here", at=NOW, by=admin_user)
            mailoutbox.clear()
        case "they wrote more":
            ask(ann, "Hello?", key="2", at=NOW + MINUTE / 2)
        case "resolved":
            cases.resolve(message.case, at=NOW)

    assert answer_due(at) == 0
    assert mailoutbox == []
    assert CaseMessage.objects.exclude(bot_due_at=None).count() == 0


def test_a_letter_of_a_program_never_comes_to_it(bot, now, mailoutbox):
    touch = sent_touch(now)
    mailoutbox.clear()
    away = read(reply("Where is my order?", to=to(touch), Auto_Submitted="auto-replied"))

    taking.record_mail(away, now)

    assert (answer_due(now + MINUTE), mailoutbox, Case.objects.count()) == (0, [], 0)


def test_answers_in_a_chat_too(bot, client, settings):
    with running_provider() as provider:
        set_up("telegram", provider.url, settings)
        ann = connected(client)
        make_order(customer=ann, number="R-1")
        said = tell(client, written(text="Where is my order")).json()["text"]
        provider.says(200, {"ok": True, "result": {"message_id": 8}})

        assert answer_due(NOW + MINUTE) == 1

        assert said == "Thank you, we have got it and answer you here."
        assert provider.requests[-1].json["text"].startswith("Order R-1: placed.")


def test_a_channel_that_does_not_take_it_leaves_the_question_to_people(bot, ann, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ask(ann)

    assert [answer_due(NOW + MINUTE), answer_due(NOW + 2 * MINUTE)] == [0, 0]

    case = Case.objects.get()
    assert (case.waits_for_us, case.answered_at, case.messages.count()) == (True, None, 1)
    assert not Event.objects.filter(kind="case.answered").exists()


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("Where is my order?", True),
        ("hello, WHERE IS\nmy  orders", True),
        ("Where exactly is my new order", True),
        ("Where, tell me now please, is my order", False),
        ("My order is where?", False),
        ("somewhere is my order", False),
        ("Где же мой заказ?!", True),
        ("Где мой заказчик", True),
        ("Заказ где мой", False),
    ],
)
def test_a_phrase_is_known_by_the_beginnings_of_its_words_in_their_order(bot, text, is_meant):
    assert (meant(text, [bot]) == bot) == is_meant
