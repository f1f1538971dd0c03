"""A test order: every message of a draft to the marketer's own address, and to nobody's figures."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from chains.definition.publishing import compiled
from chains.experiments.variants import prepare
from chains.messages.samples import SAMPLE_CODE
from chains.models import Enrolment, Step, TestOrder, TestOrderMessage, Touch
from chains.program import program
from chains.simulate.test_order import send
from chains.simulate.test_order.plan import plan
from crm.models import Coupon, Event
from tests.chains.factories import branch, draft_chain, leave, marketing, message, task, until, wait
from tests.conftest import NOW, make_customer, make_order

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
LOYAL = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


@pytest.fixture
def marketer(admin_user):
    admin_user.email = "marketer@kettle.example.com"
    admin_user.save()
    return admin_user


def walked(test_order, minutes=10):
    for number in range(minutes * 6):
        send.send_due(NOW + number * dt.timedelta(seconds=10))
    test_order.refresh_from_db()
    return test_order


def test_the_marketer_chooses_which_variant_of_an_experiment_comes(shop, marketer, client, mailoutbox):
    chain = draft_chain(message(name="Thanks", subject="Thanks"), message(name="Care", subject="Care"))
    experiment = prepare(chain.steps.get(name="Thanks"), "subject", 1)
    experiment.variants.get().template.texts.update(subject="Merci")
    client.force_login(marketer)
    address = reverse("admin:chains_chain_test_order", args=[chain.pk])

    page = client.get(address)
    client.post(address, {"language": "en", "customer": "", "variant": "B"})
    TestOrderMessage.objects.update(due_at=NOW)
    walked(TestOrder.objects.get())

    assert [letter for letter, _name in page.context["form"].fields["variant"].choices] == ["A", "B"]
    assert [letter.subject.partition("] ")[2] for letter in mailoutbox] == ["Merci", "Care"]
    assert list(TestOrderMessage.objects.values_list("name", flat=True)) == ["Thanks · B", "Care"]


def test_every_message_on_every_way_comes_to_the_marketer_with_its_day(shop, marketer, mailoutbox):
    chain = draft_chain(
        message(name="Thanks", subject="Thanks"),
        wait(3, since="delivered"),
        branch((LOYAL, message(name="A", subject="For the loyal")), (None, wait(1), message(name="B", subject="New"))),
        task("Call them", script="Ask how it is"),
        marketing(name="Offer", subject="Offer", at_hour=10),
    )

    test_order = walked(send.start(chain, marketer, "en", None, NOW))

    assert test_order.status == "done"
    assert [letter.subject for letter in mailoutbox] == [
        "[Test, day 0, 12:00] Thanks",
        "[Test, day 6, 12:00, only on the way “a”] For the loyal",
        "[Test, day 7, 12:00, only on the way “b”] New",
        "[Test, day 7, 12:00] Task for a colleague: Call them",
        "[Test, day 8, 10:00] Offer",
    ]
    assert {address for letter in mailoutbox for address in letter.to} == {marketer.email}
    assert mailoutbox[0].body.startswith("Test: would go out on day 0, 12:00")


def test_it_speaks_of_the_customer_chosen_and_counts_nowhere(shop, marketer, mailoutbox):
    customer = make_customer(first_name="Zoe")
    make_order(customer=customer, number="Z-1", placed_at=NOW - dt.timedelta(days=3))
    events = Event.objects.count()
    chain = draft_chain(message(subject="{{ customer.first_name }}, {{ order.number }}"))

    walked(send.start(chain, marketer, "en", customer, NOW))

    assert [letter.subject for letter in mailoutbox] == ["[Test, day 0, 12:00] Zoe, Z-1"]
    assert not Touch.objects.exists()
    assert not Enrolment.objects.exists()
    assert Event.objects.count() == events


def test_it_shows_the_coupon_a_step_would_issue_and_issues_none(shop, marketer, mailoutbox):
    customer = make_customer()
    coupon = {"kind": Step.Kind.CHANGE, "change": "coupon", "coupon_kind": "gift", "coupon_gift": "a mug"}
    words = "{{ coupon.code }}: {{ coupon.offer }} {{ coupon.until }}"
    chain = draft_chain(wait(3), coupon | {"coupon_days": 7}, message(subject=words))

    walked(send.start(chain, marketer, "en", customer, NOW))

    assert [letter.subject for letter in mailoutbox] == [
        f"[Test, day 3, 12:00] {SAMPLE_CODE}: a mug 20 March 2026",
    ]
    assert not Coupon.objects.exists()


def test_what_was_stopped_sends_no_more(shop, marketer, mailoutbox):
    test_order = send.start(draft_chain(message(), message(), message()), marketer, "en", None, NOW)
    send.send_due(NOW)

    assert send.stop(test_order)
    assert not send.stop(test_order)
    walked(test_order)

    assert (test_order.status, len(mailoutbox)) == ("stopped", 1)


def test_a_second_click_starts_no_second_one(shop, marketer, mailoutbox):
    chain = draft_chain(message())

    first, second = (send.start(chain, marketer, "en", None, NOW) for _ in range(2))
    walked(first)

    assert first == second
    assert (TestOrder.objects.count(), TestOrderMessage.objects.count(), len(mailoutbox)) == (1, 1, 1)


def test_a_wait_for_an_event_shows_both_ways_out(shop):
    chain = draft_chain(
        message(name="Ask"),
        until("case.opened", happened=[message(name="Sorry"), leave()], ran_out=[message(name="Glad")], amount=3),
        message(name="Later"),
    )

    planned = plan(program.parse(0, chain.pk, compiled(chain, shop)), NOW, ZoneInfo("UTC"))

    assert [(one.step.name, (one.at - NOW).days, one.branches) for one in planned] == [
        ("Ask", 0, ()),
        ("Sorry", 0, ("a",)),
        ("Glad", 3, ("b",)),
        ("Later", 3, ()),
    ]


def test_the_page_sends_shows_and_stops(shop, marketer, client, mailoutbox):
    client.force_login(marketer)
    chain = draft_chain(message(name="Thanks", subject="Thanks"), message(name="More"))
    page = reverse("admin:chains_chain_test_order", args=[chain.pk])

    assert "Send to marketer@kettle.example.com" in client.get(page).content.decode()
    client.post(page, {"language": "en", "customer": ""})
    test_order = TestOrder.objects.get()
    send.send_due(test_order.asked_at)
    shown = client.get(page).content.decode()
    client.post(reverse("admin:chains_chain_test_order_stop", args=[chain.pk, test_order.pk]))

    assert "Thanks" in shown
    assert "http-equiv" in shown
    test_order.refresh_from_db()
    assert (test_order.status, len(mailoutbox)) == ("stopped", 1)


def test_nobody_without_the_right_to_change_chains_sends_test_orders(shop, client, django_user_model):
    client.force_login(django_user_model.objects.create_user("bob", "bob@example.com", "x", is_staff=True))
    chain = draft_chain(message())

    assert client.post(reverse("admin:chains_chain_test_order", args=[chain.pk]), {"language": "en"}).status_code == 403
    assert not TestOrder.objects.exists()
