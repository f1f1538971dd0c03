"""The tree of steps as the chain's page draws it: sentences, what became of each step, and where more may be put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.definition.step_kinds import STEP_KINDS, has_arms, step_sentence
from chains.definition.timing import DAY, minutes_from_start
from chains.definition.tree import DEEPEST, ArmNode, Node
from chains.models import BranchArm, Step
from chains.results.reading import StepResults
from chains.stats.steps import StepStats
from segments.describe import sentence_of


@dataclass
class DrawnArm:
    arm: BranchArm
    letter: str
    whom: str
    steps: list[DrawnStep]
    may_part: bool  # whether steps with arms have room in it


@dataclass
class DrawnStep:
    step: Step
    number: str
    icon: str
    sentence: str
    when: str
    tally: StepStats | None
    results: StepResults | None
    has_arms: bool
    may_part: bool
    arms: list[DrawnArm] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.step.name or self.sentence[:1].upper() + self.sentence[1:]

    @property
    def has_numbers(self) -> bool:
        """Whether anything has come of it: else there is nothing to draw a line above."""
        tally = self.tally
        return self.results is not None or bool(tally and (tally.waiting or tally.uncertain))

    @property
    def is_plain_wait(self) -> bool:
        """Drawn on the line between two cards."""
        return self.step.kind == Step.Kind.WAIT and not self.has_arms


@dataclass(frozen=True)
class Numbers:
    """What stands at each step now, and what came of it, by its key."""

    tallies: Mapping[str, StepStats] = field(default_factory=dict)
    results: Mapping[str, StepResults] = field(default_factory=dict)


def drawn(nodes: Iterable[Node], numbers: Numbers) -> list[DrawnStep]:
    nodes = list(nodes)
    return _steps(nodes, numbers, minutes_from_start(nodes))


def _steps(nodes: Iterable[Node], numbers: Numbers, minutes: Mapping[str, int]) -> list[DrawnStep]:
    return [
        DrawnStep(
            step=node.step,
            number=node.number,
            icon=STEP_KINDS[node.step.kind].icon,
            sentence=step_sentence(node.step),
            when=_when(minutes.get(node.step.key)),
            tally=numbers.tallies.get(node.step.key),
            results=numbers.results.get(node.step.key),
            has_arms=has_arms(node.step),
            may_part=node.depth < DEEPEST,
            arms=[_arm(node, arm_node, numbers, minutes) for arm_node in node.arms],
        )
        for node in nodes
    ]


def _arm(node: Node, arm_node: ArmNode, numbers: Numbers, minutes: Mapping[str, int]) -> DrawnArm:
    return DrawnArm(
        arm=arm_node.arm,
        letter=f"{node.number}{arm_node.letter}",
        whom=_whom(node, arm_node.arm),
        steps=_steps(arm_node.nodes, numbers, minutes),
        may_part=node.depth + 1 < DEEPEST,
    )


def _whom(node: Node, arm: BranchArm) -> str:
    if STEP_KINDS[node.step.kind].arms_by == "weight":
        return f"{100 * arm.weight / sum(one.arm.weight for one in node.arms):.0f} %"
    return sentence_of(arm.rule) if arm.rule else ""


def _when(minutes: int | None) -> str:
    if minutes is None:
        return ""
    if minutes < DAY:
        return _("on the first day")
    return ngettext("%(days)d day from the start", "%(days)d days from the start", minutes // DAY) % {
        "days": minutes // DAY
    }
