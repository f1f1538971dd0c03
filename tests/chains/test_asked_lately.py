"""Nobody is asked again within a time, whatever asks and by whatever chain; nor while a complaint of theirs is open."""

import datetime as dt

import pytest
from django.core import mail

from chains.engine.run import tick
from chains.explain.reasons import sentence
from chains.messages.written import Block
from chains.models import Touch
from crm.customers import merge
from crm.models import Shop, Survey
from crm.service import cases
from tests.chains.factories import live_chain, make_template, message
from tests.chains.question_letters import question
from tests.chains.survey_letters import make_survey, survey_block
from tests.chains.test_guard import happens
from tests.conftest import NOW, make_case, make_customer

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
WORDS = Block("words", {"source": "Here is your receipt."})


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


def asking(event, *blocks, **fields):
    template = make_template(blocks=blocks, purpose=fields.pop("purpose", "service"))
    return live_chain(message(template.purpose, template=template, **fields), event=event, at=NOW)


def asked_of(customer):
    touches = Touch.objects.filter(customer=customer).order_by("pk")
    return list(touches.values_list("status", "reason", "asks"))


def happen(customer, *events, days=0):
    for event in events:
        happens(customer, NOW + days * DAY + HOUR, event)
    tick(NOW + days * DAY + HOUR)


def test_a_second_question_is_dropped_and_said_why_until_the_days_have_passed():
    survey, customer = make_survey(), make_customer()
    asking("delivered", question(words="How was it?"))
    asking("month", survey_block(survey))
    asking("later", survey_block(survey))

    happen(customer, "delivered")
    happen(customer, "month", days=30)
    happen(customer, "later", days=90)

    assert asked_of(customer) == [
        ("sent", "", "skip_message"),
        ("skipped", "asked_lately", "skip_message"),
        ("sent", "", "skip_message"),
    ]
    dropped = Touch.objects.get(reason="asked_lately")
    assert sentence(dropped) == "Not sent: asked something on 10 March already, and not again within 90 days"
    assert dropped.survey == survey


def test_of_two_questions_due_at_once_one_goes():
    customer = make_customer()
    asking("delivered", question(words="How was it?"))
    asking("delivered", survey_block(make_survey()))

    happen(customer, "delivered")

    assert sorted(status for status, _reason, _asks in asked_of(customer)) == ["sent", "skipped"]


def test_what_says_something_else_too_goes_without_its_question():
    customer = make_customer()
    asking("delivered", question(words="How was it?"))
    asking("paid", WORDS, question(words="How is the kettle?", if_asked="leave_out"))

    happen(customer, "delivered")
    happen(customer, "paid", days=1)

    assert asked_of(customer)[1] == ("sent", "", "left_out")
    first, second = mail.outbox
    assert "How was it?" in first.body
    assert "Here is your receipt." in second.body
    assert "How is the kettle?" not in second.body + str(second.alternatives)


def test_a_question_left_out_was_not_asked():
    customer = make_customer()
    Shop.objects.update(survey_days=10)
    asking("delivered", question(words="How was it?"))
    asking("paid", WORDS, question(words="How is the kettle?", if_asked="leave_out"))

    happen(customer, "delivered")
    happen(customer, "paid", days=5)
    happen(customer, "paid", days=11)

    assert [asks for _status, _reason, asks in asked_of(customer)] == ["skip_message", "left_out", "leave_out"]


def test_what_is_asked_all_the_same_goes_and_counts():
    customer = make_customer()
    asking("delivered", question(words="How was it?"))
    asking("settled", question(words="Is all well?", if_asked="ask"))
    asking("month", question(words="How is it now?"))

    happen(customer, "delivered")
    happen(customer, "settled", days=60)
    happen(customer, "month", days=100)

    assert [status for status, _reason, _asks in asked_of(customer)] == ["sent", "sent", "skipped"]


def test_nobody_is_asked_while_a_complaint_is_open_and_it_does_not_wait():
    customer = make_customer()
    asking("delivered", question(words="How was it?"))
    case = make_case(customer, kind="complaint", subject="Late")

    happen(customer, "delivered")
    cases.resolve(case, at=NOW + 2 * HOUR)
    tick(NOW + DAY)

    assert asked_of(customer) == [("skipped", "complaint", "skip_message")]
    assert sentence(Touch.objects.get()) == "Not sent: an open complaint (“Late”)"


def test_without_days_everybody_may_be_asked():
    customer = make_customer()
    Shop.objects.update(survey_days=0)
    asking("delivered", question(words="How was it?"))

    happen(customer, "delivered")
    happen(customer, "delivered", days=1)

    assert [status for status, _reason, _asks in asked_of(customer)] == ["sent", "sent"]


def test_what_the_duplicate_was_asked_the_keeper_was_asked():
    keeper, duplicate = make_customer(), make_customer()
    asking("delivered", question(words="How was it?"))
    happen(duplicate, "delivered")

    merge.merge(keeper, duplicate, at=NOW + DAY)
    happen(keeper, "delivered", days=2)

    assert [status for status, _reason, _asks in asked_of(keeper)] == ["sent", "skipped"]


def test_a_survey_is_locked_when_a_chain_that_asks_it_is_published():
    survey = make_survey()
    assert not survey.is_locked

    asking("month", survey_block(survey))

    assert Survey.objects.get(pk=survey.pk).locked_at == NOW


def test_questions_of_before_are_asked_as_they_were():
    customer = make_customer()
    chain = asking("delivered", question(words="How was it?"))
    program = chain.version.program
    for content in program["steps"][0]["texts"]["email"]["en"]["questions"].values():
        del content["if_asked"]
    chain.version.save()

    happen(customer, "delivered")
    happen(customer, "delivered", days=1)

    assert asked_of(customer) == [("sent", "", "ask")] * 2
