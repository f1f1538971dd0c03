import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.models import IncomingMail
from crm.service import cases, queue
from tests.conftest import make_case, make_customer

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def agent(client):
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    return user


def stranger(*, key, at, severity="normal", kind="stranger", **fields):
    return IncomingMail.objects.create(
        key=key, kind=kind, sender=f"{key}@example.org", subject=key, received_at=at, severity=severity, **fields
    )


def titles(agent, limit=20):
    return [one.title for one in queue.most_urgent(queue.shares(agent, limit), limit)]


def test_cases_replies_and_letters_of_strangers_wait_in_one_queue(agent, now):
    ann = make_customer()
    make_case(ann, subject="normal", at=now - HOUR)
    answered = make_case(ann, subject="writes again", at=now - 90 * HOUR, promised_at=now - 80 * HOUR)
    cases.answer(answered, at=now - 85 * HOUR, solution="A lid")
    cases.note_unanswered(answered, since=now - 2 * HOUR, at=now - 2 * HOUR)
    make_case(ann, subject="urgent", severity="high", at=now)
    make_case(ann, subject="a question", kind="question", at=now - 3 * HOUR)
    stranger(key="older letter", at=now - 4 * HOUR)
    stranger(key="garbled", kind="unreadable", at=now - 2 * HOUR)
    stranger(key="urgent letter", severity="high", at=now)
    stranger(key="placed", at=now, customer=ann)
    for kind in ("automatic", "own", "flood", "report", "set_aside"):
        stranger(key=kind, kind=kind, at=now)

    assert titles(agent) == [
        "urgent",
        "urgent letter",
        "writes again",
        "normal",
        "older letter",
        "a question",
        "garbled",
    ]


def test_the_start_page_says_how_many_wait_in_all_and_leads_to_them(client, agent, django_assert_max_num_queries):
    now, ann = timezone.now(), make_customer()
    for number in range(15):
        make_case(ann, subject=f"Case {number:02}", at=now - number * HOUR)
    stranger(key="unknown", at=now)

    with django_assert_max_num_queries(20):
        page = client.get(reverse("admin:crm_customer_find"))

    text = page.content.decode()
    assert "12 of 16, the most urgent first" in text
    assert [one.title for one in page.context["waiting"]] == [f"Case {number:02}" for number in range(14, 2, -1)]
    assert reverse("admin:crm_case_changelist") in text
    letters = client.get(f"{reverse('admin:chains_incomingmail_changelist')}?state=unplaced")
    assert [mail.subject for mail in letters.context["cl"].result_list] == ["unknown"]


def test_who_may_not_see_letters_has_a_queue_of_cases(agent, now):
    agent.groups.clear()
    agent.user_permissions.add(*_permissions("view_case"))
    make_case(subject="a case", at=now)
    stranger(key="a letter", at=now)

    assert titles(User.objects.get(pk=agent.pk)) == ["a case"]


def test_a_letter_that_needs_no_answer_leaves_the_queue_once(client, agent, now):
    mail = stranger(key="spam", at=now)
    address = reverse("admin:chains_incomingmail_do", args=[mail.pk, "set_aside"])

    assert "Set aside" in client.post(address, follow=True).content.decode()
    assert "does not wait" in client.post(address, follow=True).content.decode()

    mail.refresh_from_db()
    assert (mail.kind, titles(agent)) == ("set_aside", [])


def test_many_letters_are_set_aside_at_once_and_placed_ones_stay(client, agent, now):
    reply = stranger(key="reply", kind="reply", at=now, customer=make_customer())
    spam = [stranger(key=f"spam {number}", at=now) for number in range(2)]

    page = client.post(
        reverse("admin:chains_incomingmail_changelist"),
        {"action": "set_all_aside", "_selected_action": [mail.pk for mail in (reply, *spam)]},
        follow=True,
    )

    assert "2 letters are set aside." in page.content.decode()
    assert IncomingMail.objects.get(pk=reply.pk).kind == "reply"


def test_the_list_of_cases_begins_with_the_queue_and_ends_with_what_is_settled(client, agent, now):
    settled = make_case(subject="settled", severity="high", at=now)
    cases.resolve(settled, at=now)
    offered = make_case(subject="offered", severity="high", at=now)
    cases.answer(offered, at=now, solution="A lid")
    make_case(subject="waits", severity="low", at=now)

    def listed(state=""):
        page = client.get(reverse("admin:crm_case_changelist"), {"state": state} if state else {})
        return [case.subject for case in page.context["cl"].result_list]

    assert listed() == ["waits", "offered", "settled"]
    assert listed("waiting") == ["waits"]


def _permissions(*names):
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=names)
