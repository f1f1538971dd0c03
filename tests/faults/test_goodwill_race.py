"""Two real processes at one promise of goodwill, and at the limit of what an agent may give."""

import pytest
from django.contrib.auth.models import Group, User

from crm import loyalty
from crm.models import CaseMessage, CaseOffer, Event, Goodwill
from crm.service import goodwill
from crm.service.goodwill_limits import GoodwillDraft
from tests.conftest import NOW, make_case, make_customer
from tests.faults.test_facts_race import finish, start

pytestmark = pytest.mark.django_db(transaction=True)

CHOOSE = """
from crm.models import CaseOffer
from crm.service import offers
for number in range(10):
    offers.choose(CaseOffer.objects.get(), "neither" if number % 2 else "solution", at=now)
"""
GIVE_AND_UNDO = """
from crm.models import Goodwill
from crm.service import goodwill
for number in range(10):
    promised = Goodwill.objects.get()
    (goodwill.give if name == "a" else goodwill.undo)(promised, at=now)
"""
PROMISE = """
from django.contrib.auth.models import User
from crm.models import Case
from crm.service import goodwill
from crm.service.goodwill_limits import GoodwillDraft
agent = User.objects.get()
for number in range(10):
    try:
        draft = GoodwillDraft("points", "Late", f"{name}-{number}", points=60)
        goodwill.promise(Case.objects.get(), draft, by=agent, at=now)
    except ValueError:
        pass
"""


@pytest.fixture
def agent():
    user = User.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    return user


@pytest.fixture
def case():
    return make_case(make_customer(consent=False))


def promise(case, agent):
    return goodwill.promise(case, GoodwillDraft("points", "Late", "1", points=100), by=agent, at=NOW)


def test_what_two_presses_accept_is_given_once(case, agent):
    promise(case, agent)
    letter = CaseMessage.objects.create(case=case, direction="sent", kind="offer")
    CaseOffer.objects.create(case=case, message=letter, solution="A new lid")

    finish(start(CHOOSE, "a", "b"))

    assert loyalty.balances([case.customer_id], NOW)[case.customer_id] == 100
    assert Event.objects.filter(kind="goodwill.given").count() == 1


def test_given_and_taken_back_at_once_comes_to_nothing(case, agent):
    promise(case, agent)

    finish(start(GIVE_AND_UNDO, "a", "b"))

    found = Goodwill.objects.get()
    assert found.undone_at is not None
    assert loyalty.balances([case.customer_id], NOW)[case.customer_id] == 0


def test_two_presses_do_not_exceed_the_limit_together(case, agent):
    finish(start(PROMISE, "a", "b"))

    assert sum(Goodwill.objects.values_list("points", flat=True)) == 480
