"""Where customers stand in a chain, and what comes next and when: the engine's own walk, with the clock years ahead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from django.utils.translation import gettext as _

from chains.definition.wait_kinds import event_words
from chains.engine import facts
from chains.engine.advance.walk import walk
from chains.engine.advance.walk_inputs import DueEnrolment, walk_inputs
from chains.engine.advance.walk_state import Walk
from chains.explain.wording import moment
from chains.models import Enrolment, Step
from chains.program import program
from chains.program.program import Program
from chains.program.step import ProgramStep

# Nobody plans farther; a walk that far still ends, as every path leads forward.
AHEAD = dt.timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class ComingTouch:
    step: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class EnrolmentOutlook:
    stands: str  # where the customer is now
    coming: tuple[ComingTouch, ...] = ()  # unless guard is against it by then
    then: str = ""  # what follows these


def outlooks(enrolments: Sequence[Enrolment], now: dt.datetime) -> dict[int, EnrolmentOutlook]:
    """By enrolment, in a constant number of queries."""
    programs = program.load(enrolment.version_id for enrolment in enrolments)
    active = [_as_due(one) for one in enrolments if one.status == Enrolment.Status.ACTIVE]
    orders = facts.order_moments(one.order_id for one in active if one.order_id)
    profiles = facts.profiles({one.customer_id for one in active})
    inputs = walk_inputs(active, programs, orders, profiles)
    walks = {one.pk: walk(programs[one.version_id], inputs[one.pk], now + AHEAD) for one in active}
    return {
        one.pk: _outlook(one, programs[one.version_id], walks[one.pk])
        if one.pk in walks
        else EnrolmentOutlook(ended(one))
        for one in enrolments
    }


def ended(enrolment: Enrolment) -> str:
    return _("ended on %(day)s: %(why)s") % {
        "day": moment(enrolment.ended_at),
        "why": enrolment.get_ending_display(),
    }


def _outlook(enrolment: Enrolment, plan: Program, ahead: Walk) -> EnrolmentOutlook:
    coming = tuple(ComingTouch(draft.step.name, draft.due_at) for draft in ahead.touches if not draft.dropped)
    return EnrolmentOutlook(_stands(enrolment, plan), coming, _then(enrolment, plan, ahead))


def _stands(enrolment: Enrolment, plan: Program) -> str:
    step = plan.step(enrolment.step_key)
    if enrolment.awaits == Enrolment.Awaits.RESUME:
        return _("stands still, as the chain is paused")
    where = _at(step) if step else _("at the end")
    if enrolment.awaits:
        what = _awaited(enrolment.awaits, enrolment.awaited_event)
        return _("waits %(where)s for: %(what)s") % {"where": where, "what": what}
    if step and step.wait and step.wait.kind == Step.Wait.EVENT:
        return _("waits %(where)s for: %(what)s; until %(when)s at most") % {
            "where": where,
            "what": event_words(step.wait.event),
            "when": moment(enrolment.due_at),
        }
    return _("waits %(where)s until %(when)s") % {"where": where, "when": moment(enrolment.due_at)}


def _then(enrolment: Enrolment, plan: Program, ahead: Walk) -> str:
    step = plan.step(ahead.step_key)
    if step is None:
        return _("then it ends")
    if step.key == enrolment.step_key:
        return ""
    if step.kind == Step.Kind.BRANCH:
        return _("then the way parts %(where)s") % {"where": _at(step)}
    if step.call:
        return _("then a webhook is called %(where)s") % {"where": _at(step)}
    what = event_words(step.wait.event) if step.wait and step.wait.event else _awaited(ahead.awaits, "")
    return _("then it waits %(where)s for: %(what)s") % {"where": _at(step), "what": what}


def _at(step: ProgramStep) -> str:
    if step.name:
        return _("at step %(number)s “%(name)s”") % {"number": step.number, "name": step.name}
    return _("at step %(number)s") % {"number": step.number}


def _awaited(awaits: str, event: str) -> str:
    if awaits == Enrolment.Awaits.EVENT:
        return event_words(event)
    return str(Enrolment.Awaits(awaits).label)


def _as_due(enrolment: Enrolment) -> DueEnrolment:
    """As advance would read it."""
    return DueEnrolment(*(attrgetter(name.replace("__", "."))(enrolment) for name in DueEnrolment._fields))
