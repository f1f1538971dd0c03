import datetime as dt

import pytest
from django.db import IntegrityError

from crm.models import Case, Event
from crm.service import cases
from crm.story.story import StoryKind, story
from tests.conftest import make_case, make_customer

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def test_opening_logs_the_case(now):
    customer = make_customer(consent=False)

    case = cases.open_case(
        customer, kind="complaint", subject=" Lid broken ", at=now, severity="high", promised_at=now + HOUR
    )

    assert (case.customer, case.subject, case.opened_at, case.stage) == (customer, "Lid broken", now, "opened")
    event = Event.objects.get()
    assert (event.kind, event.occurred_at) == ("case.opened", now)
    assert event.properties == {"case": case.pk, "kind": "complaint", "severity": "high"}


def test_a_key_opens_one_case_and_without_one_each_is_its_own(now):
    customer = make_customer(consent=False)

    assert make_case(customer, key="mail:1") == make_case(customer, key="mail:1")
    assert make_case(customer) != make_case(customer)
    assert Event.objects.filter(kind="case.opened").count() == 3


@pytest.mark.parametrize(
    ("verb", "told", "moment", "stage"),
    [
        (cases.acknowledge, {}, "acknowledged_at", "acknowledged"),
        (cases.answer, {"solution": "A new lid"}, "answered_at", "answered"),
        (cases.resolve, {}, "resolved_at", "resolved"),
        (cases.confirm, {}, "confirmed_at", "confirmed"),
    ],
)
def test_a_stage_is_reached_once(verb, told, moment, stage, now):
    case = make_case()
    stale = Case.objects.get()

    verb(case, at=now + HOUR, **told)
    verb(stale, at=now + 2 * HOUR, **told)

    assert (getattr(stale, moment), stale.stage) == (now + HOUR, stage)
    assert Event.objects.filter(kind=f"case.{stage}").count() == 1


def test_a_better_solution_may_follow_but_the_first_answer_is_what_is_timed(now):
    case = make_case()

    cases.answer(case, at=now + HOUR, solution="A new lid", goodwill="10 % off")
    cases.answer(case, at=now + 2 * HOUR, solution="A new kettle", alternative="Money back")

    case.refresh_from_db()
    assert (case.answered_at, case.solution, case.alternative) == (now + HOUR, "A new kettle", "Money back")
    assert case.goodwill == "10 % off"
    with pytest.raises(ValueError, match="Say which solution"):
        cases.answer(case, at=now, solution=" ")


def test_a_content_customer_settles_the_matter(now):
    case = make_case()

    cases.confirm(case, at=now + HOUR)

    assert case.resolved_at == case.confirmed_at == now + HOUR
    assert not Case.objects.open().exists()
    assert set(Event.objects.values_list("kind", flat=True)) >= {"case.resolved", "case.confirmed"}


def test_overdue_means_promised_and_not_answered(now):
    late = make_case(promised_at=now - HOUR)
    answered = make_case(promised_at=now - HOUR)
    cases.answer(answered, at=now - 2 * HOUR, solution="x")
    resolved = make_case(promised_at=now - HOUR)
    cases.resolve(resolved, at=now)
    make_case(promised_at=now + HOUR)
    make_case()

    assert list(Case.objects.overdue(now)) == [late]


@pytest.mark.parametrize(
    "told", [{"kind": "rant"}, {"subject": " "}, {"subject": "x" * 201}, {"channel": "owl"}, {"severity": "dire"}]
)
def test_a_case_that_makes_no_sense_is_refused(told):
    with pytest.raises(ValueError, match=r"case needs a subject|is none of"):
        make_case(make_customer(), **told)

    assert not Case.objects.exists()


def test_a_case_opened_again_can_be_settled_again_and_all_of_it_is_told(now):
    case = make_case(at=now)
    cases.confirm(case, at=now + HOUR)

    cases.reopen(case, at=now + 2 * HOUR)
    cases.reopen(case, at=now + 3 * HOUR)
    assert (case.resolved_at, case.confirmed_at, case.reopened_at) == (None, None, now + 2 * HOUR)
    assert list(Case.objects.open()) == [case]
    cases.resolve(case, at=now + 4 * HOUR)

    told = (
        Event.objects.exclude(kind="consent.changed").order_by("occurred_at", "pk").values_list("kind", "occurred_at")
    )
    assert list(told) == [
        ("case.opened", now),
        ("case.resolved", now + HOUR),
        ("case.confirmed", now + HOUR),
        ("case.reopened", now + 2 * HOUR),
        ("case.resolved", now + 4 * HOUR),
    ]
    titles = [entry.title.partition(":")[0] for entry in story(case.customer) if entry.kind == StoryKind.CASE]
    assert titles == ["Resolved", "Opened again", "Resolved", "Opened"]


@pytest.mark.parametrize(("severity", "hours"), [("high", 4), ("normal", 24), ("low", 72)])
def test_a_complaint_nobody_named_a_time_for_is_promised_by_the_settings(severity, hours, now):
    case = make_case(at=now, severity=severity)
    created = Case.objects.create(customer=case.customer, subject="x", severity=severity, opened_at=now)

    assert case.promised_at == created.promised_at == now + hours * HOUR


def test_the_settings_page_says_how_soon_and_a_named_time_counts_more(now, shop):
    shop.answer_hours_normal = 8
    shop.save()

    assert make_case(at=now).promised_at == now + 8 * HOUR
    assert make_case(at=now, promised_at=now + HOUR).promised_at == now + HOUR
    assert make_case(at=now, kind="question").promised_at is None


def test_the_database_keeps_an_open_complaint_promised(now):
    case = make_case(at=now)

    with pytest.raises(IntegrityError, match="case_complaint_is_promised"):
        Case.objects.filter(pk=case.pk).update(promised_at=None)


def test_the_queue_begins_with_the_urgent_complaint_and_ends_with_who_wrote_last(now):
    late = make_case(at=now - 30 * HOUR, promised_at=now - HOUR, subject="late")
    low = make_case(at=now - 90 * HOUR, severity="low", subject="low")
    newer = make_case(kind="question", at=now - HOUR, subject="newer")
    older = make_case(kind="question", at=now - 2 * HOUR, subject="older")
    urgent_question = make_case(kind="question", severity="high", at=now - 3 * HOUR, subject="urgent question")
    urgent = make_case(at=now, severity="high", subject="urgent")
    answered = make_case(at=now - 5 * HOUR, subject="answered")
    cases.answer(answered, at=now - 4 * HOUR, solution="A lid")
    resolved = make_case(at=now, severity="high", subject="resolved")
    cases.resolve(resolved, at=now)

    assert list(Case.objects.queue()) == [urgent, urgent_question, late, older, newer, low]


def test_an_answered_complaint_whose_customer_writes_again_is_promised_anew(now):
    case = make_case(at=now - 50 * HOUR)
    cases.answer(case, at=now - 40 * HOUR, solution="A lid")

    cases.note_unanswered(case, since=now, at=now)
    cases.note_unanswered(case, since=now + HOUR, at=now + HOUR)

    case.refresh_from_db()
    assert (case.unanswered_at, case.promised_at) == (now, now + 24 * HOUR)
    assert list(Case.objects.queue()) == [case]
    assert not Case.objects.overdue(now + 24 * HOUR)
    assert list(Case.objects.overdue(now + 25 * HOUR)) == [case]
    assert case.is_overdue(now + 25 * HOUR)


def test_a_complaint_opened_again_is_promised_anew(now):
    case = make_case(at=now - 90 * HOUR)
    cases.resolve(case, at=now - 80 * HOUR)

    cases.reopen(case, at=now)

    assert case.promised_at == now + 24 * HOUR
