import datetime as dt
import threading

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from crm.models import Case
from crm.service import case_notes, case_owners, case_pauses, cases, queue
from crm.service.queue import Ask, Tab
from crm.service.staff_tasks import open_task
from tests.conftest import make_case, make_customer, make_order
from tests.crm.test_queue import stranger

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR


def agent(name, role="Support"):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def ada(client):
    user = agent("ada")
    client.force_login(user)
    return user


def titles(user, tab=Tab.ANSWER, now=None, **asked):
    return [one.title for one in queue.lines(Ask(user, now or timezone.now(), tab=tab, **asked), 0, 50)]


def test_each_tab_lists_what_can_be_done_and_counts_it(ada, now, shop):
    ann = make_customer()
    make_case(ann, subject="new", at=now)
    make_case(ann, subject="late", at=now - 2 * DAY, promised_at=now - HOUR)
    stranger(key="letter", at=now)
    for subject, since in (("said", 3 * HOUR), ("said before", 5 * HOUR)):
        case_pauses.await_customer(make_case(ann, subject=subject, at=now - DAY), at=now - since)
    case_pauses.hold(make_case(ann, subject="at the supplier's", at=now), at=now, whom="the supplier")
    cases.resolve(make_case(ann, subject="settled", at=now - 9 * DAY), at=now - 3 * DAY)
    cases.resolve(make_case(ann, subject="just settled", at=now - 9 * DAY), at=now - DAY)
    open_task(ann, title="Call", at=now, due_at=now)
    open_task(ann, title="Card", at=now, due_at=now + 9 * DAY)

    assert titles(ada, now=now) == ["late", "new", "letter"]
    assert titles(ada, Tab.OVERDUE, now=now) == ["late"]
    assert titles(ada, Tab.CUSTOMER, now=now) == ["said before", "said"]
    assert titles(ada, Tab.HELD, now=now) == ["at the supplier's"]
    assert titles(ada, Tab.CONTENT, now=now) == ["settled"]
    assert titles(ada, Tab.TASKS, now=now) == ["Call"]
    assert queue.counts(Ask(ada, now)) == {
        "answer": 3,
        "overdue": 1,
        "customer": 2,
        "held": 1,
        "content": 1,
        "tasks": 1,
    }


def test_mine_is_what_i_have_what_names_me_and_tasks_of_mine_and_my_groups(ada, now):
    ann, bob = make_customer(), agent("bob")
    make_case(ann, subject="mine", at=now, owner=ada)
    theirs = make_case(ann, subject="his", at=now, owner=bob)
    make_case(ann, subject="nobody's", at=now)
    stranger(key="letter", at=now)
    case_notes.write_note(theirs, text="@ada, have you seen this?", at=now, by=bob)
    support, others = Group.objects.get(name="Support"), Group.objects.get(name="Marketing")
    for title, asked in {
        "to me": {"owner": ada},
        "to us": {"owner_group": support},
        "to him": {"owner": bob, "owner_group": support},
        "to them": {"owner_group": others},
    }.items():
        open_task(ann, title=title, at=now, due_at=now, **asked)

    assert titles(ada, now=now, is_mine=True) == ["his", "mine"]
    assert sorted(titles(ada, Tab.TASKS, now=now, is_mine=True)) == ["to me", "to us"]
    case_notes.see_notes(theirs, ada, at=now)
    assert titles(ada, now=now, is_mine=True) == ["mine"]


@pytest.mark.parametrize("text", ["broken lid", "R-10", "petr", "an"])
def test_a_line_is_found_by_subject_name_or_order(ada, now, text):
    ann = make_customer(first_name="Ann", last_name="Petrova")
    make_case(ann, subject="A broken lid", at=now, order=make_order(customer=ann, number="R-1001"))
    make_case(make_customer(first_name="Bo", last_name="Lee"), subject="Late", at=now)

    assert titles(ada, now=now, text=text) == ["A broken lid"]


def test_the_most_urgent_that_nobody_has_is_taken_next(ada, now):
    make_case(subject="usual", at=now - DAY)
    make_case(subject="urgent", at=now, severity="high")
    make_case(subject="has one", at=now - DAY, severity="high", owner=agent("bob"))
    case_pauses.hold(make_case(subject="rests", at=now - DAY, severity="high"), at=now)

    taken = [case_owners.take_next(ada).subject for _press in range(2)]

    assert taken == ["urgent", "usual"]
    assert case_owners.take_next(ada) is None
    assert set(Case.objects.filter(owner=ada).values_list("subject", flat=True)) == {"urgent", "usual"}


@pytest.mark.django_db(transaction=True)
def test_two_agents_never_get_the_same(now):
    colleagues = [agent(name) for name in ("ada", "bob", "cyd", "dan")]
    for number in range(40):
        make_case(subject=f"Case {number}", at=now)
    taken, gate = [], threading.Barrier(len(colleagues))

    def take(user):
        gate.wait()
        for _press in range(10):
            taken.append(case_owners.take_next(user).pk)
        connections.close_all()

    threads = [threading.Thread(target=take, args=[user]) for user in colleagues]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(taken), len(set(taken))) == (40, 40)


def test_the_page_takes_the_next_one_and_opens_it(client, ada, now):
    case = make_case(subject="waits", at=now)

    page = client.post(reverse("desk"), follow=True)

    assert page.redirect_chain == [(reverse("admin:crm_case_change", args=[case.pk]), 302)]
    assert Case.objects.get().owner == ada
    assert "Nothing waits that nobody has." in client.post(reverse("desk"), follow=True).text


def test_a_line_is_made_mine_and_the_desk_stays_as_it_was(client, ada, now):
    case = make_case(subject="waits", at=now, owner=agent("bob"))

    page = client.post(f"{reverse('desk')}?tab=overdue&mine=1", {"case": case.pk}, follow=True)

    assert page.redirect_chain == [(f"{reverse('desk')}?tab=overdue&mine=1", 302)]
    assert Case.objects.get().owner == ada
    for nonsense in ("0", "x", "-1", "9" * 30):
        assert client.post(reverse("desk"), {"case": nonsense}).status_code == 404


def test_a_line_says_what_somebody_has_to_know(client, ada):
    now = timezone.now()
    ann = make_customer(first_name="Ann", last_name="Petrova")
    make_order(customer=ann, total=1250, placed_at=now - 9 * DAY)
    make_case(ann, subject="A broken lid", at=now - 2 * HOUR, promised_at=now - HOUR, severity="high", channel="phone")

    page = client.get(reverse("desk")).text

    for words in ("A broken lid", "Ann Petrova", "spent €1,250.00", "urgent", "overdue by 1", "complaint", "phone"):
        assert words in page


def test_pages_beyond_fifty_take_the_same_queries(client, ada, django_assert_max_num_queries):
    now, ann = timezone.now(), make_customer()
    for number in range(3):
        make_case(ann, subject=f"Case {number:03}", at=now - number * HOUR)
    client.get(reverse("desk"))
    with django_assert_max_num_queries(25) as few:
        client.get(reverse("desk"))
    for number in range(3, 120):
        make_case(ann, subject=f"Case {number:03}", at=now - number * HOUR)

    with django_assert_max_num_queries(len(few)):
        page = client.get(reverse("desk"), {"page": 3})

    shown = [one.title for one, _spent, _vip in page.context["lines"]]
    assert shown == [f"Case {number:03}" for number in range(19, -1, -1)]
    assert not page.context["has_next"]
    for nonsense in ("0", "-1", "x", "9999999999", "²"):
        assert client.get(reverse("desk"), {"page": nonsense, "tab": nonsense}).status_code == 200


def test_the_open_page_asks_for_its_counts(client, ada, now):
    make_case(at=now, owner=ada)
    make_case(at=now)

    assert client.get(reverse("desk_counts")).json()["answer"] == 2
    assert client.get(reverse("desk_counts"), {"mine": "1"}).json()["answer"] == 1


def test_the_queue_is_read_by_its_index(now):
    """However many are settled or rest, the desk begins with the most urgent without looking at them."""
    make_case(at=now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = Case.objects.queue()[:50].explain()

    assert "case_queue" in plan
    assert "Sort" not in plan


def test_who_may_only_look_takes_nothing(client, now):
    make_case(at=now)
    client.force_login(agent("mia", "Marketing"))

    assert "Take the next one" not in client.get(reverse("desk")).text
    assert client.post(reverse("desk")).status_code == 403
    assert Case.objects.get().owner is None


def test_managers_see_how_long_customers_waited(client, now):
    client.force_login(agent("meg", "Managers"))
    opened = timezone.now() - 2 * DAY
    case = make_case(at=opened)
    cases.acknowledge(case, at=opened + HOUR)

    page = client.get(reverse("desk_times")).text

    assert reverse("desk_times") in client.get(reverse("desk")).text
    assert "1 hr" in page
    assert "100.0% (1 of 1)" in page
