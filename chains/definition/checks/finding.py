"""One thing the health check has to say of a chain, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django_stubs_ext import StrPromise

from chains.definition.checks.codes import RULES, Code, Level, Target
from chains.definition.tree import Node
from chains.messages.written import WrittenText
from chains.models import TemplateText


class Place(NamedTuple):
    """Where: nothing of it for the chain as a whole."""

    step: str = ""  # its key
    step_id: int = 0
    number: str = ""  # as people speak of it: 2a.1
    name: str = ""
    template: int = 0
    channel: str = ""
    language: str = ""
    block: str = ""  # its key


CHAIN = Place()


@dataclass(frozen=True, slots=True)
class Finding:
    code: Code
    words: str
    place: Place = CHAIN
    # What it rests on: whoever decided to publish in spite of it has decided about this, and not about what it becomes.
    basis: str = ""

    def __str__(self) -> str:
        if not self.place.step:
            return self.words
        step = {"number": self.place.number, "step": self.place.name, "problem": self.words}
        return _("Step %(number)s (%(step)s): %(problem)s") % step

    @property
    def level(self) -> Level:
        return RULES[self.code].level

    @property
    def is_blocking(self) -> bool:
        return self.level == Level.BLOCKS

    @property
    def why(self) -> StrPromise | str:
        return RULES[self.code].why

    @property
    def target(self) -> Target:
        return RULES[self.code].target

    @property
    def may_be_overridden(self) -> bool:
        return RULES[self.code].may_be_overridden


def place_of(node: Node) -> Place:
    step = node.step
    return Place(step=step.key, step_id=step.pk, number=node.number, name=str(step), template=step.template_id or 0)


def at_text(place: Place, text: WrittenText | TemplateText, block: str = "") -> Place:
    return place._replace(channel=text.channel, language=text.language, block=block)
