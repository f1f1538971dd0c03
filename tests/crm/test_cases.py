import datetime as dt

import pytest

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
