"""A survey in a message, its page, and what becomes of the answers."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from chains.messages.text_problems import block_problems, problems
from chains.simulate.preview import rendered
from crm.models import Case, Event, Feedback, SurveyQuestion
from tests.chains.factories import written_text
from tests.chains.survey_letters import (
    KEY,
    NPS,
    REASONS,
    STARS,
    WHY_LOW,
    make_survey,
    make_surveyed_touch,
    survey_block,
)
from tests.chains.test_public_pages import PERSON

pytestmark = pytest.mark.django_db
PRAISE = {
    "kind": "line",
    "asked_if": "at_least",
    "asked_if_score": 9,
    "words": {"en": {"question": "What did you like?"}},
}


@pytest.fixture
def outsider(client):
    client.defaults["HTTP_USER_AGENT"] = PERSON
    return client


def page(touch):
    return reverse("chains:question", args=[touch.token, KEY])


def sent(survey, *answers, meanwhile=False):
    """As the page sends it: what stood on it, and what was answered."""
    shown = list(survey.questions.all())[: len(answers)]
    told = {"shown": [question.pk for question in shown]} | ({"meanwhile": "1"} if meanwhile else {})
    return told | {f"q{question.pk}": value for question, value in zip(shown, answers, strict=True) if value != ""}


@pytest.mark.parametrize(("question", "count"), [(NPS, 11), (STARS, 5), (REASONS, 4)])
def test_the_first_question_is_one_press_in_the_letter(now, shop, question, count):
    survey = make_survey(question)

    letter = rendered(written_text(blocks=[survey_block(survey)]), None, now, shop).letter

    assert letter.html.count("/m/q/preview/a1b2c3d4/?answer=") == count
    assert question["words"]["en"]["question"] in letter.html
    assert "/m/q/preview/a1b2c3d4/" in letter.text


@pytest.mark.parametrize("channel", ["telegram", "sms", "push"])
def test_short_messages_ask_it_too(now, shop, channel):
    text = written_text(channel=channel, blocks=[survey_block(make_survey(REASONS))])

    assert list(problems(text)) == []
    assert rendered(text, None, now, shop).note.button.endswith("/m/q/preview/a1b2c3d4/")


def test_a_letter_asks_in_its_own_language(now, shop):
    letter = rendered(written_text("ru", blocks=[survey_block(make_survey())]), None, now, shop).letter

    assert "Порекомендуете нас?" in letter.html


@pytest.mark.parametrize("questions", [[], [WHY_LOW | {"asked_if": ""}]])
def test_a_survey_that_begins_with_nothing_to_press_is_refused_in_words(questions):
    survey = make_survey()
    survey.questions.all().delete()
    for question in questions:
        SurveyQuestion.objects.create(survey=survey, **question)

    assert [name for name, _sentence in block_problems(survey_block(survey), "email")] == ["survey"]


def test_a_closed_survey_asks_nobody_new():
    assert [name for name, _words in block_problems(survey_block(make_survey(is_closed=True)), "email")] == ["survey"]


def test_a_burst_of_scanners_answers_nothing(outsider, shop):
    touch = make_surveyed_touch(shop, make_survey())

    for _round in range(2):
        for score in range(11):
            assert outsider.get(f"{page(touch)}?answer={score}").status_code == 200
            assert outsider.head(f"{page(touch)}?answer={score}").status_code == 200

    assert not Feedback.objects.exists()
    assert not Event.objects.filter(kind="feedback.left").exists()


def test_a_sandbox_that_runs_scripts_is_not_believed(outsider, shop):
    survey = make_survey()
    touch = make_surveyed_touch(shop, survey)
    sandbox = {"HTTP_USER_AGENT": "Barracuda Sentinel (EE)"}

    assert outsider.post(page(touch), sent(survey, "0") | {"by_itself": "1"}, **sandbox).status_code == 204
    touch.sent_at = timezone.now()
    touch.save()
    assert outsider.post(page(touch), sent(survey, "0") | {"by_itself": "1"}).status_code == 204

    assert not Feedback.objects.exists()


def test_the_press_fills_the_page_in_with_what_follows_it(outsider, shop):
    touch = make_surveyed_touch(shop, make_survey(NPS, WHY_LOW, PRAISE))

    low, high = (outsider.get(f"{page(touch)}?answer={score}").text for score in (3, 10))

    assert "data-confirms" in low
    assert "What was wrong?" in low
    assert "What did you like?" not in low
    assert "What did you like?" in high


def test_each_answer_is_a_fact_with_its_survey_and_question(outsider, shop):
    survey = make_survey(NPS, STARS, REASONS)
    touch = make_surveyed_touch(shop, survey)

    outsider.post(page(touch), sent(survey, "9", "5", "1"))

    given = list(Feedback.objects.order_by("pk").values_list("kind", "score", "answer", "choice", "survey"))
    assert given == [
        ("nps", 9, "", None, survey.pk),
        ("rating", 5, "", None, survey.pk),
        ("exit", None, "The delivery", 1, survey.pk),
    ]
    told = [event.properties for event in Event.objects.filter(kind="feedback.left").order_by("pk")]
    first = survey.questions.first()
    assert told[0]["survey"] == survey.pk
    assert (told[0]["question"], told[0]["level"], told[0]["score"]) == (first.pk, "high", 9)
    assert "level" not in told[1]
    assert not Case.objects.exists()


def test_what_follows_from_an_answer_comes_next(outsider, shop):
    survey = make_survey(NPS, WHY_LOW)
    touch = make_surveyed_touch(shop, survey)

    more = outsider.post(page(touch), sent(survey, "4"))
    assert "What was wrong?" in more.text
    done = outsider.post(
        page(touch), {"shown": survey.questions.last().pk, f"q{survey.questions.last().pk}": "It leaks"}
    )

    assert "One of us will read it" in done.text
    assert Feedback.objects.count() == 2


def test_a_low_answer_opens_the_case_of_its_survey_with_what_else_was_said(outsider, shop):
    survey = make_survey(NPS, WHY_LOW)
    touch = make_surveyed_touch(shop, survey)

    outsider.post(page(touch), sent(survey, "4", "It leaks"))
    outsider.post(page(touch), sent(survey, "3", "It leaks"))

    case = Case.objects.get()
    assert (case.kind, case.severity, case.channel, case.order) == ("question", "high", "survey", touch.order)
    assert case.subject == "Would you recommend us? 4 of 10"
    assert case.body == "What was wrong? It leaks"


def test_without_a_limit_no_answer_is_low(outsider, shop):
    survey = make_survey(STARS, low_at_most=None, high_at_least=None)
    touch = make_surveyed_touch(shop, survey)

    outsider.post(page(touch), sent(survey, "1"))

    assert not Case.objects.exists()


@pytest.mark.parametrize(("score", "is_offered"), [("9", True), ("8", False), ("2", False)])
def test_only_a_high_answer_is_offered_something(outsider, shop, score, is_offered):
    survey = make_survey(NPS, offer="link", offer_url="https://kettle.example.com/friends")
    touch = make_surveyed_touch(shop, survey)

    thanks = outsider.post(page(touch), sent(survey, score)).text

    assert ("https://kettle.example.com/friends" in thanks) is is_offered


def test_answers_are_kept_meanwhile_and_the_page_goes_on_where_it_was_left(outsider, shop):
    survey = make_survey(NPS, STARS)
    touch = make_surveyed_touch(shop, survey)

    assert outsider.post(page(touch), sent(survey, "8", "", meanwhile=True)).status_code == 204
    shown = outsider.get(page(touch)).text

    assert Feedback.objects.get().score == 8
    assert 'value="8"' in shown
    assert shown.count(" checked") == 1


def test_whoever_answered_everything_is_thanked_and_may_change_it_for_a_week(outsider, shop):
    survey = make_survey(NPS)
    touch = make_surveyed_touch(shop, survey)
    outsider.post(page(touch), sent(survey, "8"))

    assert "Change the answers" in outsider.get(page(touch)).text
    assert 'value="8"' in outsider.get(page(touch) + "?change").text
    outsider.post(page(touch), sent(survey, "10"))
    assert Feedback.objects.get().score == 10

    Feedback.objects.update(left_at=timezone.now() - dt.timedelta(days=8))
    assert "Change the answers" not in outsider.post(page(touch), sent(survey, "1")).text
    assert Feedback.objects.get().score == 10


def test_a_double_press_is_one_answer(outsider, shop):
    survey = make_survey(NPS)
    touch = make_surveyed_touch(shop, survey)

    for _press in range(2):
        assert outsider.post(page(touch), sent(survey, "8")).status_code == 200

    assert Feedback.objects.count() == Event.objects.filter(kind="feedback.left").count() == 1


@pytest.mark.parametrize("value", [None, "11", "-1", "x", "8\x00"])
def test_an_unfit_answer_is_refused_in_words(outsider, shop, value):
    survey = make_survey(NPS)
    touch = make_surveyed_touch(shop, survey)
    first = survey.questions.first()

    response = outsider.post(page(touch), {"shown": first.pk} | ({f"q{first.pk}": value} if value else {}))

    assert response.status_code == 400
    assert 'role="alert"' in response.text
    assert not Feedback.objects.exists()


def test_questions_of_another_survey_are_not_answered_here(outsider, shop):
    survey, other = make_survey(NPS), make_survey(STARS, name="Other")
    touch = make_surveyed_touch(shop, survey)
    stars = other.questions.get()

    outsider.post(
        page(touch), sent(survey, "8") | {"shown": [survey.questions.get().pk, stars.pk], f"q{stars.pk}": "1"}
    )

    assert [given.question for given in Feedback.objects.all()] == [survey.questions.get()]


def test_something_else_is_told_in_words(outsider, shop):
    survey = make_survey(REASONS)
    touch = make_surveyed_touch(shop, survey)
    first = survey.questions.get()

    outsider.post(page(touch), sent(survey, "3") | {f"q{first.pk}_other": "The colour"})

    given = Feedback.objects.get()
    assert (given.answer, given.choice, given.text) == ("Something else", 3, "The colour")


def test_reasons_stand_in_another_order_for_each_and_something_else_is_last(shop, outsider):
    survey = make_survey(REASONS)
    orders = set()
    for _letter in range(12):
        shown = outsider.get(page(make_surveyed_touch(shop, survey))).text
        places = [
            shown.index(f">{reason}<") for reason in ("The price", "The delivery", "The choice", "Something else")
        ]
        assert places[3] == max(places)
        orders.add(tuple(sorted(range(3), key=places.__getitem__)))

    assert len(orders) > 1
