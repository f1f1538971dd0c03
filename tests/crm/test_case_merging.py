import datetime as dt

import pytest
from django.db import IntegrityError

from crm.customers.merge import merge
from crm.models import Case, CaseMessage, CaseNote, Event, StaffTask
from crm.service import case_merging, case_notes, case_pauses, cases
from crm.service.conversations import CustomerLetter, receive_letter
from crm.service.staff_tasks import open_task
from crm.story.story import story
from tests.conftest import make_case, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture
def ann():
    return make_customer()


def again(case):
    return Case.objects.get(pk=case.pk)


def letter(at, key="<1@example.com>", text="And now?"):
    return CustomerLetter(key=key, address="ann@example.com", subject="Lid", text=text, at=at)


def test_the_earlier_promise_the_higher_severity_and_the_complaint_survive(ann, now):
    order = make_order(customer=ann, number="R-1")
    root = make_case(ann, kind="question", severity="low", at=now, promised_at=now + 9 * HOUR)
    other = make_case(ann, severity="high", at=now, promised_at=now + 3 * HOUR, order=order)
    cases.note_unanswered(other, since=now + HOUR, at=now + HOUR)

    case_merging.merge_cases(root, other, at=now + 2 * HOUR)

    root, other = again(root), again(other)
    assert (root.kind, root.severity, root.promised_at) == ("complaint", "high", now + 3 * HOUR)
    assert (root.order, root.unanswered_at) == (order, now + HOUR)
    assert (other.merged_into, other.ending, other.resolved_at) == (root, "merged", now + 2 * HOUR)
    assert list(Case.objects.waiting()) == [root]
    assert not Event.objects.filter(kind="case.resolved").exists()
    assert "Merged into another case" in story(ann)[0].title


def test_letters_notes_and_tasks_go_with_it_and_come_back_when_it_is_split_off(ann, now):
    root, other = make_case(ann, at=now), make_case(ann, at=now)
    own = CaseMessage.objects.create(case=root, direction="received")
    theirs = CaseMessage.objects.create(case=other, direction="received")
    note = case_notes.write_note(other, text="The courier was called", at=now, by=None)
    task = open_task(ann, title="Call the courier", at=now, due_at=now, case=other)

    case_merging.merge_cases(root, other, at=now)
    later = CaseMessage.objects.create(case=root, direction="sent")

    assert set(root.messages.all()) == {own, theirs, later}
    assert (root.notes.get(), root.staff_tasks.get()) == (note, task)
    case_merging.split(again(other), at=now + HOUR)
    assert set(root.messages.all()) == {own, later}
    assert (other.messages.get(), other.notes.get(), other.staff_tasks.get()) == (theirs, note, task)
    other = again(other)
    assert (other.merged_into, other.ending, other.resolved_at) == (None, "", None)
    assert CaseNote.objects.count() == StaffTask.objects.count() == 1


def test_an_open_one_merged_into_a_settled_one_opens_it(ann, now):
    root, other = make_case(ann, at=now), make_case(ann, at=now + HOUR)
    cases.resolve(root, at=now + HOUR)

    case_merging.merge_cases(root, other, at=now + 2 * HOUR)

    assert list(Case.objects.open()) == [root]
    assert again(root).reopened_at == now + 2 * HOUR


def test_a_settled_one_merged_into_an_open_one_changes_neither_turn_nor_promise(ann, now):
    root, other = make_case(ann, at=now), make_case(ann, at=now - 9 * DAY, severity="high")
    cases.resolve(other, at=now - 8 * DAY)
    case_pauses.await_customer(root, at=now)

    case_merging.merge_cases(root, other, at=now)

    assert (again(root).severity, again(root).promised_at) == ("normal", now + DAY)
    assert list(Case.objects.awaiting_customer()) == [root]
    case_merging.split(again(other), at=now)
    assert again(other).resolved_at == now - 8 * DAY


@pytest.mark.parametrize("settled", [False, True])
def test_a_reply_to_the_merged_one_goes_to_the_root_and_opens_it(ann, now, settled):
    root, other = make_case(ann, at=now), make_case(ann, at=now)
    stale = again(other)
    case_merging.merge_cases(root, other, at=now)
    if settled:
        cases.resolve(root, at=now + HOUR)

    message = receive_letter(ann, letter(now + DAY), case=stale)

    assert message.case == root
    assert list(Case.objects.unanswered()) == [root]
    assert Case.objects.count() == 2


def test_a_reply_long_after_opens_a_new_case_that_names_the_root(ann, now):
    root, other = make_case(ann, at=now), make_case(ann, at=now)
    sent = CaseMessage.objects.create(case=other, direction="sent")
    case_merging.merge_cases(root, other, at=now)
    cases.resolve(root, at=now + HOUR)
    sent.refresh_from_db()

    message = receive_letter(ann, letter(now + 40 * DAY), case=sent.case)

    assert message.case not in (root, other)
    assert message.case.follows == root


def test_one_merged_into_one_that_is_merged_in_turn_leads_to_the_last(ann, now):
    first, second, third = (make_case(ann, at=now) for _case in range(3))

    case_merging.merge_cases(second, first, at=now)
    case_merging.merge_cases(third, again(second), at=now)

    assert {again(first).merged_into, again(second).merged_into} == {third}
    assert Case.objects.standing_for(first).get() == third


def test_what_makes_no_sense_is_refused(ann, now):
    root, other, theirs = make_case(ann, at=now), make_case(ann, at=now), make_case(at=now)
    case_merging.merge_cases(root, other, at=now)
    other = again(other)

    for into, what, why in (
        (root, root, "into itself"),
        (root, theirs, "one customer"),
        (root, other, "merged into another"),
        (other, make_case(ann, at=now), "merged into another"),
    ):
        with pytest.raises(ValueError, match=why):
            case_merging.merge_cases(into, what, at=now)
    with pytest.raises(ValueError, match="within a day"):
        case_merging.split(other, at=now + DAY)
    for verb in (cases.acknowledge, cases.resolve, cases.reopen, case_pauses.hold):
        with pytest.raises(ValueError, match="merged into another"):
            verb(other, at=now)
    with pytest.raises(IntegrityError, match="case_merged_has_ended"):
        Case.objects.filter(pk=other.pk).update(ending="")


def test_cases_of_merged_customers_can_be_merged(ann, now):
    double = make_customer()
    root, other = make_case(ann, at=now), make_case(double, at=now)
    merge(ann, double, at=now)

    case_merging.merge_cases(again(root), again(other), at=now)

    assert again(other).merged_into == root
