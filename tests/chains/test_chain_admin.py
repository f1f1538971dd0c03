"""A marketer at work on chains, by the forms the browser would send."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from chains.definition import publishing
from chains.engine.run import tick
from chains.models import Chain, Enrolment, Step, Touch
from chains.results import rollups
from crm.models import StaffTask
from tests.chains.factories import draft_chain, fill_due, live_chain, make_template, marketing, message, task, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
LIST = "/admin/chains/chain/"


@pytest.fixture(autouse=True)
def kettle_shop(shop):
    return shop


@pytest.fixture
def marketer(client):
    user = User.objects.create_user("marketer", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


def page_of(chain):
    return reverse("admin:chains_chain_change", args=[chain.pk])


CHAIN = {
    "name": "After an order",
    "trigger": "event",
    "trigger_event": "order.placed",
    "trigger_days": "0",
    "trigger_hour": "10",
    "trigger_clock": "customer",
    "trigger_every": "week",
    "trigger_day": "1",
    "trigger_month": "1",
    "surge_span": "hour",
    "re_entry": "per_order",
    "re_entry_days": "365",
    "goal": "",
    "exit_on_cancel": "on",
    "priority": "5",
    "control_share": "0",
}


def form(**fields):
    """What the page posts: the chain's own fields; its steps have pages of their own."""
    return CHAIN | fields


PIECE = {"X-Encore-Piece": "1"}


def part_of(chain, part):
    return f"{page_of(chain)}?part={part}"


def test_a_new_chain_is_named_put_together_and_published_on_one_page(marketer):
    answer = marketer.post(f"{LIST}add/", form())
    chain = Chain.objects.get(name="After an order")
    assert answer.url == page_of(chain)
    Step.objects.create(chain=chain, **message(name="Thanks"))

    publish = reverse("admin:chains_chain_publish", args=[chain.pk])
    question = marketer.get(publish, headers=PIECE)
    answer = marketer.post(publish, {"agreed": question.context["agreed"], "past": "none"})

    chain.refresh_from_db()
    assert answer.json()["said"] == "Published as version 1."
    assert chain.status == "live"
    assert [step["kind"] for step in chain.version.program["steps"]] == ["message"]


@pytest.mark.parametrize(
    ("part", "fields", "words"),
    [
        ("start", {"trigger": "last_order"}, "Say how many days after the last order."),
        ("start", {"trigger": "moment"}, "Choose the day."),
        ("end", {"goal": "rule"}, "Say what the goal is."),
        ("control", {"control_share": "51"}, "less than or equal to 50"),
        ("about", {"name": ""}, "required"),
    ],
)
def test_what_a_part_of_the_chain_lacks_is_said_at_its_place(marketer, part, fields, words):
    chain = draft_chain()

    answer = marketer.post(part_of(chain, part), form(**fields))

    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert not chain.draft_states.exists()


def test_a_part_changes_nothing_but_its_own_fields_and_is_undone(marketer):
    chain = draft_chain(message(), control_share=0)
    page = marketer.get(part_of(chain, "control"), headers=PIECE).content.decode()
    assert ("control_share" in page, "trigger_event" in page) == (True, False)

    answer = marketer.post(part_of(chain, "control"), {"control_share": "10", "name": "Another", "seen": ""}).json()

    chain.refresh_from_db()
    assert (answer["said"], chain.control_share, chain.name == "Another") == (
        "Changed: Does it cause anything?",
        10,
        False,
    )
    marketer.post(reverse("admin:chains_chain_act", args=[chain.pk]), {"verb": "undo"})
    chain.refresh_from_db()
    assert chain.control_share == 0


def test_who_saves_onto_another_marketers_act_is_told_and_shown_it(marketer):
    chain = draft_chain(message(), control_share=0)
    marketer.post(part_of(chain, "control"), {"control_share": "10", "seen": ""})

    answer = marketer.post(part_of(chain, "control"), {"control_share": "20", "seen": ""})

    chain.refresh_from_db()
    assert (answer.status_code, chain.control_share) == (409, 10)
    assert "marketer changed this chain meanwhile (Changed: Does it cause anything?)" in answer.json()["said"]
    assert f'data-state="{chain.draft_state_id}"' in answer.json()["html"]


def test_who_may_only_read_reads_rules_in_words(client):
    user = User.objects.create_user("manager", is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    client.force_login(user)
    chain = draft_chain(message(), audience_rule={"all": [{"field": "city", "operator": "is", "value": ["Rome"]}]})

    said = client.get(part_of(chain, "start"), headers=PIECE).content.decode()

    assert "City: Rome" in said
    assert "operator" not in said
    assert client.post(part_of(chain, "start"), form()).status_code == 403


FOR_ADVERTS, RUSSIAN = {"purpose": "marketing"}, {"languages": ["ru"]}


@pytest.mark.parametrize(
    ("told", "steps", "fields", "problem"),
    [
        ("nothing to do", lambda: [wait()], {}, "nothing to send or to do"),
        ("no template", lambda: [{"kind": "message"}], {}, "choose a template"),
        (
            "another purpose",
            lambda: [message(template=make_template(**FOR_ADVERTS))],
            {},
            "is Marketing, but the step is Service",
        ),
        ("no text", lambda: [message(template=make_template(**RUSSIAN))], {}, "has no text in English"),
        ("a placeholder", lambda: [message(subject="{{ customer.frist_name }}")], {}, "frist_name"),
        ("an offer first", lambda: [message(), marketing()], {}, "marketing must not come before the delivery"),
        (
            "an order's date",
            lambda: [wait(1, since="delivered"), message()],
            {"trigger": "birthday"},
            "has no order to count from",
        ),
    ],
)
def test_what_stands_in_the_way_of_publishing_is_said_in_words(told, steps, fields, problem):
    chain = draft_chain(*steps(), **fields)

    with pytest.raises(publishing.NotPublishable, match=problem):
        publishing.publish(chain, NOW)

    chain.refresh_from_db()
    assert (chain.status, chain.version) == ("draft", None)


@pytest.mark.parametrize("field", ["support_contact", "reply_address"])
def test_a_shop_that_cannot_be_asked_publishes_nothing(shop, field):
    setattr(shop, field, "")
    shop.save()

    with pytest.raises(publishing.NotPublishable):
        publishing.publish(draft_chain(message()), NOW)


def test_marketing_may_follow_a_wait_for_the_delivery():
    chain = draft_chain(message(), wait(3, since="delivered"), marketing())

    publishing.publish(chain, NOW)

    chain.refresh_from_db()
    assert chain.is_live


def test_pause_resume_copy_and_archive_are_buttons(marketer):
    chain = live_chain(message(name="first"), wait(1))

    resume = reverse("admin:chains_chain_resume", args=[chain.pk])

    def do(verb):
        return reverse("admin:chains_chain_do", args=[chain.pk, verb])

    for address, status in ((do("pause"), "paused"), (resume, "live"), (do("archive"), "archived")):
        marketer.post(address, {"decision": "send"})
        chain.refresh_from_db()
        assert chain.status == status
    marketer.post(reverse("admin:chains_chain_do", args=[chain.pk, "duplicate"]))

    copy = Chain.objects.get(name=f"{chain.name} (copy)")
    assert (copy.status, copy.steps.count(), copy.version) == ("draft", 2, None)
    assert not set(copy.steps.values_list("key", flat=True)) & set(chain.steps.values_list("key", flat=True))


def test_copies_have_names_of_their_own_however_many_and_long(marketer):
    chain = live_chain(message())
    Chain.objects.filter(pk=chain.pk).update(name="ы" * 200)
    copies = reverse("admin:chains_chain_do", args=[chain.pk, "duplicate"])

    for _click in range(3):
        marketer.post(copies)
    Chain.objects.get(name__endswith="(copy) 2").delete()
    marketer.post(copies)

    names = set(Chain.objects.filter(name__startswith="ы").exclude(pk=chain.pk).values_list("name", flat=True))
    assert {name.removeprefix("ы" * 170) for name in names} == {" (copy)", " (copy) 2", " (copy) 3"}


def test_the_page_shows_what_became_of_each_step(marketer):
    chain = live_chain(message(name="Thanks"), wait(3), message(name="Care"))
    make_order(placed_at=NOW + HOUR)
    make_order(placed_at=NOW + HOUR, customer=make_customer(email=""))
    tick(NOW + HOUR)
    Touch.objects.update(created_at=timezone.now())
    rollups.rebuild(timezone.now())

    said = marketer.get(page_of(chain)).content.decode()

    assert "Wait for 3 days" in said
    assert "2 customers are here" in said
    assert "no address 1" in " ".join(said.split())


def test_a_changed_draft_says_that_the_published_version_runs(marketer):
    chain = live_chain(message(name="Thanks"))
    assert "changed since it was published" not in marketer.get(page_of(chain)).content.decode()

    Step.objects.filter(chain=chain).update(late_after_hours=5)

    assert "changed since it was published" in marketer.get(page_of(chain)).content.decode()


@pytest.mark.parametrize("path", ["chains/chain", "chains/touch", "chains/enrolment", "crm/stafftask"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(marketer, path, django_assert_max_num_queries):
    chain = live_chain(message(), task("Call"))
    for number in range(3):
        live_chain(message(), name=f"Another {number}")
    make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    fill_due(chain, customers=60)

    with django_assert_max_num_queries(27):
        answer = marketer.get(f"/admin/{path}/")

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["chain", "chain/add", "touch", "enrolment"])
def test_support_does_not_change_chains(client, path):
    user = User.objects.create_user("support", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    chain = live_chain(message())

    assert client.post(reverse("admin:chains_chain_do", args=[chain.pk, "pause"])).status_code == 403
    if path == "chain/add":
        assert client.get(f"/admin/chains/{path}/").status_code == 403
    chain.refresh_from_db()
    assert chain.status == "live"


def test_a_staff_task_is_closed_with_its_outcome(admin_client):
    live_chain(task("Call"), event="order.delivered")
    make_order(placed_at=NOW - HOUR, delivered_at=NOW + HOUR)
    tick(NOW + HOUR)
    made = StaffTask.objects.get()

    admin_client.post(reverse("admin:crm_stafftask_do", args=[made.pk, "done"]), {"outcome": "All is well"})
    admin_client.post(reverse("admin:crm_stafftask_do", args=[made.pk, "drop"]), {"outcome": "Too late"})

    made.refresh_from_db()
    assert (made.status, made.outcome, made.done_by.username) == ("done", "All is well", "admin")
    assert "All is well" in admin_client.get(f"/admin/crm/stafftask/{made.pk}/change/").content.decode()


def test_uncertain_messages_are_settled_by_a_human(marketer):
    chain = live_chain(message())
    fill_due(chain, customers=2)
    first, second = Touch.objects.order_by("pk")
    Touch.objects.update(status="unknown", reason="interrupted")

    marketer.post("/admin/chains/touch/", {"action": "they_arrived", "_selected_action": [first.pk]})
    marketer.post("/admin/chains/touch/", {"action": "send_again", "_selected_action": [second.pk]})

    assert list(Touch.objects.order_by("pk").values_list("status", flat=True)) == ["sent", "scheduled"]


def test_staff_take_a_customer_out_of_a_chain(marketer):
    live_chain(message(name="first"), wait(1), message(name="second"))
    make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    enrolment = Enrolment.objects.get()

    marketer.post("/admin/chains/enrolment/", {"action": "take_out", "_selected_action": [enrolment.pk]})
    tick(NOW + 48 * HOUR)

    enrolment.refresh_from_db()
    assert (enrolment.status, enrolment.ending) == ("left", "by_hand")
    assert Touch.objects.count() == 1


def test_the_customers_story_tells_why_a_message_was_not_sent():
    from crm.story.story import story

    live_chain(marketing(name="Offer"), event="case.opened")
    customer = make_customer(consent=False)
    from crm.service.cases import open_case

    open_case(customer, kind="question", subject="How?", at=NOW + HOUR)
    tick(NOW + HOUR)

    details = [entry.detail for entry in story(customer)]
    assert any("Not sent: no consent" in detail for detail in details)


@pytest.mark.parametrize("steps", [2, 12])
def test_a_chains_page_takes_no_more_queries_for_more_steps(marketer, django_assert_max_num_queries, steps):
    chain = draft_chain(*(message(name=f"Letter {number}") for number in range(steps)))

    with django_assert_max_num_queries(37):
        response = marketer.get(page_of(chain))

    assert response.content.decode().count("Letter") >= steps
