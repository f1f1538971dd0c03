"""What became of a customer in their chains: every enrolment with what was sent, what was not and why."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from chains.explain.decisions import StepDecision, decisions_at
from chains.explain.outlook import EnrolmentOutlook, outlooks
from chains.explain.reasons import sentence
from chains.models import Chain, Enrolment, Passage, Touch
from chains.program import program
from crm.models import Customer

MOST = 20


@dataclass(frozen=True, slots=True)
class EnrolmentHistory:
    enrolment: Enrolment
    outlook: EnrolmentOutlook
    turns: tuple[StepDecision, ...]
    touches: tuple[Touch, ...]

    @property
    def explained_touches(self) -> list[tuple[Touch, str]]:
        return [(touch, sentence(touch)) for touch in self.touches]

    @property
    def is_over(self) -> bool:
        return self.enrolment.status != Enrolment.Status.ACTIVE


@dataclass(frozen=True, slots=True)
class HowMany:
    """How many enrolments are told of, of all there are."""

    shown: int
    in_all: int

    @property
    def is_cut(self) -> bool:
        return self.shown < self.in_all


def how_many(told: Sequence[EnrolmentHistory], customer: Customer, chain: Chain | None = None) -> HowMany:
    rows = Enrolment.objects.filter(customer=customer)
    return HowMany(len(told), (rows.filter(chain=chain) if chain else rows).count())


def histories(customer: Customer, now: dt.datetime, chain: Chain | None = None) -> list[EnrolmentHistory]:
    """The newest ones, those under way first; a constant number of queries."""
    rows = Enrolment.objects.filter(customer=customer).select_related("chain", "version", "order")
    if chain:
        rows = rows.filter(chain=chain)
    enrolments = list(rows.order_by(F("ended_at").desc(nulls_first=True), "-entered_at")[:MOST])
    touches: dict[int, list[Touch]] = defaultdict(list)
    for touch in Touch.objects.filter(enrolment__in=enrolments).order_by("due_at", "pk"):
        touches[touch.enrolment_id].append(touch)
    passages: dict[int, list[Passage]] = defaultdict(list)
    passed = Passage.objects.filter(enrolment__in=enrolments).select_related("event", "enrolment")
    for passage in passed.order_by("passed_at", "pk"):
        passages[passage.enrolment_id].append(passage)
    outlook_of, programs = outlooks(enrolments, now), program.load(one.version_id for one in enrolments)
    return [
        EnrolmentHistory(
            one,
            outlook_of[one.pk],
            tuple(decisions_at(programs[one.version_id], passages[one.pk])),
            tuple(touches[one.pk]),
        )
        for one in enrolments
    ]
