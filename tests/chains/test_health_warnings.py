"""What the health check warns of, and the list before publishing with a manager's decisions on it."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chains.admin.chain_page import PIECE_HEADER
from chains.definition.checks import problems, warnings
from chains.definition.checks.overriding import override
from chains.definition.checks.ways import Met, Way, most_within, touches, ways_through
from chains.definition.launch import launch_list
from chains.definition.publishing import NotPublishable, publish
from chains.definition.tree import tree_of
from chains.messages.written import Block
from chains.models import HealthOverride, TestOrder
from crm.models import Category
from tests.chains.factories import (
    branch,
    draft_chain,
    leave,
    live_chain,
    make_template,
    marketing,
    message,
    split,
    task,
    until,
    wait,
    write,
)
from tests.conftest import NOW, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

ARRIVED = {"since": "delivered"}
REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


def codes(chain, shop):
    return sorted({one.code.value for one in warnings(chain, shop, tree_of(chain))} - {"buyers_alike", "first_message"})


def coupon(**fields):
    return {"kind": "change", "change": "coupon", "coupon_kind": "percent", "coupon_value": 10, **fields}


def letters(count, days):
    return [step for _each in range(count) for step in (message(subject=f"Letter {_each}"), wait(days))][:-1]


@pytest.mark.parametrize(
    ("told", "steps", "found"),
    [
        ("calm", lambda: letters(5, 2), []),
        ("too many", lambda: letters(6, 2), ["many_messages"]),
        ("spread out", lambda: letters(8, 8), []),
        ("calls count", lambda: [*letters(5, 2), wait(2), task()], ["many_messages"]),
        ("of either arm only one", lambda: [split((1, *letters(4, 2)), (1, *letters(4, 2))), wait(2), message()], []),
        ("whoever left gets no more", lambda: [branch((REPEAT, *letters(4, 1), leave()), (None,)), *letters(4, 1)], []),
        ("nothing behind a wait", lambda: [message(), wait()], ["not_needed"]),
        ("empty arms", lambda: [branch((REPEAT,), (None,)), message()], ["not_needed"]),
        ("two at once", lambda: [message(subject="A"), message(subject="B")], ["not_needed"]),
        ("one subject", lambda: [message(subject="A"), wait(), message(subject="a ")], ["same_subject"]),
        ("in the quiet hours", lambda: [message(at_hour=22)], ["quiet_hours"]),
        ("after the quiet hours", lambda: [message(at_hour=10)], []),
        (
            "a coupon of a day",
            lambda: [message(), coupon(coupon_days=1), wait(), message(subject="B")],
            ["coupon_term"],
        ),
        ("by SMS alone", lambda: [message(), wait(), message(subject="B", channels=["sms"])], ["some_channel"]),
    ],
)
def test_warnings_of_a_chain(shop, told, steps, found):
    assert codes(draft_chain(*steps()), shop) == found


def test_the_same_letter_again_is_not_needed(shop):
    template = make_template()
    again = draft_chain(message(template=template), wait(), message(template=template))
    either = draft_chain(split((1, message(template=template)), (1, message(template=template))))

    assert codes(again, shop) == ["not_needed"]
    assert codes(either, shop) == []


def test_where_nothing_can_leave_there_is_nothing_to_publish(shop):
    by_sms = draft_chain(message(template=make_template(channel="sms", subject=""), channels=["sms"]))

    assert problems(by_sms, shop) == ["SMS (phone) is not connected."]


@pytest.mark.parametrize(
    ("told", "fields", "steps", "is_alike"),
    [
        ("alike", {}, lambda: [message()], True),
        ("for the first order", {"audience_rule": REPEAT}, lambda: [message()], False),
        ("a branch", {}, lambda: [branch((REPEAT, message()), (None, message()))], False),
        ("another question", {}, lambda: [branch(({"all": [{"field": "vip"}]}, message()), (None,))], False),
        ("no order in it", {"event": "segment.entered"}, lambda: [message()], False),
    ],
)
def test_new_and_repeat_buyers_are_told_apart(shop, told, fields, steps, is_alike):
    chain = draft_chain(*steps(), **fields)

    assert ("buyers_alike" in {one.code.value for one in warnings(chain, shop, tree_of(chain))}) is is_alike


def test_only_the_first_message_after_an_order_answers_five_questions(shop):
    chain = draft_chain(branch((REPEAT, message()), (None,)), wait(), message(), wait(), message())
    later = draft_chain(message(), event="order.delivered")

    def firsts(chain):
        found = warnings(chain, shop, tree_of(chain))
        return [one.place.number for one in found if one.code.value == "first_message"]

    assert firsts(chain) == ["1a.1", "3"]
    assert firsts(later) == []


def test_an_offer_continues_the_purchase(shop):
    kettles, filters = Category.objects.create(name="Kettles"), Category.objects.create(name="Filters")
    about_kettles = {"all": [{"field": "order_category", "operator": "has", "value": [str(kettles.pk)]}]}
    steps = message(), wait(1, **ARRIVED), coupon(coupon_category=filters), marketing(subject="B")

    def upsells():
        chain = draft_chain(*steps, audience_rule=about_kettles)
        return [str(one) for one in warnings(chain, shop, tree_of(chain)) if one.code.value == "upsell"]

    assert len(upsells()) == 1
    assert "“Filters” has no relation to the goods this chain is about." in upsells()[0]

    kettle, filter_ = make_product(category="Kettles"), make_product(category="Filters")
    kettle.relations.create(related=filter_, kind="consumable")

    assert upsells() == []


@pytest.mark.parametrize(("kind", "source"), [("recommendations", {"source": "chosen"}), ("bundle", {})])
def test_products_that_a_letter_names_continue_the_purchase_too(shop, kind, source):
    kettle, filter_, pot = (make_product(name=name, category=f"{name}s") for name in ("Kettle", "Filter", "Pot"))
    kettle.relations.create(related=filter_, kind="consumable")
    about_kettle = {"all": [{"field": "order_product", "operator": "has", "value": [kettle.sku]}]}
    template = make_template(purpose="marketing")
    chain = draft_chain(message(), wait(1, **ARRIVED), marketing(template=template), audience_rule=about_kettle)

    def upsells(*products, rule=None, **more):
        for language in ("en", "ru"):
            content = source | {"products": [one.pk for one in products]} | more
            write(template, language, blocks=[Block(kind, content, rule)])
        return [one.words for one in warnings(chain, shop, tree_of(chain)) if one.code.value == "upsell"]

    assert upsells(filter_, kettle) == []
    assert upsells(filter_, pot) == [f"“{pot}” has no relation to the goods this chain is about."]
    assert upsells(pot, rule=REPEAT) == []
    assert upsells(pot, source="related_next") == []


def test_chains_for_the_same_occasion_collide_over_the_weekly_limit(shop):
    live_chain(message(), wait(5, **ARRIVED), marketing(subject="B"), name="Accessories")
    mine = [message(subject="C"), wait(5, **ARRIVED), task(), marketing(subject="D"), wait(1), marketing(subject="E")]
    chain = draft_chain(*mine)
    others = draft_chain(*mine, event="segment.entered")

    found = [str(one) for one in warnings(chain, shop, tree_of(chain)) if one.code.value == "collision"]

    assert found == ["Together with “Accessories” more comes in one week than the weekly limit of 3 lets through."]
    assert "collision" not in codes(others, shop)


def test_ways_know_the_days(shop):
    chain = draft_chain(message(), wait(3, **ARRIVED), until("link.clicked", amount=4, ran_out=[message(name="late")]))
    from chains.definition.checks.ways import outline

    days = {tuple(met.day for met in touches(way)) for way in ways_through(outline(tree_of(chain)))}

    assert days == {(0,), (0, 10)}
    assert most_within([0, 1, 2, 9, 10, 10.5, 11], 3) == (4, 9)
    assert touches(Way(met=(Met("a", "wait", "", 0),))) == ()


def test_the_launch_list_says_what_the_shop_lacks(shop):
    shop.sender_address = "kettles@gmail.com"
    chain = draft_chain(message(), wait(1, **ARRIVED), marketing(subject="B"))
    make_customer(language="ru")

    before = launch_list(chain, shop, NOW)
    TestOrder.objects.create(chain=chain, asked_by=User.objects.create_user("ann"), language="en", asked_at=NOW)
    make_order(customer=make_customer(), placed_at=NOW - dt.timedelta(days=1))
    after = launch_list(chain, shop, NOW)

    assert before.may_launch
    lacking = {one.code.value for one in before.warnings}
    assert {"outbox_only", "sender", "language", "silent_trigger", "not_tested"} <= lacking
    assert {"silent_trigger", "not_tested"}.isdisjoint({one.code.value for one in after.warnings})
    assert any("happened 1 time in the last 7 days" in words for words in after.ready)


def test_the_list_takes_as_many_queries_for_many_steps(shop):
    def queries(chain):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            launch_list(chain, shop, NOW)
        return len(taken)

    few = draft_chain(message(), wait(), message(subject="B"))
    many = draft_chain(*[step for number in range(12) for step in (message(subject=f"L{number}"), wait())])

    assert queries(many) == queries(few)


@pytest.fixture
def hasty(shop):
    """A chain that sells before the delivery."""
    return draft_chain(message(), marketing(subject="B", name="Offer"))


def manager():
    user = User.objects.create_user("maria", is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    return user


def test_a_manager_overrides_a_rule_until_its_step_changes(shop, hasty):
    (finding,) = launch_list(hasty, shop, NOW).blocking
    assert "marketing must not come before the delivery" in str(finding)
    with pytest.raises(NotPublishable):
        publish(hasty, NOW)

    override(hasty, finding, " It is a service that begins at once. ", manager(), NOW)
    override(hasty, finding, "Twice", None, NOW)

    decided = HealthOverride.objects.get()
    assert decided.reason == "It is a service that begins at once."
    launch = launch_list(hasty, shop, NOW)
    assert launch.may_launch
    assert [one.decision for one in launch.overridden] == [decided]
    publish(hasty, NOW)

    hasty.steps.filter(name="Offer").update(template=make_template(purpose="marketing", words="Other words."))
    assert not launch_list(hasty, shop, NOW).may_launch
    with pytest.raises(NotPublishable):
        publish(hasty, NOW)


def test_what_comes_behind_leaves_a_decision_as_it_is(shop, hasty):
    (finding,) = launch_list(hasty, shop, NOW).blocking
    override(hasty, finding, "So it is.", manager(), NOW)

    hasty.steps.create(position=9, **message(name="Later"))

    assert launch_list(hasty, shop, NOW).may_launch


@pytest.mark.parametrize(
    ("told", "words", "reason"),
    [("no reason", "Say why", "  "), ("endless", "at most 1000", "x" * 1001)],
)
def test_a_decision_needs_its_reason(shop, hasty, told, words, reason):
    (finding,) = launch_list(hasty, shop, NOW).blocking

    with pytest.raises(ValueError, match=words):
        override(hasty, finding, reason, manager(), NOW)

    assert not HealthOverride.objects.exists()


def test_what_must_be_mended_cannot_be_overridden(shop):
    (finding,) = launch_list(draft_chain(wait()), shop, NOW).blocking

    with pytest.raises(ValueError, match="has to be mended"):
        override(draft_chain(wait()), finding, "I want to.", manager(), NOW)


def test_managers_decide_on_the_page_and_take_it_back(shop, hasty, client):
    client.force_login(manager())
    page = client.get(reverse("admin:chains_chain_change", args=[hasty.pk]))
    assert "Publish in spite of it…" in page.text
    (finding,) = launch_list(hasty, shop, NOW).blocking
    asked = {"code": finding.code.value, "step": finding.place.step, "basis": finding.basis, "reason": "A service."}

    client.post(reverse("admin:chains_chain_override", args=[hasty.pk]), asked | {"basis": "of yesterday"})
    assert not HealthOverride.objects.exists()
    client.post(reverse("admin:chains_chain_override", args=[hasty.pk]), asked)
    decided = HealthOverride.objects.get()
    page = client.get(reverse("admin:chains_chain_change", args=[hasty.pk]))
    assert "A service." in page.text
    assert "maria" in page.text

    client.post(reverse("admin:chains_chain_withdraw", args=[hasty.pk, decided.pk]))
    decided.refresh_from_db()
    assert decided.withdrawn_at
    assert not launch_list(hasty, shop, NOW).may_launch


def test_a_marketer_reads_the_list_and_does_not_decide(shop, hasty, client):
    user = User.objects.create_user("mark", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)

    page = client.get(reverse("admin:chains_chain_publish", args=[hasty.pk]), headers={PIECE_HEADER: "1"})
    answer = client.post(reverse("admin:chains_chain_override", args=[hasty.pk]), {"reason": "Mine."})

    assert "Before it can be published" in page.text
    assert "Before the parcel is there nobody is glad of another offer" in page.text
    assert "Publish in spite of it…" not in page.text
    assert answer.status_code == 403
    assert not HealthOverride.objects.exists()
