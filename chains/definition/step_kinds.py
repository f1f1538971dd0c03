"""The kinds of steps, a row each: its page, what the program keeps of it, what publishing refuses, and words.

What the engine does at a step of each kind stands in chains.engine.advance.walk. A wait and a change have kinds of
their own: wait_kinds and change_kinds.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chains.definition import change_kinds, wait_kinds
from chains.definition.change_kinds import CHANGE_KINDS, change_sentence, compiled_change
from chains.definition.kind_fields import FieldProblem
from chains.definition.message_step import message_problems, message_program
from chains.definition.wait_kinds import WAIT_KINDS, compiled_wait
from chains.engine.advance.waits import OF_THE_ORDER
from chains.models import BranchArm, Chain, Step
from chains.program.goods import OF_THE_GOODS
from chains.program.step import ProgramChange
from crm.models import Shop, StaffTask
from crm.webhooks_out.endpoints import stands_still
from segments.compile import check
from segments.rule_json import parse
from segments.rules import RuleError
from segments.vocabulary.field import Context

# Chains that start with these never have an order.
WITHOUT_ORDER = frozenset({Chain.Trigger.BIRTHDAY, Chain.Trigger.ATTRIBUTE, Chain.Trigger.MOMENT, Chain.Trigger.SEASON})
Arms = Sequence[BranchArm]


def _nothing_kept(_step: Step, _shop: Shop) -> dict[str, Any]:
    return {}


def _lacks_nothing(_step: Step) -> Iterator[FieldProblem]:
    yield from ()


def _refuses_nothing(_step: Step, _arms: Arms, _now: dt.datetime) -> Iterator[str]:
    yield from ()


class StepKind(NamedTuple):
    icon: str
    sentence: Callable[[Step], str]
    layout: tuple[str | tuple[str, ...], ...] = ("name",)
    help: Any = ""
    program: Callable[[Step, Shop], dict[str, Any]] = _nothing_kept
    # What its form refuses, and what publishing refuses.
    form_problems: Callable[[Step], Iterator[FieldProblem]] = _lacks_nothing
    problems: Callable[[Step, Arms, dt.datetime], Iterator[str]] = _refuses_nothing
    # The column of its arms that says who takes which. A wait for an event has arms that nobody writes.
    arms_by: str = ""
    acts: bool = False  # on the customer: it sends, asks a colleague or changes something


def has_arms(step: Step) -> bool:
    return bool(STEP_KINDS[step.kind].arms_by or arm_names(step))


def arm_names(step: Step) -> tuple[Any, ...]:
    """Of the arms that come with the kind of wait, and that nobody writes."""
    return WAIT_KINDS[step.wait].arms if step.kind == Step.Kind.WAIT else ()


def step_sentence(step: Step) -> str:
    """A step in words: “wait until 3 days after the delivery”, “message “Care””, “add the tag “met””."""
    return STEP_KINDS[step.kind].sentence(step)


def _message_sentence(step: Step) -> str:
    if step.template is None:
        return _("message without a template")
    return _("message “%(template)s”") % {"template": step.template}


def _touch_program(step: Step) -> dict[str, Any]:
    return {
        "name": str(step),
        "purpose": step.purpose,
        "late_after_hours": step.late_after_hours,
        "at_hour": step.at_hour,
    } | ({} if step.at_weekday is None else {"at_weekday": step.at_weekday})


def _message_program(step: Step, shop: Shop) -> dict[str, Any]:
    return _touch_program(step) | message_program(step, shop)


def _message_form_problems(step: Step) -> Iterator[FieldProblem]:
    if step.template is None:
        yield FieldProblem("template", _("Choose what the message says."))


def _message_problems(step: Step, _arms: Arms, _now: dt.datetime) -> Iterator[str]:
    return message_problems(step)


def _wait_sentence(step: Step) -> str:
    return WAIT_KINDS[step.wait].sentence(step)


def _wait_program(step: Step, _shop: Shop) -> dict[str, Any]:
    return {"wait": compiled_wait(step)}


def _wait_form_problems(step: Step) -> Iterator[FieldProblem]:
    return WAIT_KINDS[step.wait].problems(step)


def _wait_problems(step: Step, arms: Arms, now: dt.datetime) -> Iterator[str]:
    kind = WAIT_KINDS[step.wait]
    yield from (problem.as_part for problem in kind.problems(step))
    if "rule" in kind.program_fields:
        yield from _rule_problems(step.wait_rule, now)
    if (
        "from" in kind.program_fields
        and step.wait_from in OF_THE_ORDER | OF_THE_GOODS
        and step.chain.trigger in WITHOUT_ORDER
    ):
        yield _("this chain has no order to count from.")
    if kind.arms and len(arms) != len(kind.arms):
        yield _("it has lost its two ways out: save it again.")


def _branch_sentence(_step: Step) -> str:
    return _("the first arm that suits the customer")


def _branch_problems(_step: Step, arms: Arms, now: dt.datetime) -> Iterator[str]:
    yield from _too_few(arms)
    asked: set[str] = set()
    for arm in arms[:-1]:
        spelled = json.dumps(arm.rule, sort_keys=True)
        if arm.rule is None:
            yield _("the arm “%(arm)s” asks nothing, so nobody takes those behind it.") % {"arm": arm}
        elif spelled in asked:
            yield _("nobody takes the arm “%(arm)s”: one before it asks the same.") % {"arm": arm}
        asked.add(spelled)
        for problem in _rule_problems(arm.rule, now):
            yield _("arm “%(arm)s”: %(problem)s") % {"arm": arm, "problem": problem}
    if arms and arms[-1].rule is not None:
        yield _("it needs a last arm for everybody else.")


def _split_sentence(_step: Step) -> str:
    return _("an arm by chance, the same one for the same customer")


def _split_problems(_step: Step, arms: Arms, _now: dt.datetime) -> Iterator[str]:
    return _too_few(arms)


def _too_few(arms: Arms) -> Iterator[str]:
    if len(arms) < 2:
        yield _("it needs at least two arms.")


def _rule_problems(rule: Any, now: dt.datetime) -> Iterator[str]:
    if rule is None:
        return
    try:
        check(parse(rule, tuple(Context)), now)
    except RuleError as error:
        yield str(error)


def _task_sentence(step: Step) -> str:
    return _("task for a colleague, %(kind)s: %(name)s") % {"kind": step.get_task_kind_display(), "name": step.name}


def _task_program(step: Step, _shop: Shop) -> dict[str, Any]:
    # Where it is not said, as in versions of before there were kinds, it is "other".
    kind = {} if step.task_kind == StaffTask.Kind.OTHER else {"task_kind": step.task_kind}
    return _touch_program(step) | {
        **kind,
        "script": step.script,
        "due_days": step.due_days,
        "owner_group": step.owner_group_id,
    }


def _task_form_problems(step: Step) -> Iterator[FieldProblem]:
    if not step.name:
        yield FieldProblem("name", _("Say what the colleague has to do."))


def _task_problems(step: Step, _arms: Arms, _now: dt.datetime) -> Iterator[str]:
    return (problem.as_part for problem in _task_form_problems(step))


def _change_sentence(step: Step) -> str:
    return change_sentence(ProgramChange(**compiled_change(step)))


def _change_program(step: Step, _shop: Shop) -> dict[str, Any]:
    return {"change": compiled_change(step)}


def _change_form_problems(step: Step) -> Iterator[FieldProblem]:
    return CHANGE_KINDS[step.change].problems(step)


def _change_problems(step: Step, _arms: Arms, _now: dt.datetime) -> Iterator[str]:
    if any(_change_form_problems(step)):
        yield _("say what to change.")


def _call_sentence(step: Step) -> str:
    webhook = step.webhook or "—"
    hours = ngettext("%(n)d hour", "%(n)d hours", step.answer_hours) % {"n": step.answer_hours}
    return _("call “%(webhook)s” and wait for its answer, %(hours)s at most") % {"webhook": webhook, "hours": hours}


def _call_program(step: Step, _shop: Shop) -> dict[str, Any]:
    return {"call": {"webhook": step.webhook_id, "text": step.webhook_text, "hours": step.answer_hours}}


def _call_form_problems(step: Step) -> Iterator[FieldProblem]:
    if step.webhook is None:
        yield FieldProblem("webhook", _("Choose which webhook."))


def _call_problems(step: Step, _arms: Arms, _now: dt.datetime) -> Iterator[str]:
    yield from (problem.as_part for problem in _call_form_problems(step))
    if step.webhook and (why := stands_still(step.webhook)):
        yield why


def _leave_sentence(_step: Step) -> str:
    return _("nothing more comes for whoever gets here")


STEP_KINDS: dict[str, StepKind] = {
    Step.Kind.MESSAGE: StepKind(
        icon="mail",
        sentence=_message_sentence,
        layout=(("template", "purpose"), "name", "channels", ("at_hour", "at_weekday"), "late_after_hours"),
        program=_message_program,
        form_problems=_message_form_problems,
        problems=_message_problems,
        acts=True,
    ),
    Step.Kind.WAIT: StepKind(
        icon="hourglass_empty",
        sentence=_wait_sentence,
        layout=("wait", *wait_kinds.LAYOUT, "name"),
        program=_wait_program,
        form_problems=_wait_form_problems,
        problems=_wait_problems,
    ),
    Step.Kind.BRANCH: StepKind(
        icon="alt_route",
        sentence=_branch_sentence,
        help=gettext_lazy(
            "Whoever comes here takes the first arm that suits them, and the last one, for everybody else, when none "
            "does. Behind the arms the chain goes on for all."
        ),
        problems=_branch_problems,
        arms_by="rule",
    ),
    Step.Kind.SPLIT: StepKind(
        icon="casino",
        sentence=_split_sentence,
        help=gettext_lazy(
            "Everybody takes an arm by chance, and always the same one. Behind the arms the chain goes on."
        ),
        problems=_split_problems,
        arms_by="weight",
    ),
    Step.Kind.STAFF_TASK: StepKind(
        icon="call",
        sentence=_task_sentence,
        layout=(
            ("task_kind", "name"),
            "script",
            ("purpose", "owner_group"),
            ("due_days", "late_after_hours"),
            "at_hour",
        ),
        program=_task_program,
        form_problems=_task_form_problems,
        problems=_task_problems,
        acts=True,
    ),
    Step.Kind.CHANGE: StepKind(
        icon="sell",
        sentence=_change_sentence,
        layout=("change", *change_kinds.LAYOUT, "name"),
        help=gettext_lazy("Nothing is changed about customers of the control group."),
        program=_change_program,
        form_problems=_change_form_problems,
        problems=_change_problems,
        acts=True,
    ),
    Step.Kind.CALL: StepKind(
        icon="webhook",
        sentence=_call_sentence,
        layout=("name", "webhook", "webhook_text", "answer_hours"),
        help=gettext_lazy(
            "Another system is told who is here and about which order, and its answer is waited for. Nobody is told "
            "about customers of the control group, and in a rehearsal nothing is called."
        ),
        program=_call_program,
        form_problems=_call_form_problems,
        problems=_call_problems,
        acts=True,
    ),
    Step.Kind.LEAVE: StepKind(
        icon="logout",
        sentence=_leave_sentence,
        help=gettext_lazy("Nothing more comes for whoever gets here. What is on its way still goes out."),
    ),
}
