"""A marketer at work on the tree of steps, by the forms the browser would send."""

import json

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse

from chains.definition.tree import DEEPEST, MOST_STEPS, all_nodes, tree_of
from chains.models import BranchArm, Step
from tests.chains.factories import branch, draft_chain, leave, make_template, message, split, until, wait

pytestmark = pytest.mark.django_db

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
PIECE = {"X-Encore-Piece": "1"}
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
    task = {"name": "call", "task_kind": "call", "purpose": "service", "due_days": "1", "late_after_hours": "72"}

    for kind, fields in (
        ("wait", WAIT | {"name": "pause"}),
        ("change", {"name": "mark", "change": "add_tag", "tag": "met"}),
        ("staff_task", task),
        ("message", {"name": "more", "purpose": "service", "template": make_template().pk, "late_after_hours": "72"}),
    ):
        answer = marketer.post(add_url(chain, kind, after=first), fields)
        assert answer.status_code == 200, answer.content.decode()
        assert answer.json()["focus"] == f"step-{Step.objects.latest('pk').pk}"
    marketer.post(add_url(chain, "leave"), {"name": "end"})

    assert [name for _number, name in drawn(chain)] == ["first", "more", "call", "mark", "pause", "last", "end"]


def test_a_branch_is_added_with_its_arms_and_one_for_everybody_else(marketer, shop):
    chain = draft_chain(message(name="first"))
    arms = arms_form(
        {"name": "Known", "rule": json.dumps(REPEAT)}, {"name": "New", "rule": json.dumps(REPEAT), "position": "1"}
    )

    answer = marketer.post(add_url(chain, "branch"), {"name": "Known?"} | arms)
    assert answer.status_code == 200, answer.content.decode()
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
            {"name": "Known?"} | arms_form({"name": "Regulars", "rule": json.dumps(REPEAT)}, known=[arm]),
        )
        assert answer.status_code == 200, answer.content.decode()

    assert [one.name for one in step.arms.all()] == ["Regulars", "b"]
    assert drawn(chain) == [("1", "Known?"), ("1a.1", "inside")]


def test_an_arm_that_holds_steps_is_not_deleted_with_them(marketer, shop):
    chain = draft_chain(split((1, message(name="inside")), (1,), (1,)))
    step = chain.steps.get(kind="split")
    known = list(step.arms.all())
    rows = [{"name": arm.name, "weight": "1"} for arm in known]
    rows[0]["DELETE"] = "on"

    answer = marketer.post(page_of(step), {"name": ""} | arms_form(*rows, known=known))

    assert "1 step lies in there: put it elsewhere or delete it first." in answer.content.decode()
    assert step.arms.count() == 3


def test_a_wait_for_an_event_gets_its_two_ways_out_and_gives_them_up_only_empty(marketer, shop):
    chain = draft_chain()
    event = WAIT | {"wait": "event", "wait_event": "order.paid", "wait_amount": "3", "wait_this_order": "on"}
    answer = marketer.post(add_url(chain, "wait"), event)
    assert answer.status_code == 200, answer.content.decode()
    step = chain.steps.get()
    happened, ran_out = step.arms.all()
    assert ([happened.name, ran_out.name], step.wait_from) == (["it happened", "time ran out"], "arrival")
    marketer.post(add_url(chain, "leave", arm=ran_out), {"name": ""})

    answer = marketer.post(page_of(step), WAIT | {"name": ""})
    assert "1 step lies in there" in answer.content.decode()
    Step.objects.filter(kind="leave").delete()
    marketer.post(page_of(step), WAIT | {"name": ""})

    step.refresh_from_db()
    assert (step.wait, step.arms.count()) == ("time", 0)


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("message", {"purpose": "service", "late_after_hours": "72"}, "Choose what the message says."),
        (
            "staff_task",
            {"task_kind": "call", "purpose": "service", "due_days": "1", "late_after_hours": "72"},
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

    assert answer.status_code == 400
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert not chain.steps.exists()


def act(client, chain, verb, **fields):
    return client.post(reverse("admin:chains_chain_act", args=[chain.pk]), {"verb": verb, **fields})


def test_a_step_is_moved_to_any_place_with_all_that_lies_in_it_and_back_by_undoing(marketer, shop):
    chain = draft_chain(
        message(name="a"), message(name="b"), branch((REPEAT, message(name="x")), (None,), name="known?")
    )
    known, rest = BranchArm.objects.filter(step__chain=chain)
    a, b, x = (chain.steps.get(name=name) for name in "abx")

    act(marketer, chain, "move", step=a.pk, arm=rest.pk)
    act(marketer, chain, "move", step=b.pk, arm=known.pk, after=x.pk)
    answer = act(marketer, chain, "move", step=x.pk)
    assert answer.json()["said"] == "Moved: “x”"
    assert drawn(chain) == [("1", "x"), ("2", "known?"), ("2a.1", "b"), ("2b.1", "a")]

    refused = act(marketer, chain, "move", step=chain.steps.get(name="known?").pk, arm=rest.pk)
    assert (refused.status_code, refused.json()["problem"]) == (400, "It does not fit in there.")
    for _act in range(3):
        act(marketer, chain, "undo")
    assert drawn(chain) == [("1", "a"), ("2", "b"), ("3", "known?"), ("3a.1", "x")]


def test_a_step_is_deleted_with_all_that_lies_in_it(marketer, shop):
    chain = draft_chain(message(name="a"), branch((REPEAT, message(name="x")), (None,)))

    act(marketer, chain, "remove", step=chain.steps.get(kind="branch").pk)

    assert drawn(chain) == [("1", "a")]
    assert not BranchArm.objects.filter(step__chain=chain).exists()


def test_steps_are_copied_into_another_chain(marketer, shop):
    chain, other = draft_chain(branch((REPEAT, message(name="x")), (None,), name="known?")), draft_chain(leave())
    step = chain.steps.get(name="known?")
    copied = marketer.get(reverse("admin:chains_chain_copy", args=[chain.pk]), {"step": step.pk}).json()

    answer = act(marketer, other, "paste", steps=copied["steps"], after=other.steps.get().pk)

    assert answer.json()["said"] == "Pasted: “known?”"
    assert drawn(other) == [("1", "end of the way"), ("2", "known?"), ("2a.1", "x")]
    assert act(marketer, other, "paste", steps="[]").json() == {
        "problem": "There is nothing copied that could be put here."
    }


@pytest.mark.parametrize(("rest", "numbers"), [("", ["1", "2", "3"]), ("first", ["1", "2", "2a.1"])])
def test_what_follows_a_new_branch_goes_where_the_marketer_says(marketer, shop, rest, numbers):
    chain = draft_chain(message(name="first"), message(name="last"))
    arms = arms_form({"name": "Known", "rule": json.dumps(REPEAT)})

    marketer.post(
        add_url(chain, "branch", after=chain.steps.get(name="first")), {"name": "Known?", "rest": rest} | arms
    )

    assert [number for number, _name in drawn(chain)] == numbers


def test_a_step_is_put_first(marketer, shop):
    chain = draft_chain(message(name="first"))

    marketer.post(add_url(chain, "leave") + "&after=0", {"name": "end"})

    assert drawn(chain) == [("1", "end"), ("2", "first")]


def test_a_tree_grows_neither_too_deep_nor_too_long(marketer, shop):
    tree = branch((REPEAT,), (None,))
    for _ in range(DEEPEST):
        tree = branch((REPEAT, tree), (None,))
    chain = draft_chain(tree)
    deepest = max(all_nodes(tree_of(chain)), key=lambda node: node.depth)

    answer = marketer.get(add_url(chain, "leave", arm=deepest.arms[0].arm), headers=PIECE)
    assert answer.status_code == 403

    Step.objects.bulk_create(Step(chain=chain, kind="leave") for _ in range(MOST_STEPS))
    answer = marketer.post(add_url(chain, "leave"), {"name": ""})
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

    assert marketer.get(url, headers=PIECE).status_code == (200 if "arm=9" in query else 404)


def test_support_may_not_edit_steps(client, shop):
    user = User.objects.create_user("agent", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client.force_login(user)
    chain = draft_chain(message(), until("order.paid"), wait())
    step = chain.steps.first()

    assert act(client, chain, "remove", step=step.pk).status_code == 403
    assert client.get(page_of(step)).status_code == 403
    assert client.post(add_url(chain, "leave"), {"name": ""}).status_code == 403
    assert chain.steps.count() == 3


def test_an_old_link_to_a_step_leads_to_its_card(marketer, shop):
    chain = draft_chain(message(name="a"))
    step = chain.steps.get()

    assert marketer.get(page_of(step)).url == f"/admin/chains/chain/{chain.pk}/change/#step-{step.pk}"
