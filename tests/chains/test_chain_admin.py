"""A marketer at work on chains, by the forms the browser would send."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from chains.definition import publishing
from chains.engine.run import tick
from chains.models import Chain, Enrolment, StaffTask, Step, Touch
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


PUBLISH = {"chains_chain_save_and_publish": "1"}
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


def test_a_new_chain_is_saved_and_published_with_its_steps(marketer):
    answer = marketer.post(f"{LIST}add/", form())
    assert answer.status_code == 302, answer.context["errors"]
    chain = Chain.objects.get(name="After an order")
    Step.objects.create(chain=chain, **message(name="Thanks"))

    answer = marketer.post(page_of(chain), form() | PUBLISH, follow=True)
    question = answer.redirect_chain[-1][0]
    answer = marketer.post(question, {"agreed": answer.context["agreed"], "past": "none"}, follow=True)

    chain.refresh_from_db()
    assert "Published as version 1." in answer.content.decode()
    assert chain.status == "live"
    assert [step["kind"] for step in chain.version.program["steps"]] == ["message"]


def test_what_a_form_lacks_is_said_at_its_place(marketer):
    answer = marketer.post(f"{LIST}add/", form(trigger="last_order", goal="rule"))

    said = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Say how many days after the last order.", "Say what the goal is."):
        assert words in said
    assert not Chain.objects.filter(name="After an order").exists()


def test_a_chain_with_marketing_first_is_saved_but_not_published(marketer):
    chain = draft_chain(marketing(name="offer"))

    answer = marketer.post(page_of(chain), form() | PUBLISH, follow=True)

    said = answer.content.decode()
    assert "a service message must come first" in said
    chain.refresh_from_db()
    assert (chain.name, chain.status) == ("After an order", "draft")


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

    said = marketer.get(page_of(chain)).content.decode()

    assert "wait for 3 days" in said
    assert "2 customers are here" in said
    assert "no address 1" in " ".join(said.split())


def test_a_changed_draft_says_that_the_published_version_runs(marketer):
    chain = live_chain(message(name="Thanks"))
    assert "changed since it was published" not in marketer.get(page_of(chain)).content.decode()

    Step.objects.filter(chain=chain).update(late_after_hours=5)

    assert "changed since it was published" in marketer.get(page_of(chain)).content.decode()


@pytest.mark.parametrize("path", ["chain", "touch", "enrolment", "stafftask"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(marketer, path, django_assert_max_num_queries):
    chain = live_chain(message(), task("Call"))
    for number in range(3):
        live_chain(message(), name=f"Another {number}")
    make_order(placed_at=NOW + HOUR)
    tick(NOW + HOUR)
    fill_due(chain, customers=60)

    with django_assert_max_num_queries(25):
        answer = marketer.get(f"/admin/chains/{path}/")

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

    admin_client.post(reverse("admin:chains_stafftask_do", args=[made.pk, "done"]), {"outcome": "All is well"})
    admin_client.post(reverse("admin:chains_stafftask_do", args=[made.pk, "drop"]), {"outcome": "Too late"})

    made.refresh_from_db()
    assert (made.status, made.outcome, made.done_by.username) == ("done", "All is well", "admin")
    assert "All is well" in admin_client.get(f"/admin/chains/stafftask/{made.pk}/change/").content.decode()


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

    with django_assert_max_num_queries(24):
        response = marketer.get(page_of(chain))

    assert response.content.decode().count("Letter") >= steps
