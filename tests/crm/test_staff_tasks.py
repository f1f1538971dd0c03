import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from crm.admin import quick_moments
from crm.models import Customer, Event, StaffTask
from crm.orders import orders
from crm.service import staff_tasks
from crm.service.task_scripts import SCRIPTS, filled
from crm.story.story import story
from tests.conftest import NOW, make_customer, make_order, make_product
from tests.crm.test_admin_customer import sign_in

pytestmark = pytest.mark.django_db

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture
def agent(client, shop):
    return sign_in(client, "Support")


def make_task(customer=None, *, kind="call", at=NOW, **fields):
    customer = customer or make_customer()
    return staff_tasks.open_task(customer, title="Call them", kind=kind, at=at, due_at=at + DAY, **fields)


def told(kind):
    return list(Event.objects.filter(kind=kind).order_by("pk").values_list("properties__outcome", flat=True))


def test_a_call_is_tried_again_and_then_closed_with_what_came_of_it(agent):
    task = make_task()

    staff_tasks.note_result(task, result="not_reached", words="No answer", at=NOW, by=agent.pk, again_at=NOW + DAY)
    staff_tasks.note_result(task, result="wants", words="A bigger one", at=NOW + DAY, by=agent.pk)

    task.refresh_from_db()
    assert (task.status, task.result, task.outcome, task.tries) == ("done", "wants", "A bigger one", 1)
    assert [(one.result, one.words) for one in task.history.all()] == [
        ("wants", "A bigger one"),
        ("not_reached", "No answer"),
    ]
    assert (told("task.tried"), told("task.closed")) == (["not_reached"], ["wants"])


def test_who_asked_for_another_time_is_called_then(agent):
    task = make_task()

    staff_tasks.note_result(task, result="later", words="", at=NOW, by=agent.pk, again_at=NOW + 3 * DAY)

    task.refresh_from_db()
    assert (task.status, task.due_at, task.tries) == ("open", NOW + 3 * DAY, 0)


@pytest.mark.parametrize("again_at", [None, NOW, NOW - HOUR, NOW + 800 * DAY])
def test_another_time_has_to_be_ahead(agent, again_at):
    task = make_task()

    with pytest.raises(ValueError, match="still ahead"):
        staff_tasks.note_result(task, result="later", words="", at=NOW, by=agent.pk, again_at=again_at)

    assert not task.history.exists()


def test_a_result_belongs_to_its_kind_of_task(agent):
    task = make_task(kind="card")

    with pytest.raises(ValueError, match="Choose what came of it"):
        staff_tasks.note_result(task, result="reached", words="", at=NOW, by=agent.pk)

    assert StaffTask.objects.open().count() == 1


def test_the_first_answer_stands(agent):
    task = make_task()

    assert staff_tasks.note_result(task, result="reached", words="", at=NOW, by=agent.pk)
    assert not staff_tasks.note_result(task, result="not_needed", words="", at=NOW + HOUR, by=agent.pk)

    task.refresh_from_db()
    assert (task.result, told("task.closed")) == ("reached", ["reached"])


def test_a_task_closed_by_mistake_is_open_again_within_the_day_and_closes_anew(agent):
    task = make_task()
    staff_tasks.note_result(task, result="reached", words="Wrong one", at=NOW, by=agent.pk)

    staff_tasks.take_back(task, at=NOW + HOUR, by=agent.pk)
    task.refresh_from_db()
    assert (task.status, task.result, task.outcome, task.done_at) == ("open", "", "", None)
    staff_tasks.note_result(task, result="wants", words="", at=NOW + 2 * HOUR, by=agent.pk)

    assert told("task.closed") == ["reached", "wants"]
    assert [one.result for one in task.history.all()] == ["wants", "reopened", "reached"]


def test_a_task_of_yesterday_is_not_taken_back(agent):
    task = make_task()
    staff_tasks.note_result(task, result="reached", words="", at=NOW, by=agent.pk)

    with pytest.raises(ValueError, match="only on the day"):
        staff_tasks.take_back(task, at=NOW + DAY, by=agent.pk)

    task.refresh_from_db()
    assert task.status == "done"


def test_the_story_tells_what_came_of_a_task(agent):
    task = make_task()
    staff_tasks.note_result(task, result="reached", words="All is well", at=NOW + HOUR, by=agent.pk)

    entries = [(entry.title, entry.detail) for entry in story(task.customer) if entry.kind == "task"]

    assert entries == [("Done: Call them", "All is well · support"), ("Task: Call them", "")]


def test_shipping_closes_what_never_got_into_the_parcel(agent):
    order = make_order()
    task = make_task(order.customer, kind="gift", order=order, is_for_parcel=True)

    orders.ship(order, at=NOW + HOUR)

    task.refresh_from_db()
    assert (task.status, task.result, task.outcome) == ("dropped", "missed", "The parcel left without it.")


@pytest.mark.parametrize("verb", [orders.deliver, orders.cancel])
def test_nothing_goes_into_a_parcel_that_is_gone_or_will_never_be(verb):
    order = make_order()
    task = make_task(order.customer, kind="gift", order=order, is_for_parcel=True)

    verb(order, at=NOW + HOUR)

    task.refresh_from_db()
    assert (task.status, task.result) == ("dropped", "missed")


def test_staff_ship_only_when_the_gift_lies_in_the_parcel(client, agent):
    order = make_order(number="A-1")
    task = make_task(order.customer, kind="gift", order=order, is_for_parcel=True)
    ship, page = (
        reverse("admin:crm_order_do", args=[order.pk, "ship"]),
        reverse("admin:crm_order_change", args=[order.pk]),
    )

    client.post(ship)
    refused = client.get(page).text
    order.refresh_from_db()
    assert order.shipped_at is None
    assert "Put into the parcel" in refused
    assert "Still to go into the parcel: Call them" in refused
    client.post(reverse("admin:crm_stafftask_do", args=[task.pk, "done"]))
    client.post(ship)

    order.refresh_from_db()
    assert order.shipped_at


def test_there_is_no_parcel_of_an_order_that_has_left():
    order = make_order(shipped_at=NOW)

    with pytest.raises(ValueError, match="no parcel"):
        make_task(order.customer, kind="gift", order=order, is_for_parcel=True)

    assert not StaffTask.objects.exists()


def form(**changes):
    return {
        "kind": "call",
        "title": "Call Ann",
        "script": "Hello",
        "when": "tomorrow",
        "due_at": "",
        "owner": "",
        "owner_group": "",
        "order": "",
        "address": "",
        "postal_code": "",
        "city": "",
        "token": uuid.uuid4().hex,
        **changes,
    }


def ask(client, customer, **changes):
    return client.post(reverse("admin:crm_customer_task", args=[customer.pk]), form(**changes))


def test_a_task_is_asked_for_by_hand_once(client, agent):
    ann, token = make_customer(), uuid.uuid4().hex

    ask(client, ann, token=token, owner=agent.pk)
    ask(client, ann, token=token, owner=agent.pk)

    task = StaffTask.objects.get()
    assert (task.kind, task.title, task.owner, task.asked_by) == ("call", "Call Ann", agent, agent)
    assert task.due_at == quick_moments.picked("tomorrow", timezone.now())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "card"}, "Where does it go?"),
        ({"kind": "gift"}, "Where does it go?"),
        ({"kind": "gift", "is_for_parcel": "on"}, "Choose the order whose parcel"),
        ({"when": "exact"}, "Name a moment that is still ahead"),
        ({"when": "exact", "due_at": "2020-01-01T10:00"}, "Name a moment that is still ahead"),
        ({"title": ""}, "This field is required."),
        ({"kind": "dance"}, "Select a valid choice"),
    ],
)
def test_what_a_task_lacks_is_said_in_words(client, agent, changes, words):
    ann = make_customer()

    response = ask(client, ann, **changes)

    assert response.status_code == 400
    assert words in response.text
    assert not StaffTask.objects.exists()


def test_the_address_typed_for_a_card_is_theirs_from_now_on(client, agent):
    ann = make_customer()

    ask(client, ann, kind="card", address="Rose Lane 5", city="Bath", postal_code="BA1")

    ann.refresh_from_db()
    assert (ann.address, ann.city, ann.postal_code) == ("Rose Lane 5", "Bath", "BA1")
    assert ann.told.keys() >= {"address", "city"}
    assert StaffTask.objects.get().kind == "card"


def test_an_address_nobody_knows_is_found_out_first(client, agent):
    ann = make_customer(first_name="Ann")

    ask(client, ann, kind="card", when="week", find_address="on")

    asked, card = StaffTask.objects.order_by("due_at")
    assert (asked.kind, asked.reason, asked.title) == ("call", "address", "Find out the address of Ann")
    assert (card.kind, asked.due_at < card.due_at) == ("card", True)


def test_ready_words_know_the_customer_and_what_they_bought(client, agent):
    ann = make_customer(first_name="Ann")
    order = make_order(customer=ann, product=make_product(name="Kettle"))
    page = client.get(reverse("admin:crm_customer_task", args=[ann.pk]), {"ready": "gift", "order": order.pk})

    initial = page.context["form"].initial
    assert (initial["kind"], initial["is_for_parcel"], initial["order"]) == ("gift", True, order)
    assert initial["title"] == "Put a gift into the parcel of Ann"
    assert "Kettle" in initial["script"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_ready_words_read_well_when_nothing_is_known(name):
    ready = filled(SCRIPTS[name], Customer(pk=7), None)

    assert "%(" not in ready.title + ready.words
    assert len(ready.title) <= 200


def test_the_page_of_a_task_calls_and_closes(client, agent):
    task = make_task(make_customer(phone="+447700900123"))
    page = reverse("admin:crm_stafftask_change", args=[task.pk])

    assert 'href="tel:+447700900123"' in client.get(page).text
    client.post(reverse("admin:crm_stafftask_do", args=[task.pk, "result"]), {"result": "not_reached", "again": "hour"})
    assert "Not reached" in client.get(page).text
    client.post(reverse("admin:crm_stafftask_do", args=[task.pk, "result"]), {"result": "reached", "outcome": "Fine"})

    task.refresh_from_db()
    assert (task.status, task.result, task.tries) == ("done", "reached", 1)
    assert "That was a mistake: open it again" in client.get(page).text


def test_words_of_a_refused_answer_are_not_lost(client, agent):
    task = make_task()
    page = reverse("admin:crm_stafftask_change", args=[task.pk])
    answer = {"result": "later", "again_at": "2020-01-01T10:00", "outcome": "After six, please"}

    client.post(reverse("admin:crm_stafftask_do", args=[task.pk, "result"]), answer)

    text = client.get(page).text
    assert "After six, please" in text
    assert "a moment that is still ahead" in text


def test_chosen_tasks_are_given_to_a_colleague(client, agent):
    bob = User.objects.create_user("bob", is_staff=True)
    tasks = [make_task(), make_task()]
    chosen = {"action": "give", "_selected_action": [task.pk for task in tasks]}

    client.post(reverse("admin:crm_stafftask_changelist"), {**chosen, "owner": bob.pk})

    assert StaffTask.objects.filter(owner=bob).count() == 2


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"whose": "mine"}, {"Mine", "Of my group"}),
        ({"whose": "own"}, {"Mine"}),
        ({"whose": "nobodys"}, {"Of my group", "Nobody's"}),
        ({"state": "overdue"}, {"Nobody's"}),
        ({"state": "again"}, {"Mine"}),
        ({"state": "closed"}, {"Closed"}),
    ],
)
def test_the_list_shows_whose_and_which(client, agent, query, titles):
    now, ann = timezone.now(), make_customer()
    bob = User.objects.create_user("bob", is_staff=True)
    later = {"at": now, "due_at": now + DAY}
    mine = staff_tasks.open_task(ann, title="Mine", kind="call", owner=agent, **later)
    staff_tasks.note_result(mine, result="not_reached", words="", at=now, by=agent.pk, again_at=now + DAY)
    staff_tasks.open_task(ann, title="Of my group", owner_group=agent.groups.get(), **later)
    staff_tasks.open_task(ann, title="Nobody's", at=now, due_at=now - HOUR)
    staff_tasks.open_task(ann, title="Bob's", owner=bob, **later)
    closed = staff_tasks.open_task(ann, title="Closed", owner=bob, **later)
    staff_tasks.close_task(closed, status="done", outcome="", at=now, by=agent.pk)

    page = client.get(reverse("admin:crm_stafftask_changelist"), query)

    assert {task.title for task in page.context["cl"].result_list} == titles


def test_a_task_stands_on_the_page_of_its_customer(client, agent):
    customer = make_customer()
    task = make_task(customer)
    staff_tasks.note_result(task, result="wants", words="A bigger one", at=NOW, by=agent.pk)

    text = client.get(reverse("admin:crm_customer_change", args=[customer.pk])).text

    assert "A bigger one" in text
    assert "wants something" in text


def test_the_spent_sum_is_less_what_was_given_back(client, agent):
    order = make_order(total=Decimal(50))
    orders.return_goods(order, at=NOW, amount=Decimal(20))

    page = client.get(reverse("admin:crm_customer_change", args=[order.customer_id]))

    spent = dict(page.context["main_sections"])["crm/admin/card/who.html"]["spent"]
    assert [(one.currency, one.amount) for one in spent] == [("EUR", 30)]
