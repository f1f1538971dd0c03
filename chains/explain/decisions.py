"""What was decided for a customer in a chain, in words: which arm they took and why, and what was changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from chains.definition.change_kinds import change_sentence
from chains.definition.wait_kinds import event_words
from chains.models import Enrolment, Passage, Step
from chains.program import program
from chains.program.program import Program
from chains.program.step import ProgramArm, ProgramChange, ProgramStep
from segments.describe import sentence_of


@dataclass(frozen=True, slots=True)
class StepDecision:
    number: str
    step: str
    words: str  # e.g. “took “Regulars”: Number of orders: at least 2”
    at: dt.datetime


def decisions(enrolment: Enrolment) -> Iterator[StepDecision]:
    """In the order they were taken, as far as the version they are in now has the step."""
    plan = program.load([enrolment.version_id])[enrolment.version_id]
    return decisions_at(plan, enrolment.passages.select_related("event", "enrolment").order_by("passed_at", "pk"))


def decisions_at(plan: Program, passages: Iterable[Passage]) -> Iterator[StepDecision]:
    for passage in passages:
        step = plan.step(passage.step_key)
        if step:
            yield StepDecision(step.number, step.name, _decision(step, passage), passage.passed_at)


def _decision(step: ProgramStep, passage: Passage) -> str:
    if step.change:
        return _change(step.change, passage)
    if step.call:
        return _call(passage)
    arm = next((arm for arm in step.arms if arm.key == passage.arm_key), None)
    return _("took “%(arm)s”: %(why)s") % {"arm": arm.name, "why": _why(step, arm, passage)} if arm else ""


def _change(change: ProgramChange, passage: Passage) -> str:
    if passage.enrolment.is_control:
        return _("nothing was changed: the control group")
    return change_sentence(change)


def _call(passage: Passage) -> str:
    if passage.enrolment.is_control:
        return _("no webhook was called: the control group")
    if passage.event is None:
        return _("the webhook did not answer in time")
    told = passage.event.properties
    fields = ", ".join(f"{name}: {value}" for name, value in (told.get("answer") or {}).items())
    words = _("the webhook answered well") if told.get("ok") else _("the webhook refused")
    status = told.get("status") or "—"
    return f"{words} ({status}): {fields}" if fields else f"{words} ({status})"


def _why(step: ProgramStep, arm: ProgramArm, passage: Passage) -> str:
    if step.kind == Step.Kind.SPLIT:
        return _("by chance")
    if step.kind == Step.Kind.BRANCH:
        return sentence_of(arm.rule) if arm.rule is not None else _("nothing before it suited")
    if passage.event is None:
        return _("it did not happen in time") if arm == step.arms[-1] else _("it happened")
    when = date_format(localtime(passage.event.occurred_at), "SHORT_DATETIME_FORMAT")
    return _("%(event)s, %(when)s") % {"event": event_words(passage.event.kind), "when": when}
