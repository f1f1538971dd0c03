"""What differs between two states of one step, field by field and arm by arm, as its form names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Field, ForeignKey, JSONField
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from chains.definition.change_kinds import CHANGE_KINDS
from chains.definition.step_kinds import STEP_KINDS, step_sentence
from chains.definition.tree import Node
from chains.definition.wait_kinds import WAIT_KINDS
from chains.models import BranchArm, Step
from crm.models import Channel
from crm.quoting import quoted
from segments.describe import sentence_of

WasAndIs = Callable[[Any, Any, Any], str]
# What the sentence of a step of each kind says already.
SAID: dict[str, set[str]] = {
    Step.Kind.MESSAGE: {"template"},
    Step.Kind.STAFF_TASK: {"name"},
    Step.Kind.CALL: {"webhook", "answer_hours"},
}
SAID_OF_WAITS = {"wait", "wait_rule", "if_unknown"}


def named(node: Node) -> str:
    step = node.step
    words = quoted(step.name) if step.name else step_sentence(step)
    return f"{node.number}. {words}"


def changed_parts(before: Node, after: Node, was_and_is: WasAndIs) -> Iterator[str]:
    old, new = before.step, after.step
    was, now = step_sentence(old), step_sentence(new)
    said: set[str] = set()
    if was != now:
        yield was_and_is(_("Step %(number)s") % {"number": after.number}, was, now)
        said = _said(new)
    for name in _asked(new):
        if name not in said and getattr(old, name) != getattr(new, name):
            field: Any = Step._meta.get_field(name)
            label = _("%(step)s, %(field)s") % {"step": named(after), "field": field.verbose_name}
            yield was_and_is(label, _value(old, field), _value(new, field))


def _said(step: Step) -> set[str]:
    if step.kind == Step.Kind.WAIT:
        return set(_asked(step)) - (SAID_OF_WAITS - {"wait"}) - {"name"}
    return SAID.get(step.kind, set(_asked(step)) - {"name"})


def _asked(step: Step) -> list[str]:
    """The columns that mean something for a step of its kind."""
    written = [name for line in STEP_KINDS[step.kind].layout for name in ((line,) if isinstance(line, str) else line)]
    shown = {"wait": WAIT_KINDS.get(step.wait), "change": CHANGE_KINDS.get(step.change)}
    kind = shown.get(step.kind)
    if kind is None:
        return written
    return [step.kind, *(name for name in (*kind.fields, *kind.fields_when) if name != "looks_back"), "name"]


def _value(step: Step, field: Field[Any, Any]) -> str:
    value = getattr(step, field.name)
    if isinstance(field, JSONField):
        return sentence_of(value) if value else ""
    if isinstance(field, ForeignKey):
        return str(value or "")
    if field.name == "channels":
        return get_text_list([str(Channel(one).label) for one in value], _("then"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(getattr(step, f"get_{field.name}_display")())
    return "" if value is None else str(value)


def arm_differences(before: Node, after: Node, was_and_is: WasAndIs) -> Iterator[str]:
    by = STEP_KINDS[after.step.kind].arms_by
    old, new = ({one.arm.key: one for one in node.arms} for node in (before, after))
    for key, one in new.items():
        place = f"{after.number}{one.letter} {quoted(str(one.arm))}"
        if key not in old:
            yield _("New arm: %(arm)s") % {"arm": place}
            continue
        was = old[key].arm
        if was.name != one.arm.name:
            yield was_and_is(_("Name of the arm %(arm)s") % {"arm": f"{after.number}{one.letter}"}, was, one.arm)
        if by and getattr(was, by) != getattr(one.arm, by):
            yield was_and_is(place, _arm_value(was, by), _arm_value(one.arm, by))
    for key, one in old.items():
        if key not in new:
            yield _("Removed arm: %(arm)s") % {"arm": f"{before.number}{one.letter} “{one.arm}”"}


def _arm_value(arm: BranchArm, by: str) -> str:
    return sentence_of(arm.rule) if by == "rule" else _("weight %(weight)d") % {"weight": arm.weight}
