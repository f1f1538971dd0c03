import datetime as dt

import pytest

from crm.models import Case, Event
from crm.service import case_corrections, cases
from crm.story.story import StoryKind, story
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def corrected(case, *, at, **told):
    told = {"kind": case.kind, "severity": case.severity, "order": case.order} | told
    return case_corrections.correct(case, at=at, **told)


def test_a_question_that_is_a_complaint_is_promised_and_told(now):
    case = make_case(kind="question", at=now)

    corrected(case, kind="complaint", at=now + HOUR)

    case.refresh_from_db()
    assert (case.kind, case.promised_at) == ("complaint", now + 25 * HOUR)
    assert list(Case.objects.open().complaints()) == [case]
    event = Event.objects.get(kind="case.escalated")
    assert event.properties == {"case": case.pk, "kind": "complaint", "severity": "normal", "kind_was": "question"}


def test_to_and_fro_is_told_each_time(now):
    case = make_case(kind="question", at=now)

    for hour, kind in enumerate(("complaint", "complaint", "question", "complaint", "question"), start=1):
        corrected(case, kind=kind, at=now + hour * HOUR)

    kinds = Event.objects.filter(kind__startswith="case.").order_by("occurred_at").values_list("kind", flat=True)
    assert list(kinds) == ["case.opened", *["case.escalated", "case.corrected"] * 2]
    titles = [entry.title for entry in story(case.customer) if entry.kind == StoryKind.CASE]
    assert titles[:2] == ["It is no complaint: The lid does not close", "It is a complaint: The lid does not close"]


def test_another_order_of_the_customer_is_told_with_both_numbers(now):
    ann = make_customer()
    first, second = (make_order(customer=ann, number=number, placed_at=now) for number in ("R-1", "R-2"))
    case = make_case(ann, order=first, at=now)

    corrected(case, order=second, at=now + HOUR)
    corrected(case, order=None, at=now + 2 * HOUR)

    case.refresh_from_db()
    assert case.order is None
    told = [(entry.title, entry.detail) for entry in story(ann) if entry.kind == StoryKind.CASE][:2]
    title = "About another order: The lid does not close"
    assert told == [(title, "R-2 → —"), (title, "R-1 → R-2")]


def test_an_order_of_somebody_else_is_refused_and_nothing_changes(now):
    case, theirs = make_case(kind="question", at=now), make_order(number="R-9", placed_at=now)

    with pytest.raises(ValueError, match="R-9 is not this customer"):
        corrected(case, kind="complaint", order=theirs, at=now)

    case.refresh_from_db()
    assert (case.kind, case.order) == ("question", None)
    assert not Event.objects.filter(kind="case.escalated").exists()


def test_what_is_urgent_after_all_is_promised_sooner_and_never_later(now):
    case = make_case(at=now)

    corrected(case, severity="high", at=now + HOUR)
    assert case.promised_at == now + 5 * HOUR
    corrected(case, severity="low", at=now + 2 * HOUR)
    corrected(case, severity="high", at=now + 3 * HOUR)

    assert case.promised_at == now + 5 * HOUR


def test_a_letter_of_complaint_weighs_on_a_question_but_a_mild_one_does_not_calm_a_complaint(now):
    case = make_case(kind="question", at=now)

    case_corrections.escalate(case, kind="complaint", severity="high", at=now)
    case_corrections.escalate(case, kind="question", severity="normal", at=now + HOUR)

    case.refresh_from_db()
    assert (case.kind, case.severity, case.promised_at) == ("complaint", "high", now + 4 * HOUR)


def test_a_settled_question_can_be_called_a_complaint_without_being_open(now):
    case = make_case(kind="question", at=now)
    cases.resolve(case, at=now)

    corrected(case, kind="complaint", at=now + HOUR)

    assert not Case.objects.open().exists()
