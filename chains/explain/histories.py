"""What became of a customer in their chains: every stay with what was sent, what was not and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F

from chains.explain.decisions import StepDecision, turns_at
from chains.explain.outlook import Outlook, outlooks
from chains.explain.reasons import sentence
from chains.models import Chain, Enrolment, Passage, Touch
from chains.program import program
from crm.models import Customer

MOST = 20


@dataclass(frozen=True, slots=True)
class Stayed:
    """One enrolment: where it stands, how its way was decided, and its touches in the order of their turn."""

    enrolment: Enrolment
    outlook: Outlook
    turns: tuple[StepDecision, ...]
    touches: tuple[Touch, ...]

    @property
    def explained_touches(self) -> list[tuple[Touch, str]]:
        return [(touch, sentence(touch)) for touch in self.touches]

    @property
    def is_over(self) -> bool:
        return self.enrolment.status != Enrolment.Status.ACTIVE


def stays(customer: Customer, now: dt.datetime, chain: Chain | None = None) -> list[Stayed]:
    """The newest ones, those under way first; a constant number of queries."""
    found = Enrolment.objects.filter(customer=customer).select_related("chain", "version", "order")
    if chain:
        found = found.filter(chain=chain)
    enrolments = list(found.order_by(F("ended_at").desc(nulls_first=True), "-entered_at")[:MOST])
    touches: dict[int, list[Touch]] = defaultdict(list)
    for touch in Touch.objects.filter(enrolment__in=enrolments).order_by("due_at", "pk"):
        touches[touch.enrolment_id].append(touch)
    passages: dict[int, list[Passage]] = defaultdict(list)
    decided = Passage.objects.filter(enrolment__in=enrolments).select_related("event", "enrolment")
    for passage in decided.order_by("passed_at", "pk"):
        passages[passage.enrolment_id].append(passage)
    ahead, programs = outlooks(enrolments, now), program.load(one.version_id for one in enrolments)
    return [
        Stayed(
            one,
            ahead[one.pk],
            tuple(turns_at(programs[one.version_id], passages[one.pk])),
            tuple(touches[one.pk]),
        )
        for one in enrolments
    ]
