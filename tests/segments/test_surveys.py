"""What customers were asked and answered, in rules about them and about an event."""

import datetime as dt

import pytest

from chains.models import Touch
from chains.reactions.touch_events import SOURCE
from crm.models import Event, Feedback
from crm.surveys.answering import Asked, note
from segments.compile import matching
from segments.describe import sentence_of
from segments.rule_json import parse
from segments.subjects import Subject, matching_subjects
from segments.vocabulary.field import Context
from tests.chains.survey_letters import NPS, REASONS, STARS, make_survey
from tests.chains.written_messages import make_touch
from tests.conftest import NOW, make_customer
from tests.segments.conftest import condition

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def found(*conditions):
    return set(matching({"all": list(conditions)}, NOW).values_list("pk", flat=True))


def answered(survey, *values, days_ago=1, key="survey:1", customer=None):
    customer = customer or make_customer()
    asked = Asked(survey, customer, None, SOURCE, key, "en")
    note(asked, dict(zip(survey.questions.all(), values, strict=False)), at=NOW - days_ago * DAY)
    return customer.pk


def test_answers_are_counted_by_survey_question_score_and_answer():
    recommend, leaving = (
        make_survey(NPS, STARS),
        make_survey(REASONS, name="Leaving", low_at_most=None, high_at_least=None),
    )
    keen, cross = answered(recommend, "10", "5"), answered(recommend, "2", key="survey:2")
    gone = answered(leaving, "1", key="survey:3", days_ago=60)
    stars = recommend.questions.last()

    def gave(*where, **more):
        return found(condition("survey_answers", "at_least", 1, where=list(where), **more))

    assert gave() == {keen, cross, gone}
    assert gave(window=30) == {keen, cross}
    assert gave(condition("survey", "is", [str(recommend.pk)])) == {keen, cross}
    assert gave(condition("survey", "is_not", [str(recommend.pk)])) == {gone}
    assert gave(condition("question", "is", [str(stars.pk)])) == {keen}
    assert gave(
        condition("question", "is", [str(recommend.questions.first().pk)]), condition("score", "at_most", 6)
    ) == {cross}
    assert gave(condition("answer", "is", ["The delivery"])) == {gone}
    assert found(condition("survey_answers", "at_least", 2)) == {keen}


def test_what_a_message_asked_is_known_with_who_did_not_answer():
    survey = make_survey(NPS)
    silent, prompt, late = (
        make_touch(sent_at=NOW - days * DAY, asks="skip_message", survey=survey) for days in (10, 10, 10)
    )
    quick = make_touch(sent_at=NOW - 10 * DAY, asks="ask")
    make_touch(sent_at=NOW - 10 * DAY, asks="left_out", survey=survey)
    make_touch(sent_at=NOW - 10 * DAY)
    answered(survey, "9", customer=prompt.customer, key=f"survey:{prompt.pk}", days_ago=9)
    answered(survey, "9", customer=late.customer, key=f"survey:{late.pk}", days_ago=2)
    everybody = {one.customer_id for one in (silent, prompt, late, quick)}

    def asked(*where, **more):
        return found(condition("questions_asked", "at_least", 1, where=list(where), **more))

    assert asked() == everybody
    assert asked(window=5) == set()
    assert asked(condition("asked_by_survey", "is", [str(survey.pk)])) == everybody - {quick.customer_id}
    assert asked(condition("unanswered", "exactly", 3)) == everybody - {prompt.customer_id}
    assert asked(condition("unanswered", "exactly", 30)) == set()
    assert not found(condition("questions_asked", "exactly", 0)) & everybody


def test_a_single_question_counts_as_answered_too():
    touch = make_touch(sent_at=NOW - 10 * DAY, asks="skip_message")
    Feedback.objects.create(
        customer=touch.customer, score=5, source=SOURCE, key=f"question:{touch.pk}:a1b2c3d4", left_at=NOW - 9 * DAY
    )

    rule = condition("questions_asked", "at_least", 1, where=[condition("unanswered", "exactly", 3)])
    assert found(rule) == set()


@pytest.mark.parametrize(
    ("rule", "kinds"),
    [
        (("event_level", "is", ["low"]), {"nps 2"}),
        (("event_level", "is", ["high"]), {"nps 10"}),
        (("event_level", "is_not", ["low"]), {"nps 10", "rating 5"}),
        (("event_score", "at_most", 5), {"nps 2", "rating 5"}),
    ],
)
def test_an_event_tells_its_survey_question_score_and_level(rule, kinds):
    survey = make_survey(NPS, STARS)
    answered(survey, "10", "5")
    answered(survey, "2", key="survey:2")
    events = list(Event.objects.filter(kind="feedback.left"))
    subjects = [Subject(event.pk, event.customer_id, None, event.pk) for event in events]

    def holding(*conditions):
        asked = parse({"all": [condition(*one) for one in conditions]}, (Context.EVENT,))
        keys = matching_subjects(asked, subjects, NOW)
        return {f"{one.properties['kind']} {one.properties['score']}" for one in events if one.pk in keys}

    assert holding(rule) == kinds
    assert len(holding(("event_survey", "is", [str(survey.pk)]))) == 3
    assert holding(("event_question", "is", [str(survey.questions.last().pk)])) == {"rating 5"}


def test_surveys_and_questions_are_offered_and_said_by_their_names():
    survey = make_survey(NPS)
    question = str(survey.questions.get().pk)

    rule = {"all": [condition("survey_answers", "at_least", 1, where=[condition("survey", "is", [str(survey.pk)])])]}
    assert "Recommend" in sentence_of(rule)
    asked = {"all": [condition("event_question", "is", [question])]}
    assert "Would you recommend us? (Recommend)" in sentence_of(asked)


def test_nobody_is_counted_as_asked_before_it_was_sent():
    Touch.objects.filter(pk=make_touch(asks="skip_message").pk).update(status="scheduled", sent_at=None)

    assert found(condition("questions_asked", "at_least", 1)) == set()
