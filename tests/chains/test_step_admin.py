"""A marketer at work on the tree of steps, by the forms the browser would send."""

import json

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from chains.definition import editing
from chains.definition.tree import DEEPEST, MOST_STEPS, all_nodes, tree_of
from chains.models import BranchArm, Step
from tests.chains.factories import branch, draft_chain, leave, make_template, message, split, until, wait

pytestmark = pytest.mark.django_db

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
WAIT = {"wait": "time", "wait_amount": "1", "wait_unit": "days", "wait_from": "trigger", "if_unknown": "wait"} | {
    "wait_hour": "10",
    "wait_month_day": "1",
}


@pytest.fixture
def marketer(client):
    user = User.objects.create_user("marketer", is_staff=True)
    user.groups.add(Group.objects.get(name="Marketing"))
    client.force_login(user)
    return client


def add_url(chain, kind, arm=None, after=None):
    place = (
        f"chain={chain.pk}&kind={kind}" + (f"&arm={arm.pk}" if arm else "") + (f"&after={after.pk}" if after else "")
    )
    return f"{reverse('admin:chains_step_add')}?{place}"


def page_of(step):
    return reverse("admin:chains_step_change", args=[step.pk])


def arms_form(*arms, known=()):
    data = {"arms-TOTAL_FORMS": len(arms), "arms-INITIAL_FORMS": len(known)}
    for number, arm in enumerate(arms):
        own = arm | ({"id": known[number].pk} if number < len(known) else {})
        data |= {f"arms-{number}-{name}": value for name, value in own.items()}
    return data


def drawn(chain):
    return [(node.number, str(node.step)) for node in all_nodes(tree_of(chain))]


def test_steps_of_every_kind_are_added_at_their_place(marketer, shop):
    chain = draft_chain(message(name="first"), message(name="last"))
    first = chain.steps.get(name="first")
    task = {"name": "call", "purpose": "service", "due_days": "1", "late_after_hours": "72"}

    for kind, fields in (
        ("wait", WAIT | {"name": "pause"}),
        ("change", {"name": "mark", "change": "add_tag", "tag": "met"}),
        ("staff_task", task),
        ("message", {"name": "more", "purpose": "service", "template": make_template().pk, "late_after_hours": "72"}),
    ):
        answer = marketer.post(add_url(chain, kind, after=first), fields)
        assert answer.status_code == 302, answer.context["errors"]
        assert answer.url == f"/admin/chains/chain/{chain.pk}/change/#step-{Step.objects.latest('pk').pk}"
    marketer.post(add_url(chain, "leave"), {"name": "end"})

    assert [name for _number, name in drawn(chain)] == ["first", "more", "call", "mark", "pause", "last", "end"]


def test_a_branch_is_added_with_its_arms_and_one_for_everybody_else(marketer, shop):
    chain = draft_chain(message(name="first"))
    arms = arms_form(
        {"name": "Known", "rule": json.dumps(REPEAT)}, {"name": "New", "rule": json.dumps(REPEAT), "position": "1"}
    )

    answer = marketer.post(add_url(chain, "branch"), {"name": "Known?"} | arms)
    assert answer.status_code == 302, answer.context["errors"]
    step = chain.steps.get(kind="branch")
    known = step.arms.get(name="Known")
    marketer.post(add_url(chain, "wait", arm=known), WAIT | {"name": "inside"})

    assert [(arm.name, arm.rule) for arm in step.arms.all()] == [
        ("New", REPEAT),
        ("Known", REPEAT),
        ("everybody else", None),
    ]
    assert drawn(chain) == [("1", "first"), ("2", "Known?"), ("2b.1", "inside")]
    said = marketer.get(f"/admin/chains/chain/{chain.pk}/change/").content.decode()
    assert "Number of orders: at least 2" in said
    assert "Add a step to 2b" in said


def test_saving_a_branch_again_keeps_its_arms(marketer, shop):
    chain = draft_chain(branch((REPEAT, message(name="inside")), (None,)))
    step = chain.steps.get(kind="branch")
    (arm,) = step.arms.filter(rule__isnull=False)

    for _ in range(2):
        answer = marketer.post(
            page_of(step),
            {"name": "Known?", "lies_in": ""}
            | arms_form({"name": "Regulars", "rule": json.dumps(REPEAT)}, known=[arm]),
        )
        assert answer.status_code == 302, answer.context["errors"]

    assert [one.name for one in step.arms.all()] == ["Regulars", "b"]
    assert drawn(chain) == [("1", "Known?"), ("1a.1", "inside")]


def test_an_arm_that_holds_steps_is_not_deleted_with_them(marketer, shop):
    chain = draft_chain(split((1, message(name="inside")), (1,), (1,)))
    step = chain.steps.get(kind="split")
    known = list(step.arms.all())
    rows = [{"name": arm.name, "weight": "1"} for arm in known]
    rows[0]["DELETE"] = "on"

    answer = marketer.post(page_of(step), {"name": "", "lies_in": ""} | arms_form(*rows, known=known))

    assert "1 step lies in there: put it elsewhere or delete it first." in answer.content.decode()
    assert step.arms.count() == 3


def test_a_wait_for_an_event_gets_its_two_ways_out_and_gives_them_up_only_empty(marketer, shop):
    chain = draft_chain()
    event = WAIT | {"wait": "event", "wait_event": "order.paid", "wait_amount": "3", "wait_this_order": "on"}
    answer = marketer.post(add_url(chain, "wait"), event)
    assert answer.status_code == 302, answer.context["errors"]
    step = chain.steps.get()
    happened, ran_out = step.arms.all()
    assert ([happened.name, ran_out.name], step.wait_from) == (["it happened", "time ran out"], "arrival")
    marketer.post(add_url(chain, "leave", arm=ran_out), {"name": ""})

    answer = marketer.post(page_of(step), WAIT | {"name": "", "lies_in": ""})
    assert "1 step lies in there" in answer.content.decode()
    Step.objects.filter(kind="leave").delete()
    marketer.post(page_of(step), WAIT | {"name": "", "lies_in": ""})

    step.refresh_from_db()
    assert (step.wait, step.arms.count()) == ("time", 0)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("message", {"purpose": "service", "late_after_hours": "72"}, "Choose what the message says."),
        (
            "staff_task",
            {"purpose": "service", "due_days": "1", "late_after_hours": "72"},
            "Say what the colleague has to do.",
        ),
        ("wait", {"wait_amount": "-1"}, "Nobody can wait for less than no time."),
        ("wait", {"wait_amount": "4000"}, "less than or equal to 3650"),
        ("wait", {"wait": "date"}, "Say until which date."),
        ("wait", {"wait": "offset", "wait_from": "attribute"}, "Say which attribute holds the date."),
        ("wait", {"wait": "event"}, "Say until what happens."),
        ("wait", {"wait": "event", "wait_event": "custom"}, "Say which event."),
        ("wait", {"wait": "event", "wait_event": "order.paid", "wait_amount": "0"}, "Say how long at most."),
        (
            "wait",
            {"wait": "event", "wait_event": "order.paid", "wait_rule": '{"all": [{"field": "gone"}]}'},
            "Condition 1",
        ),
        ("change", {"change": "add_tag"}, "Say which tag."),
        ("change", {"change": "attribute", "attribute": "vip"}, "Say which attribute, and what it becomes."),
        ("branch", arms_form({"name": "", "rule": ""}), "required"),
        ("split", arms_form({"name": "a", "weight": "0"}, {"name": "b", "weight": "1"}), "greater than or equal to 1"),
    ],
)
def test_what_a_step_lacks_is_said_at_its_place(marketer, shop, kind, fields, words):
    chain = draft_chain()

    answer = marketer.post(add_url(chain, kind), (WAIT if kind == "wait" else {}) | fields)

    assert answer.status_code == 200
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not chain.steps.exists()


def test_steps_move_up_and_down_among_their_neighbours(marketer, shop):
    chain = draft_chain(
        message(name="a"), message(name="b"), branch((REPEAT, message(name="x"), message(name="y")), (None,))
    )

    for name, verb in (("b", "up"), ("b", "up"), ("x", "down"), ("x", "down")):
        marketer.post(reverse("admin:chains_step_do", args=[chain.steps.get(name=name).pk, verb]))

    assert drawn(chain) == [("1", "b"), ("2", "a"), ("3", "branch"), ("3a.1", "y"), ("3a.2", "x")]


def test_a_step_is_put_into_another_arm_with_all_that_lies_in_it(marketer, shop):
    chain = draft_chain(
        branch((REPEAT,), (None,), name="outer"), branch((REPEAT, message(name="x")), (None,), name="inner")
    )
    inner, outer = chain.steps.get(name="inner"), chain.steps.get(name="outer")
    (arm,) = inner.arms.filter(rule__isnull=False)
    into = outer.arms.last()
    form = {"name": "inner"} | arms_form({"name": arm.name, "rule": json.dumps(REPEAT)}, known=[arm])

    answer = marketer.post(page_of(inner), form | {"lies_in": into.pk})
    assert answer.status_code == 302, answer.context["errors"]
    assert drawn(chain) == [("1", "outer"), ("1b.1", "inner"), ("1b.1a.1", "x")]

    answer = marketer.post(page_of(inner), form | {"lies_in": arm.pk})
    assert answer.status_code == 200
    marketer.post(page_of(inner), form | {"lies_in": ""})
    assert drawn(chain) == [("1", "outer"), ("2", "inner"), ("2a.1", "x")]


def test_a_step_is_deleted_with_all_that_lies_in_it(marketer, shop):
    chain = draft_chain(message(name="a"), branch((REPEAT, message(name="x")), (None,)))
    url = reverse("admin:chains_step_delete", args=[chain.steps.get(kind="branch").pk])
    assert "x" in marketer.get(url).content.decode()

    answer = marketer.post(url, {"post": "yes"})

    assert answer.url == f"/admin/chains/chain/{chain.pk}/change/#steps"
    assert drawn(chain) == [("1", "a")]
    assert not BranchArm.objects.filter(step__chain=chain).exists()


def test_a_tree_grows_neither_too_deep_nor_too_long(marketer, shop):
    tree = branch((REPEAT,), (None,))
    for _ in range(DEEPEST):
        tree = branch((REPEAT, tree), (None,))
    chain = draft_chain(tree)
    deepest = max(all_nodes(tree_of(chain)), key=lambda node: node.depth)

    answer = marketer.get(add_url(chain, "leave", arm=deepest.arms[0].arm))
    assert answer.status_code == 403

    Step.objects.bulk_create(Step(chain=chain, kind="leave") for _ in range(MOST_STEPS))
    answer = marketer.post(add_url(chain, "leave"), {"name": ""}, follow=True)
    assert "A chain may have at most 100 steps." in answer.content.decode()
    assert chain.steps.count() == MOST_STEPS + DEEPEST + 1


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?chain=0&kind=wait",
        "?chain={chain}&kind=loop",
        "?chain={chain}&kind=wait&arm=99999999999999999999",
        "?chain={chain}&after={other}",
    ],
)
def test_a_link_that_names_no_place_leads_nowhere(marketer, shop, query):
    chain, other = draft_chain(), draft_chain(leave())

    url = reverse("admin:chains_step_add") + query.format(chain=chain.pk, other=other.steps.get().pk)

    assert marketer.get(url).status_code == (200 if "arm=9" in query else 404)


def test_support_may_not_edit_steps(client, shop):
    user = User.objects.create_user("agent", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    chain = draft_chain(message(), until("order.paid"), wait())
    step = chain.steps.first()

    assert client.post(reverse("admin:chains_step_do", args=[step.pk, "down"])).status_code == 403
    assert client.get(page_of(step)).status_code == 403
    assert client.post(add_url(chain, "leave"), {"name": ""}).status_code == 403
    assert chain.steps.count() == 3


def test_moving_at_the_edge_changes_nothing(shop):
    chain = draft_chain(message(name="a"), message(name="b"))

    editing.move(chain.steps.get(name="b"), 1)
    editing.move(chain.steps.get(name="a"), -1)

    assert [name for _number, name in drawn(chain)] == ["a", "b"]
