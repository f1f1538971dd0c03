import datetime as dt
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from crm.loyalty import balances, redeem, spend_points
from crm.models import Coupon, Event, Goodwill, PointsEntry, StaffTask
from crm.service import goodwill
from crm.service.goodwill_gifts import is_used
from crm.service.goodwill_limits import GoodwillDraft
from tests.conftest import NOW, make_case, make_customer, make_order

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

DAY = dt.timedelta(days=1)


@pytest.fixture
def agent(django_user_model):
    user = django_user_model.objects.create_user("ada", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    return user


@pytest.fixture
def manager(django_user_model):
    user = django_user_model.objects.create_user("mia", is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    return user


def promised(case, by, kind="points", key="1", at=NOW, **what):
    return goodwill.promise(case, GoodwillDraft(kind, "It leaked", key, **what), by=by, at=at)


def balance(case):
    return balances([case.customer_id], NOW + DAY)[case.customer_id]


def test_points_are_promised_first_and_given_once(agent):
    case = make_case()

    bonus = promised(case, agent, points=100)
    assert (balance(case), bonus.given_at) == (0, None)
    for _time in range(2):
        goodwill.give(bonus, at=NOW + DAY)

    assert balance(case) == 100
    assert PointsEntry.objects.get().reason == "The lid does not close"
    told = Event.objects.get(kind="goodwill.given")
    assert told.properties == {"goodwill": bonus.pk, "case": case.pk, "kind": "points", "points": 100}


def test_the_same_form_sent_twice_promises_once(agent):
    case = make_case()

    first, second = (promised(case, agent, points=100) for _time in range(2))

    assert first == second
    assert Goodwill.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "what", "coupon"),
    [
        ("percent", {"percent": 10}, ("percent", Decimal(10))),
        ("free_delivery", {}, ("free_delivery", None)),
    ],
)
def test_a_coupon_is_issued_to_the_customer_and_runs_from_that_day(agent, kind, what, coupon):
    case = make_case()

    bonus = goodwill.give(promised(case, agent, kind, **what), at=NOW)

    issued = Coupon.objects.get()
    assert (issued.customer, issued.kind, issued.value) == (case.customer, *coupon)
    assert (bonus.coupon, issued.expires_at > NOW + 89 * DAY) == (issued, True)


def test_a_card_is_a_task_of_a_colleague(agent):
    case = make_case(owner=agent)

    bonus = goodwill.give(promised(case, agent, "card"), at=NOW)

    task = StaffTask.objects.get()
    assert (task.kind, task.case, task.owner, task.title) == ("card", case, agent, "Write a card to Ann")
    assert not is_used(bonus)


@pytest.mark.parametrize(
    ("kind", "what"), [("points", {"points": 100}), ("percent", {"percent": 10}), ("card", {}), ("gift", {"gift": "A"})]
)
def test_is_taken_back_in_one_press_while_nothing_of_it_is_used(agent, manager, kind, what):
    case = make_case()
    bonus = goodwill.give(promised(case, manager, kind, **what), at=NOW)

    for _time in range(2):
        goodwill.undo(bonus, at=NOW + DAY)

    assert balance(case) == 0
    assert not Coupon.objects.usable(NOW + DAY).exists()
    assert not StaffTask.objects.open().exists()
    assert Event.objects.filter(kind="goodwill.undone").count() == 1


def test_points_that_were_spent_stay_given(agent):
    case = make_case()
    bonus = goodwill.give(promised(case, agent, points=100), at=NOW)
    spend_points(case.customer, 1, at=NOW, key="till")

    with pytest.raises(ValueError, match="has used it already"):
        goodwill.undo(bonus, at=NOW + DAY)

    assert balance(case) == 99


def test_a_coupon_that_was_redeemed_stays_given(agent):
    case = make_case()
    bonus = goodwill.give(promised(case, agent, "percent", percent=10), at=NOW)
    redeem(bonus.coupon.code, order=make_order(customer=case.customer), at=NOW)
    bonus = Goodwill.objects.get()

    with pytest.raises(ValueError, match="has used it already"):
        goodwill.undo(bonus, at=NOW + DAY)


def test_what_was_promised_and_taken_back_is_not_given(agent):
    case = make_case()
    goodwill.undo(promised(case, agent, points=100), at=NOW)

    assert goodwill.give_promised(case, at=NOW) == []
    assert balance(case) == 0


@pytest.mark.parametrize(
    "what", [{"points": 501}, {"kind": "percent", "percent": 16}, {"kind": "amount", "amount": Decimal("0.01")}]
)
def test_an_agent_may_give_so_much_and_a_manager_more(agent, manager, what):
    case = make_case()

    with pytest.raises(ValueError, match="Ask a manager"):
        promised(case, agent, **what)

    assert promised(case, manager, **what).pk


def test_the_limit_counts_over_all_cases_of_a_customer_for_90_days(agent):
    case = make_case()
    promised(case, agent, points=300, key="1")
    other = make_case(case.customer, subject="Another")

    with pytest.raises(ValueError, match="at most 500 points within 90 days"):
        promised(other, agent, points=201, key="2")
    goodwill.undo(promised(other, agent, points=200, key="3"), at=NOW)

    assert promised(other, agent, points=200, key="4").pk
    assert promised(other, agent, points=500, key="5", at=NOW + 91 * DAY).pk
    assert promised(make_case(), agent, points=500, key="6").pk


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (GoodwillDraft("points", " ", "1", points=1), "Say why"),
        (GoodwillDraft("points", "Late", "1"), "how much"),
        (GoodwillDraft("percent", "Late", "1", percent=101), "how much"),
        (GoodwillDraft("gift", "Late", "1", gift=" "), "which gift"),
        (GoodwillDraft("moon", "Late", "1"), "Choose what"),
    ],
)
def test_says_what_is_missing(agent, draft, words):
    with pytest.raises(ValueError, match=words):
        goodwill.promise(make_case(make_customer()), draft, by=agent, at=NOW)
