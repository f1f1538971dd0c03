import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from crm.models import Case, CaseMention, CaseNote, Feedback, StaffTask
from crm.service import case_merging, feedback
from crm.service.handing_over import hand_over, hand_over_feedback
from crm.service.staff_tasks import close_task
from tests.conftest import make_case, make_customer

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


@pytest.fixture
def ada(client):
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


@pytest.fixture
def warehouse():
    return Group.objects.create(name="Warehouse")


def test_what_came_of_it_is_a_note_and_the_case_is_its_owners_again(ada, warehouse, now):
    case, bob = make_case(at=now, owner=ada), User.objects.create_user("bob", is_staff=True)

    task = hand_over(case, title="Is a lid in stock?", at=now + HOUR, by=ada, group=warehouse)
    case.refresh_from_db()
    assert (case.held_at, case.held_for) == (now + HOUR, "Warehouse")
    assert (task.case, task.owner_group, task.due_at) == (case, warehouse, now + 9 * HOUR)
    close_task(task, status="done", outcome="Three on the shelf", at=now + DAY, by=bob.pk)
    close_task(task, status="done", outcome="Three on the shelf", at=now + DAY, by=bob.pk)

    case.refresh_from_db()
    note = CaseNote.objects.get()
    assert (note.author, note.text) == (bob, "Is a lid in stock?: done\nThree on the shelf")
    assert (case.held_at, case.promised_at) == (None, now + 2 * DAY - HOUR)
    assert CaseMention.objects.unseen().get().user == ada


def test_a_case_waits_for_the_last_of_its_tasks(ada, warehouse, now):
    case = make_case(at=now)
    tasks = [hand_over(case, title=title, at=now, by=ada, group=warehouse) for title in ("One", "Two")]

    close_task(tasks[0], status="dropped", outcome="", at=now + HOUR, by=None)
    assert list(Case.objects.held()) == [case]
    close_task(tasks[1], status="done", outcome="", at=now + HOUR, by=None)

    assert list(Case.objects.waiting()) == [case]


def test_what_comes_of_a_task_of_a_merged_case_is_a_note_of_the_root(ada, warehouse, now):
    ann = make_customer()
    root, other = make_case(ann, at=now), make_case(ann, at=now)
    task = hand_over(other, title="A lid?", at=now, by=ada, group=warehouse)
    case_merging.merge_cases(root, other, at=now)

    close_task(StaffTask.objects.get(pk=task.pk), status="done", outcome="Yes", at=now, by=None)

    assert CaseNote.objects.get().case == root


def test_a_low_rating_is_handed_over_with_its_words_and_its_case_waits(ada, warehouse, now):
    left = feedback.leave(make_customer(), kind="rating", score=2, at=now, source="x", key="1", text="It drips")

    task = hand_over_feedback(left, title="Why does it drip?", at=now, by=ada, group=warehouse)

    assert (task.script, task.case) == ("Rating: 2 of 5\nIt drips", Case.objects.get())
    assert list(Case.objects.held()) == [task.case]


def test_a_good_rating_is_handed_over_by_itself(ada, warehouse, now):
    left = feedback.leave(make_customer(), kind="rating", score=5, at=now, source="x", key="1")

    task = hand_over_feedback(left, title="Thank the courier", at=now, by=ada, owner=ada)

    assert (task.case, task.owner) == (None, ada)
    with pytest.raises(ValueError, match="whom to ask"):
        hand_over_feedback(left, title="Thank the courier", at=now, by=ada)


@pytest.mark.parametrize("page", ["case", "rating"])
def test_a_second_press_asks_nobody_twice_and_a_refusal_keeps_what_was_typed(client, ada, warehouse, now, page):
    left = feedback.leave(make_customer(), kind="rating", score=2, at=now, source="x", key="1")
    case = Case.objects.get()
    address, shown = {
        "case": (reverse("admin:crm_case_do", args=[case.pk, "hand_over"]), ("crm_case_change", case.pk)),
        "rating": (reverse("admin:crm_feedback_hand_over", args=[left.pk]), ("crm_feedback_change", left.pk)),
    }[page]
    typed = {"token": "a" * 32, "title": "Why does it drip?", "script": "Look at the lid", "whom": ""}

    refused = client.post(address, typed, follow=True)
    assert "Look at the lid" in refused.text
    assert not StaffTask.objects.exists()
    for _press in range(2):
        answer = client.post(address, typed | {"whom": f"group-{warehouse.pk}"}, follow=True)

    assert "Warehouse has it as a task." in answer.text
    assert StaffTask.objects.get().owner_group == warehouse
    assert client.get(reverse(f"admin:{shown[0]}", args=[shown[1]])).status_code == 200
    assert Feedback.objects.count() == 1
