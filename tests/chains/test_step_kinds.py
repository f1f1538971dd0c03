"""The tables of kinds: whole, and of one mind with the columns and the program."""

import dataclasses

import pytest

from chains.admin.branch_arms import ARM_INLINES
from chains.definition import change_kinds, wait_kinds
from chains.definition.change_kinds import CHANGE_KINDS
from chains.definition.kind_fields import shown_when
from chains.definition.step_kinds import STEP_KINDS
from chains.definition.wait_kinds import WAIT_KINDS
from chains.engine.advance.changes import MAKE_BY_KIND
from chains.engine.advance.waits import MOMENT_BY_KIND
from chains.engine.advance.walk import WALK_BY_KIND
from chains.models import Step
from chains.program.step import ProgramWait


def flat(layout):
    return [name for row in layout for name in ((row,) if isinstance(row, str) else row)]


@pytest.mark.parametrize(
    ("kinds", "table", "in_the_engine"),
    [
        (Step.Kind, STEP_KINDS, WALK_BY_KIND),
        (Step.Wait, WAIT_KINDS, MOMENT_BY_KIND),
        (Step.Change, CHANGE_KINDS, MAKE_BY_KIND),
    ],
)
def test_every_kind_has_its_row(kinds, table, in_the_engine):
    assert set(table) == set(in_the_engine) == set(kinds.values)


@pytest.mark.parametrize(
    ("choice", "table", "layout"),
    [("wait", WAIT_KINDS, wait_kinds.LAYOUT), ("change", CHANGE_KINDS, change_kinds.LAYOUT)],
)
def test_what_a_kind_asks_for_has_a_place_on_the_page(choice, table, layout):
    assert sorted(flat(layout)) == sorted(shown_when(choice, table))


def test_the_program_knows_what_a_wait_keeps():
    known = {"from" if field.name == "anchor" else field.name for field in dataclasses.fields(ProgramWait)}

    assert {name for kind in WAIT_KINDS.values() for name in kind.program_fields} == known - {"kind"}


def test_arms_are_written_in_a_form_of_their_own():
    assert {kind.arms_by for kind in STEP_KINDS.values()} == {"", *ARM_INLINES}


def test_a_field_is_shown_for_its_kind_and_beside_certain_values():
    shown = shown_when("wait", WAIT_KINDS)

    assert shown["wait_weekdays"] == [{"wait": ["hour"]}]
    assert shown["wait_attribute"] == [{"wait": ["offset"], "wait_from": ["attribute"]}]
    assert {"wait": ["offset"], "wait_from": ["attribute", "birthday", "repurchase", "warranty_end"]} in shown[
        "wait_hour"
    ]
    assert shown_when("change", CHANGE_KINDS)["tag"] == [{"change": ["add_tag"]}, {"change": ["remove_tag"]}]
