"""What staff do to a draft can be undone, done again, brought back from a version and taken to another chain."""

import pytest
from django.contrib.auth.models import User

from chains.definition import copying, draft_history, editing
from chains.definition.decompiling import decompiled
from chains.definition.draft_content import content_of
from chains.definition.draft_history import ChangedMeanwhile, act
from chains.definition.publishing import compiled, publish
from chains.definition.restoring import content_of_version, restore
from chains.definition.tree import all_nodes, tree_of
from chains.models import BranchArm, Chain, Step
from crm.models import Shop
from tests.chains.factories import add_tag, branch, draft_chain, live_chain, message, split, task, until, wait
from tests.conftest import NOW

pytestmark = pytest.mark.django_db

REPEAT = {"all": [{"field": "orders_count", "operator": "at_least", "value": 2}]}
COUPON = {"kind": "change", "change": "coupon", "coupon_kind": "percent", "coupon_value": "10.50", "coupon_days": 7}


@pytest.fixture
def ann(shop):
    return User.objects.create_user("ann", first_name="Ann", is_staff=True)


def drawn(chain):
    return [(node.number, str(node.step)) for node in all_nodes(tree_of(chain))]


def whole_chain(**fields):
    return draft_chain(
        message(name="Thanks"),
        wait(3, since="delivered"),
        wait(2, wait="hour", wait_hour=11, wait_weekdays=[0, 4]),
        branch((REPEAT, task("Call"), split((1, COUPON), (2, add_tag("met")), name="dice")), (None,), name="who"),
        until("message.clicked", happened=[message(name="Care")], ran_out=[{"kind": "leave"}], wait_rule=REPEAT),
        **fields,
    )


def remove(chain, name, by):
    with act(chain, by, what=f"Removed {name}"):
        editing.remove(chain, chain.steps.filter(name=name))


def test_what_was_removed_comes_back_with_all_that_lay_in_it(ann):
    chain = whole_chain()
    before, keys = content_of(chain), set(chain.steps.values_list("key", flat=True))

    remove(chain, "who", ann)
    assert len(drawn(chain)) == 6
    assert draft_history.undo(chain, ann) == "Undone: Removed who"

    assert content_of(chain) == before
    assert set(chain.steps.values_list("key", flat=True)) == keys
    assert draft_history.redo(chain, ann) == "Done again: Removed who"
    assert len(drawn(chain)) == 6
    assert not Step.objects.filter(chain=chain, name="dice").exists()


def test_a_new_act_after_undoing_takes_the_place_of_what_was_undone(ann):
    chain = draft_chain(message(name="a"), message(name="b"), message(name="c"))
    remove(chain, "a", ann)
    draft_history.undo(chain, ann)
    remove(chain, "b", ann)

    with pytest.raises(ValueError, match="nothing to do again"):
        draft_history.redo(chain, ann)
    draft_history.undo(chain, ann)
    assert [name for _number, name in drawn(chain)] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="nothing to undo"):
        draft_history.undo(chain, ann)


def test_an_act_that_changes_nothing_leaves_no_state_and_old_ones_are_forgotten(ann, monkeypatch):
    monkeypatch.setattr(draft_history, "MOST_STATES", 3)
    chain = draft_chain(message(name="a"))
    with act(chain, ann, what="looked"):
        pass
    assert not chain.draft_states.exists()

    for number in range(5):
        with act(chain, ann, what=f"step {number}"):
            editing.add(Step(chain=chain, kind="wait"))

    assert [state.what for state in chain.draft_states.all()] == ["step 2", "step 3", "step 4"]


def test_what_somebody_else_did_meanwhile_is_told_and_nothing_is_changed(ann):
    chain = draft_chain(message(name="a"), message(name="b"))
    remove(chain, "b", ann)

    told = r"Ann changed this chain meanwhile \(Removed b\)"
    with pytest.raises(ChangedMeanwhile, match=told), act(chain, ann, seen=""):
        editing.remove(chain, chain.steps.filter(name="a"))

    assert drawn(chain) == [("1", "a")]


def test_what_changed_without_an_act_is_not_lost_by_undoing(ann):
    chain = draft_chain(message(name="a"), message(name="b"))
    remove(chain, "b", ann)
    chain.steps.filter(name="a").update(late_after_hours=5)

    draft_history.undo(chain, ann)

    assert [name for _number, name in drawn(chain)] == ["a"]
    assert chain.steps.get().late_after_hours == 72
    draft_history.redo(chain, ann)
    assert chain.steps.get().late_after_hours == 5


def test_a_version_is_brought_back_with_its_settings_and_the_keys_of_its_steps(ann):
    chain = live_chain(message(name="Thanks"), wait(3), message(name="Care"), priority=2)
    version, before = chain.version, content_of(chain)
    Chain.objects.filter(pk=chain.pk).update(priority=7, audience_rule=REPEAT, name="Renamed")
    remove(chain, "Care", ann)
    publish(chain, NOW)

    restore(chain, content_of_version(version))

    assert content_of(chain) == before


def test_a_version_from_before_drafts_were_kept_is_read_back_from_its_program(ann):
    chain = whole_chain(goal="ordered", exit_rule=REPEAT, control_share=7, event="feedback_of_the_shop")
    program = compiled(chain, Shop.load())
    found = decompiled(program, content_of(chain))

    Chain.objects.filter(pk=chain.pk).update(goal="", exit_rule=None, control_share=0, trigger="birthday")
    chain.steps.all().delete()
    restore(chain, found)

    assert compiled(Chain.objects.get(pk=chain.pk), Shop.load()) == program


def test_a_template_deleted_since_leaves_its_step_unfinished(ann):
    chain = draft_chain(message(name="a"))
    template = chain.steps.get().template
    remove(chain, "a", ann)
    template.delete()

    draft_history.undo(chain, ann)

    assert chain.steps.get().template is None


def test_copied_steps_are_pasted_into_another_chain_under_new_keys(ann):
    chain, other = whole_chain(), draft_chain(message(name="first"), branch((REPEAT,), (None,), name="known?"))
    clipboard = copying.copied(chain, chain.steps.filter(name="who"))
    arm = BranchArm.objects.get(step__chain=other, rule__isnull=True)

    copying.paste(other, clipboard, None, other.steps.get(name="first"))
    copying.paste(other, clipboard, arm, None)

    assert [number for number, name in drawn(other) if name == "who"] == ["2", "3b.1"]
    assert len(drawn(other)) == 2 + 2 * 5
    assert not set(chain.steps.values_list("key", flat=True)) & set(other.steps.values_list("key", flat=True))


@pytest.mark.parametrize("clipboard", ["", "[]", "x:y:z", '["\\u0000"]', "9" * 5000])
def test_what_was_never_copied_is_not_pasted(ann, clipboard):
    chain = draft_chain(message(name="a"))

    with pytest.raises(ValueError, match="nothing copied"):
        copying.paste(chain, clipboard, None, None)


def test_a_step_fits_neither_into_itself_nor_too_deep(ann):
    deep = branch((REPEAT,), (None,), name="d4")
    for level in (3, 2, 1):
        deep = branch((REPEAT, deep), (None,), name=f"d{level}")
    chain = draft_chain(deep, branch((REPEAT, message(name="x")), (None,), name="low"))
    lowest = BranchArm.objects.filter(step__name="d4").first()

    editing.move(chain.steps.get(name="x"), lowest, None)
    with pytest.raises(ValueError, match="does not fit"):
        editing.move(chain.steps.get(name="low"), lowest, None)
    with pytest.raises(ValueError, match="does not fit"):
        editing.move(chain.steps.get(name="d1"), lowest, None)
    with pytest.raises(ValueError, match="does not fit"):
        copying.paste(chain, copying.copied(chain, chain.steps.filter(name="d4")), lowest, None)
