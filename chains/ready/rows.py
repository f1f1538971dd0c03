"""The steps of a ready chain as rows of its draft, arm by arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chains.definition.step_kinds import arm_names
from chains.models import BranchArm, Chain, MessageTemplate, Step
from chains.ready.blocks import listed
from chains.ready.rules import Rule, chose
from chains.ready.steps import (
    Answered,
    ReadyBranch,
    ReadyChain,
    ReadyChange,
    ReadyLetter,
    ReadyStep,
    ReadyTask,
    ReadyUntil,
    ReadyWait,
)
from chains.ready.words import ChainWords, letter_words
from crm.languages import codes
from crm.models import Channel

ANSWERED_WITHIN_DAYS = 30


class StepRows:
    """`templates` by the key of the letter."""

    def __init__(
        self, chain: Chain, ready: ReadyChain, words: ChainWords, templates: Mapping[str, MessageTemplate]
    ) -> None:
        self.chain, self.ready, self.words, self.templates = chain, ready, words, templates

    def add(self, steps: Sequence[ReadyStep], arm: BranchArm | None = None) -> None:
        for position, step in enumerate(steps):
            row = Step.objects.create(chain=self.chain, arm=arm, position=position, **self._fields(step))
            self._add_arms(step, row)

    def _add_arms(self, step: ReadyStep, row: Step) -> None:
        if isinstance(step, ReadyUntil):
            for position, (name, steps) in enumerate(zip(arm_names(row), (step.happened, step.ran_out), strict=True)):
                self.add(steps, BranchArm.objects.create(step=row, position=position, name=str(name)))
        elif isinstance(step, ReadyBranch):
            for position, ready in enumerate(step.arms):
                name, rule = self.words.arms[ready.key], self._rule(ready.rule)
                self.add(ready.steps, BranchArm.objects.create(step=row, position=position, name=name, rule=rule))

    def _rule(self, rule: Rule | Answered | None) -> Rule | None:
        if not isinstance(rule, Answered):
            return rule
        said = (letter_words(code, self.ready.key, rule.letter).sections[rule.section] for code in codes())
        return chose([listed(one)[1 + rule.place] for one in said], ANSWERED_WITHIN_DAYS)

    def _fields(self, step: ReadyStep) -> dict[str, Any]:
        match step:
            case ReadyLetter():
                return self._message(step)
            case ReadyWait():
                return _wait(step)
            case ReadyUntil():
                return _until(step)
            case ReadyTask():
                return self._task(step)
            case ReadyChange():
                return {"kind": Step.Kind.CHANGE, **step.fields}
            case ReadyBranch():
                return {"kind": Step.Kind.BRANCH}

    def _message(self, letter: ReadyLetter) -> dict[str, Any]:
        template = self.templates[letter.key]
        return {
            "kind": Step.Kind.MESSAGE,
            "name": template.name.partition(": ")[2].capitalize(),
            "purpose": letter.purpose,
            "template": template,
            "late_after_hours": letter.late_after_hours,
            "channels": [*letter.short, Channel.EMAIL] if letter.short else [],
        }

    def _task(self, task: ReadyTask) -> dict[str, Any]:
        words = self.words.task(task.key)
        return {
            "kind": Step.Kind.STAFF_TASK,
            "name": words.name,
            "task_kind": task.kind,
            "script": words.script.strip(),
            "purpose": task.purpose,
            "due_days": task.due_days,
        }


def _wait(step: ReadyWait) -> dict[str, Any]:
    counted = {"wait": Step.Wait.OFFSET, "wait_from": step.since} if step.since else {"wait": Step.Wait.TIME}
    return {
        "kind": Step.Kind.WAIT,
        "wait_amount": step.amount,
        "wait_unit": step.unit,
        "if_unknown": step.if_unknown,
        **counted,
    }


def _until(step: ReadyUntil) -> dict[str, Any]:
    return {
        "kind": Step.Kind.WAIT,
        "wait": Step.Wait.EVENT,
        "wait_event": step.event,
        "wait_amount": step.days,
        "wait_unit": Step.Unit.DAYS,
        "wait_from": Step.Anchor.ARRIVAL,
        "wait_this_order": step.about_this_order,
    }
