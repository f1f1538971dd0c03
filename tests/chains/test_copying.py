import pytest

from chains.definition.compiling import compiled_steps
from chains.definition.copying import duplicate
from chains.definition.tree import all_nodes, tree_of
from tests.chains.factories import branch, draft_chain, marketing, message, split, until, wait

pytestmark = pytest.mark.django_db

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}


def without_keys(steps):
    return [
        {
            **step,
            "key": "",
            "arms": [{**arm, "key": "", "steps": without_keys(arm["steps"])} for arm in step.get("arms", ())],
        }
        for step in steps
    ]


def test_a_copy_has_the_whole_tree_under_keys_of_its_own(shop):
    chain = draft_chain(
        message(),
        branch((REPEAT, marketing(), split((1, message()), (2, wait(2)))), (None,)),
        until("order.paid", ran_out=[message()]),
    )

    copy = duplicate(chain)

    assert [node.number for node in all_nodes(tree_of(copy))] == [
        "1",
        "2",
        "2a.1",
        "2a.2",
        "2a.2a.1",
        "2a.2b.1",
        "3",
        "3b.1",
    ]
    ours, theirs = compiled_steps(chain, shop), compiled_steps(copy, shop)
    assert without_keys(ours) == without_keys(theirs)
    assert not {step.key for step in chain.steps.all()} & {step.key for step in copy.steps.all()}
    assert chain.steps.count() == copy.steps.count() == 8
