import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.customers.mood import note_mood
from crm.events import record
from crm.models import Event, PainSetAside, StaffTask
from crm.orders import orders
from crm.service import hidden_pain
from crm.service.staff_tasks import note_result
from segments.compile import matching
from tests.conftest import make_case, make_customer, make_order, make_product
from tests.crm.test_admin_customer import sign_in

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def agent(client, shop):
    return sign_in(client, "Support")


@pytest.fixture
def now():
    return timezone.now()


def silent_customer(now, *, days=40, complexity="complex", **fields):
    order = make_order(
        customer=make_customer(**fields),
        product=make_product(name="Loom", complexity=complexity),
        placed_at=now - (days + 3) * DAY,
        delivered_at=now - days * DAY,
    )
    return order.customer


def found(now, reason=""):
    return set(hidden_pain.in_pain(now, reason))


@pytest.mark.parametrize(
    ("days", "complexity", "is_in_pain"),
    [(40, "complex", True), (29, "complex", False), (181, "complex", False), (40, "simple", False)],
)
def test_whoever_got_something_complex_and_was_silent_for_a_month(now, days, complexity, is_in_pain):
    ann = silent_customer(now, days=days, complexity=complexity)

    assert found(now) == ({ann} if is_in_pain else set())


@pytest.mark.parametrize(
    "kind",
    ["message.clicked", "message.replied", "product.registered", "feedback.left", "page.viewed", "case.opened"],
)
def test_a_sign_of_life_is_no_silence(now, kind):
    ann = silent_customer(now)
    record(kind, customer=ann, occurred_at=now - DAY, source="s", key="1")

    assert found(now) == set()


def test_what_a_machine_clicked_is_no_sign_of_life(now):
    ann = silent_customer(now)
    record("message.clicked", customer=ann, occurred_at=now - DAY, source="s", key="1", properties={"is_machine": True})

    assert found(now) == {ann}


def test_who_ordered_since_is_not_in_pain(now):
    ann = silent_customer(now)
    make_order(customer=ann, placed_at=now - DAY)

    assert found(now) == set()


def test_who_gave_goods_back_is_and_who_got_money_alone_is_not(now):
    back, refunded = make_order(placed_at=now - 9 * DAY), make_order(placed_at=now - 9 * DAY)
    orders.return_goods(back, at=now - DAY)
    orders.return_goods(refunded, at=now - DAY, amount=Decimal(5))

    assert found(now) == found(now, "returned") == {back.customer}


def test_a_bad_mood_is_a_reason(now):
    ann = make_customer()
    note_mood(ann, "bad", now - DAY)

    assert found(now, "bad_mood") == {ann}
    assert hidden_pain.reasons_of([ann.pk], now) == {ann.pk: {hidden_pain.Reason.BAD_MOOD: now - DAY}}


def test_whoever_has_an_open_case_is_looked_after(now):
    make_case(silent_customer(now), at=now - 50 * DAY)

    assert found(now) == set()


def test_a_press_makes_one_task_for_whoever_pressed(client, agent, now):
    ann = silent_customer(now, first_name="Ann")
    url = reverse("admin:crm_customer_pain")

    first = client.post(url, {"customer": ann.pk, "act": "call"})
    second = client.post(url, {"customer": ann.pk, "act": "call"})

    task = StaffTask.objects.get()
    assert first.url == second.url == reverse("admin:crm_stafftask_change", args=[task.pk])
    assert (task.kind, task.reason, task.owner) == ("call", "hidden_pain", agent)
    assert task.title == "Call Ann: is everything all right?"
    assert task.script.startswith("Why: silent since something complex came.")
    assert "Loom" in task.script
    assert found(timezone.now()) == set()
    assert set(hidden_pain.being_called(now)) == {ann}


def test_who_was_called_is_left_in_peace_for_90_days(agent, now):
    ann = silent_customer(now)
    task = hidden_pain.ask_for_call(ann, at=now, by=agent)
    note_result(task, result="reached", words="", at=now, by=agent.pk)
    Event.objects.filter(kind="task.closed").delete()

    assert found(now + 89 * DAY) == set()
    assert found(now + 91 * DAY) == {ann}


def test_somebody_is_set_aside_with_a_reason(client, agent, now):
    ann = silent_customer(now)
    url = reverse("admin:crm_customer_pain")

    client.post(url, {"customer": ann.pk, "act": "aside", "other": " "})
    assert found(timezone.now()) == {ann}
    client.post(url, {"customer": ann.pk, "act": "aside", "other": "A gift for her aunt"})

    aside = PainSetAside.objects.get()
    assert (aside.customer, aside.why, aside.by) == (ann, "A gift for her aunt", agent)
    assert found(timezone.now()) == set()


def test_the_list_tells_why_since_when_and_what_they_are_worth(client, agent, now):
    ann = silent_customer(now, last_name="Petrova")
    note_mood(ann, "bad", now - DAY)
    ben = silent_customer(now, last_name="Little")
    make_order(customer=ann, placed_at=now - 60 * DAY, total=Decimal(900))

    people = client.get(reverse("admin:crm_customer_pain")).context["people"]

    assert [(one.customer, one.worth) for one in people] == [(ann, 1000), (ben, 100)]
    assert [label for label, _since in people[0].reasons] == ["silent since something complex came", "in a bad mood"]


def test_the_list_costs_the_same_however_long(client, agent, now, django_assert_max_num_queries):
    for _one in range(12):
        silent_customer(now)

    with django_assert_max_num_queries(12):
        page = client.get(reverse("admin:crm_customer_pain"))

    assert len(page.context["people"]) == 12


def test_a_rule_knows_hidden_pain_and_what_came_of_tasks(agent, now):
    ann, ben = silent_customer(now), silent_customer(now, complexity="simple")
    task = hidden_pain.ask_for_call(ben, at=now, by=agent)
    note_result(task, result="wants", words="", at=now, by=agent.pk)

    def who(field, operator, value):
        rule = {"all": [{"field": field, "operator": operator, "value": value}]}
        return set(matching(rule, now, {ann.pk, ben.pk}).values_list("pk", flat=True))

    assert who("hidden_pain", "is", ["silent"]) == {ann.pk}
    assert who("task_outcome", "has", ["wants"]) == {ben.pk}
    assert who("task_outcome", "has_not", ["wants"]) == {ann.pk}


def test_the_day_of_support_tells_of_hidden_pain(client, agent, now):
    silent_customer(now)

    assert "1 customer may be unhappy in silence" in client.get("/admin/").text
