"""What docs/support.md says an agent does in a day: each thing by its page and its button, with the role of support."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.channels.email.received_mail import read
from chains.channels.email.record_mail import record_mail
from crm.models import Case, Feedback, StaffTask
from crm.service import case_pauses, cases
from tests.chains.channels.email.letters import reply
from tests.config.staff_forms import press
from tests.conftest import make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DOCS = Path(settings.BASE_DIR, "docs", "support.md").read_text()
# Each with what stands there of it: the question, and in bold what is pressed.
THINGS = re.findall(r"^\d+\. \*(?P<question>[^*]+)\*(?P<answer>(?:.+\n)(?: {4}.+\n)*)", DOCS, re.MULTILINE)


class Agent:
    """Somebody of support at the desk, and all they were shown."""

    def __init__(self, client, user):
        self.client, self.user, self.seen = client, user, ""

    def open(self, name, *args, **query):
        page = self.client.get(reverse(name, args=args), query, follow=True)
        assert page.status_code == 200
        return self._look(page)

    def desk(self, **query):
        return self.open("desk", **query)

    def case(self, case):
        return self.open("admin:crm_case_change", case.pk)

    def press(self, page, words, **typed):
        return self._look(press(self.client, page, words, **typed))

    def _look(self, page):
        self.seen += page.text
        return page


@pytest.fixture
def agent(client):
    user = colleague("ada")
    client.force_login(user)
    return Agent(client, user)


def colleague(name, role="Support"):
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def ann():
    return make_customer(first_name="Ann", last_name="Petrova", email="ann@example.com")


@pytest.fixture
def case(ann):
    order = make_order(customer=ann, number="R-1001", placed_at=timezone.now() - DAY)
    return make_case(ann, order=order, at=timezone.now() - HOUR)


def lines(page):
    """Of the desk, by their subjects."""
    return re.findall(r"enc-desk-title\">([^<]*)<", page.text)


def again(case):
    return Case.objects.get(pk=case.pk)


def sees_the_most_urgent(agent, case):
    make_case(subject="An urgent one", severity="high", at=timezone.now())

    page = agent.desk()

    assert lines(page) == ["An urgent one", case.subject]


def takes_the_next(agent, case):
    page = agent.press(agent.desk(), "Take the next one")

    assert again(case).owner == agent.user
    assert page.redirect_chain[-1][0] == reverse("admin:crm_case_change", args=[case.pk])


def takes_this_one(agent, case):
    others = [make_case(case.customer, subject=subject, at=timezone.now()) for subject in ("By its page", "By word")]

    agent.press(agent.desk(), f"Mine: {case.subject}")
    agent.press(agent.case(others[0]), "It is mine")
    agent.press(agent.case(others[1]), "Send", text="We look into it.")

    assert set(Case.objects.values_list("owner__username", flat=True)) == {"ada"}


def gives_it_back(agent, case):
    bob = colleague("bob")
    page = agent.press(agent.case(case), "It is mine")

    page = agent.press(page, "Give it back")
    assert again(case).owner is None
    agent.press(page, "Save", owner=bob.pk)

    assert again(case).owner == bob


def sees_what_is_mine(agent, case):
    make_case(subject="Somebody else's", at=timezone.now(), owner=colleague("bob"))
    agent.press(agent.case(case), "It is mine")

    assert "Mine" in agent.desk().text
    assert lines(agent.desk(mine="1")) == [case.subject]


def sees_who_waits_too_long(agent, case):
    make_case(subject="Late", at=timezone.now() - 9 * DAY)

    assert lines(agent.desk(tab="overdue")) == ["Late"]


def waits_for_the_customer(agent, case):
    question = make_case(case.customer, kind="question", subject="Which lid?", at=timezone.now())
    offered = make_case(case.customer, subject="It leaks", at=timezone.now())

    agent.press(agent.case(case), "Wait for the customer")
    agent.press(agent.case(question), "Send", text="Which one have you got?")
    agent.press(agent.case(offered), "Send the offer", solution="A new lid")

    assert set(lines(agent.desk(tab="customer"))) == {case.subject, "Which lid?", "It leaks"}
    assert lines(agent.desk()) == []


def puts_it_on_hold(agent, case):
    page = agent.press(agent.case(case), "Put on hold", whom="the supplier")

    assert "It waits for: the supplier." in page.text
    assert lines(agent.desk(tab="held")) == [case.subject]


def takes_it_up_again(agent, case):
    promised = case.promised_at
    page = agent.press(agent.case(case), "Put on hold", whom="the supplier")

    agent.press(page, "Take it up again")

    assert lines(agent.desk()) == [case.subject]
    assert dt.timedelta() <= again(case).promised_at - promised < HOUR


def finds_who_wrote_again(agent, case):
    agent.press(agent.case(case), "Wait for the customer")

    record_mail(read(reply("And now?")), timezone.now())

    assert lines(agent.desk()) == [case.subject]


def finds_closed_who_never_wrote_again(agent, case):
    agent.press(agent.case(case), "Wait for the customer")

    case_pauses.close_silent(timezone.now() + 15 * DAY)

    assert "No word came from the customer" in agent.case(case).text
    assert lines(agent.desk()) == lines(agent.desk(tab="content")) == []


def asks_whether_all_is_well(agent, case):
    cases.resolve(case, at=timezone.now() - 3 * DAY)
    assert lines(agent.desk(tab="content")) == [case.subject]

    agent.press(agent.case(case), "I have asked")

    assert lines(agent.desk(tab="content")) == []


def notes_for_colleagues(agent, case):
    bob = colleague("bob")

    agent.press(agent.case(case), "Keep the note", note="@bob the courier was called")
    agent.client.force_login(bob)
    assert lines(agent.desk(mine="1")) == [case.subject]
    agent.press(agent.case(case), "I have seen it")

    assert lines(agent.desk(mine="1")) == []


def asks_a_colleague(agent, case):
    support = Group.objects.get(name="Support")
    page = agent.press(agent.case(case), "It is mine")

    page = agent.press(page, "Hand over", title="Is a lid in stock?", whom=f"group-{support.pk}")
    assert "It waits for: Support." in page.text
    task = agent.open("admin:crm_stafftask_change", StaffTask.objects.get().pk)
    agent.press(task, "Done", outcome="Three on the shelf")

    assert "Three on the shelf" in agent.case(case).text
    assert lines(agent.desk(mine="1")) == [case.subject]


def hands_over_a_rating(agent, case):
    left = Feedback.objects.create(customer=case.customer, kind="rating", score=2, text="Slow", left_at=timezone.now())
    support = Group.objects.get(name="Support")

    page = agent.open("admin:crm_feedback_change", left.pk)
    agent.press(page, "Hand over", title="Why so slow?", whom=f"group-{support.pk}")

    assert "Slow" in StaffTask.objects.get().script


def merges_another_case(agent, case):
    other = make_case(case.customer, kind="question", subject="The same", at=timezone.now())

    agent.press(agent.case(case), "Merge", other=other.pk)

    assert again(other).merged_into == case
    assert lines(agent.desk()) == [case.subject]


def splits_it_off(agent, case):
    other = make_case(case.customer, kind="question", subject="The same", at=timezone.now())
    agent.press(agent.case(case), "Merge", other=other.pk)

    agent.press(agent.case(other), "Split it off again")

    assert again(other).merged_into is None
    assert lines(agent.desk()) == [case.subject, "The same"]


def does_many_at_once(agent, case):
    bob = colleague("bob")
    chosen = {"_selected_action": [case.pk, make_case(at=timezone.now()).pk]}

    def run(action, **typed):
        page = agent.open("admin:crm_case_changelist")
        agent.press(page, "Run", action=action, **typed, **chosen)

    run("assign_to_me")
    run("assign_to_colleague", colleague=bob.pk)
    run("acknowledge_all")
    run("hold_all", whom="the courier")
    assert Case.objects.held().filter(owner=bob).exclude(acknowledged_at=None).count() == 2
    run("resolve_all")

    assert not Case.objects.open().exists()


def finds_it(agent, case):
    make_case(subject="Another", at=timezone.now())

    assert [lines(agent.desk(q=words)) for words in ("the lid", "petrova", "R-1001")] == [[case.subject]] * 3


def works_by_keys(agent, case):
    """What they do is pressed in tests/browser/test_desk.py."""
    told = re.findall(r"<kbd>(.+?)</kbd>", agent.desk().text)

    assert told == ["j", "k", "Enter", "a", "n", "/", "?"]


DAY_OF_AN_AGENT = (
    sees_the_most_urgent,
    takes_the_next,
    takes_this_one,
    gives_it_back,
    sees_what_is_mine,
    sees_who_waits_too_long,
    waits_for_the_customer,
    puts_it_on_hold,
    takes_it_up_again,
    finds_who_wrote_again,
    finds_closed_who_never_wrote_again,
    asks_whether_all_is_well,
    notes_for_colleagues,
    asks_a_colleague,
    hands_over_a_rating,
    merges_another_case,
    splits_it_off,
    does_many_at_once,
    finds_it,
    works_by_keys,
)


@pytest.mark.parametrize(
    ("does", "answer"),
    [pytest.param(does, answer, id=question) for does, (question, answer) in zip(DAY_OF_AN_AGENT, THINGS, strict=True)],
)
def test_the_role_of_support_is_enough_for(agent, case, does, answer):
    does(agent, case)

    assert [words for words in re.findall(r"\*\*(.+?)\*\*", answer) if words not in agent.seen] == []
