"""Where marketers make surveys, and read what these brought."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chains.reactions.surveys import asked_by
from crm.models import Case, StaffTask, Survey
from crm.surveys.answering import note
from segments.models import Membership
from tests.chains.survey_letters import NPS, REASONS, STARS, WHY_LOW, make_survey, make_surveyed_touch
from tests.segments.conftest import make_segment

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client, shop):
    user = User.objects.create_user("marta", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


def at(page, *args):
    return reverse(f"admin:crm_survey_{page}", args=args)


def form(*questions, **fields):
    """As the page sends it; each question says what differs from how likely they are to recommend."""
    sent = {
        "name": "Recommend",
        "low_at_most": "6",
        "high_at_least": "9",
        "case_kind": "question",
        "case_severity": "normal",
        "offer": "nothing",
        "questions-TOTAL_FORMS": len(questions),
        "questions-INITIAL_FORMS": 0,
    }
    for number, question in enumerate(questions):
        usual = {"kind": "nps", "position": number + 1, "question_en": "Would you recommend us?"}
        sent |= {f"questions-{number}-{name}": value for name, value in {**usual, **question}.items()}
    return sent | fields


def test_a_survey_keeps_its_words_in_every_language(marketer):
    marketer.post(
        at("add"),
        form(
            {"question_ru": "Порекомендуете?", "low_en": "never"},
            {"kind": "exit", "question_en": "Why?", "answers_en": "Price\nChoice", "low_en": "left over"},
            thanks_ru="Спасибо!",
        ),
    )

    survey = Survey.objects.get()
    assert survey.thanks == {"ru": "Спасибо!"}
    first, why = survey.questions.all()
    assert first.in_language("ru").question == "Порекомендуете?"
    assert first.words["en"] == {"question": "Would you recommend us?", "low": "never", "high": ""}
    assert why.words == {"en": {"question": "Why?", "answers": ["Price", "Choice"]}}
    assert why.in_language("ru").answers == ("Price", "Choice")


@pytest.mark.parametrize(
    ("questions", "fields", "said"),
    [
        ([], {}, "A survey needs a question"),
        ([{"question_en": ""}], {}, "Write the question in English at least"),
        ([{"kind": "text"}], {"low_at_most": "", "high_at_least": ""}, "words come later"),
        ([{"asked_if": "yes"}], {}, "nothing before the first question"),
        ([{"kind": "rating"}], {}, "from 1 to 5"),
        ([{"kind": "stage", "answers_en": "A\nB"}], {}, "leave both limits empty"),
        ([{"kind": "exit", "answers_en": "A"}], {}, "from two to eight answers"),
        ([{"kind": "exit", "answers_en": "A\nA"}], {}, "are the same"),
        ([{"kind": "exit", "answers_en": "A\nB", "question_ru": "?", "answers_ru": "А\nБ\nВ"}], {}, "as many answers"),
        ([{}, {"asked_if": "at_most"}], {}, "Say which score"),
        ([{}], {"low_at_most": "9"}, "above what is low"),
        ([{}], {"offer": "link"}, "where the link leads"),
        ([{}] * 6, {}, "at most 5 forms"),
    ],
)
def test_what_is_wrong_is_said_in_words(marketer, questions, fields, said):
    answer = marketer.post(at("add"), form(*questions, **fields))

    assert said in answer.text
    assert not Survey.objects.exists()


def test_what_was_asked_is_locked_and_copied_to_be_revised(marketer):
    survey = make_survey(NPS, WHY_LOW)
    Survey.objects.update(locked_at=timezone.now())

    marketer.post(at("change", survey.pk), form({"question_en": "Other?"}, name="Renamed", low_at_most="2"))
    assert marketer.post(at("delete", survey.pk), {"post": "yes"}).status_code == 403
    copied = marketer.post(at("copy", survey.pk), follow=True)

    survey.refresh_from_db()
    assert (survey.name, survey.low_at_most, str(survey.questions.first())) == ("Renamed", 6, "Would you recommend us?")
    copy = Survey.objects.get(name="Renamed, version 2")
    assert (copy.revises, copy.locked_at, copy.questions.count()) == (survey, None, 2)
    assert "This copy may be changed" in copied.text
    assert marketer.get(at("copy", survey.pk)).status_code == 405


def test_the_preview_shows_what_is_being_written_and_keeps_nothing(marketer):
    sent = form({"question_ru": "Порекомендуете?"}, {"kind": "text", "question_en": "Why?", "asked_if": "yes"})

    shown = marketer.post(at("preview_new") + "?language=ru", sent)

    assert "Порекомендуете?" in shown.text
    assert "Why?" in shown.text
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert marketer.post(at("preview_new"), {}).status_code == 200
    assert not Survey.objects.exists()


def ask(shop, survey, *values, days_ago=1, **fields):
    touch = make_surveyed_touch(shop, survey, sent_at=timezone.now() - dt.timedelta(days=days_ago), **fields)
    if values:
        note(asked_by(touch, survey.pk), dict(zip(survey.questions.all(), values, strict=False)), at=timezone.now())
    return touch


def test_results_tell_response_nps_and_what_was_before(marketer, shop):
    survey = make_survey(NPS, STARS, REASONS, low_at_most=None)
    for score in [10] * 9 + [8]:
        ask(shop, survey, str(score), "5", "1")
    ask(shop, survey)
    for score in [0] * 10:
        ask(shop, survey, str(score), days_ago=120)
    ask(shop, survey, "0", asks="left_out")

    page = marketer.get(at("results", survey.pk)).text
    lines = " ".join(page.split())

    assert "91%" in lines
    assert '+90 <span class="enc-faint">from +49 to +98</span>' in lines
    assert "was −100 of 10" in lines
    assert '100% <span class="enc-faint">from 72% to 100%</span>' in lines
    assert "10 answers" in lines


def test_too_few_answers_are_no_figure(marketer, shop):
    survey = make_survey(NPS, low_at_most=None)
    for _number in range(9):
        ask(shop, survey, "10")

    page = marketer.get(at("results", survey.pk)).text

    assert "too few to tell" in page
    assert "+100" not in page


def test_results_of_a_segment_a_product_or_a_message_alone(marketer, shop):
    survey = make_survey(NPS, low_at_most=None)
    one, other = ask(shop, survey, "10", step_name="After a month"), ask(shop, survey, "0")
    segment = make_segment()
    Membership.objects.create(segment=segment, customer=one.customer, entered_at=timezone.now())
    product = one.order.lines.get().product

    def asked(**query):
        page = " ".join(marketer.get(at("results", survey.pk), {"preset": "90", **query}).text.split())
        return int(page.partition("<dt>Asked</dt><dd>")[2].partition("<")[0])

    assert asked() == 2
    assert asked(segment=segment.pk) == asked(product=product.pk) == asked(step="After a month") == 1
    assert other.order.lines.get().product != product


def test_results_leave_as_a_file_that_runs_no_formula(marketer, shop):
    survey = make_survey(NPS, WHY_LOW, low_at_most=None)
    ask(shop, survey, "3", "=HYPERLINK()")

    file = marketer.get(at("results", survey.pk), {"csv": "1"})

    assert file["Content-Type"].startswith("text/csv")
    assert "'=HYPERLINK()" in file.text
    assert file.text.count("\n") == 3


def test_results_take_as_many_queries_however_much_was_answered(marketer, shop):
    survey = make_survey(NPS, STARS, low_at_most=None)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            marketer.get(at("results", survey.pk))
        return len(found)

    ask(shop, survey, "9", "5")
    queries()
    few = queries()
    for _number in range(5):
        ask(shop, survey, "9", "5")

    assert queries() == few


def test_a_low_answer_asks_a_group_besides_once(marketer, shop):
    group = Group.objects.get(name="Managers")
    survey = make_survey(NPS, case_group=group)
    touch = ask(shop, survey, "2")
    note(asked_by(touch, survey.pk), {survey.questions.get(): "1"}, at=timezone.now())

    task = StaffTask.objects.get()
    assert (task.owner_group, task.case, task.customer) == (group, Case.objects.get(), touch.customer)
    assert task.title == "Look into it: Would you recommend us? 2 of 10"
