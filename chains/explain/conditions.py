"""What has to hold for a customer to enter a chain at a moment that triggers it, each with its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.engine.enrol.control_group import control_entries
from chains.engine.enrol.eligibility import EntryRequest
from chains.engine.local_time import DAY
from chains.explain.trigger_moments import TriggerMoment
from chains.explain.wording import day_of, moment
from chains.models import Chain, Enrolment, Entrant
from chains.program.program import Program
from crm.models import Customer
from segments.rules import RuleError
from segments.subjects import Subject
from segments.why import Finding, explain


@dataclass(frozen=True, slots=True)
class EntryCondition:
    holds: bool
    sentence: str
    rule: Finding | None = None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What is read once for all moments."""

    chain: Chain
    program: Program
    customer: Customer
    enrolments: Sequence[Enrolment]
    entrants: Sequence[Entrant]
    counts_from: dt.datetime
    orders: Mapping[int, str] = field(default_factory=dict)


def conditions(trigger: TriggerMoment, facts: EntryFacts, now: dt.datetime) -> Iterator[EntryCondition]:
    """All of them, in the order in which the engine checks."""
    yield from _customer(facts.customer)
    yield _status(facts.chain)
    yield _in_time(trigger, facts, now)
    if trigger.is_historic:
        yield EntryCondition(False, _("it came with an import of past orders, and imported history starts nothing"))
    yield _re_entry(trigger, facts)
    if facts.program.audience is not None:
        yield _audience(trigger, facts, now)
    yield from _admission(trigger, facts)
    if facts.program.control_share:
        yield _control_group(trigger, facts)


def _customer(customer: Customer) -> Iterator[EntryCondition]:
    if customer.erased_at:
        yield EntryCondition(False, _("the customer was erased"))
    if customer.merged_into_id:
        yield EntryCondition(False, _("the customer was merged into another"))


def _status(chain: Chain) -> EntryCondition:
    holds = chain.status == Chain.Status.LIVE
    return EntryCondition(holds, _("the chain is %(status)s") % {"status": chain.get_status_display()})


def _in_time(trigger: TriggerMoment, facts: EntryFacts, now: dt.datetime) -> EntryCondition:
    day = {"day": moment(facts.counts_from)}
    if trigger.at > now:
        return EntryCondition(False, _("its moment has not come yet"))
    if trigger.at > facts.counts_from:
        return EntryCondition(True, _("it happened after the chain was switched on (%(day)s)") % day)
    return EntryCondition(False, _("it happened before the chain was switched on (%(day)s)") % day)


def _re_entry(trigger: TriggerMoment, facts: EntryFacts) -> EntryCondition:
    plan = facts.program
    before = [enrolment for enrolment in facts.enrolments if enrolment.triggered_at <= trigger.at]
    if plan.re_entry == Chain.ReEntry.ONCE and facts.enrolments:
        day = day_of(facts.enrolments[0].entered_at)
        return EntryCondition(False, _("a customer enters once, and this one did on %(day)s") % {"day": day})
    if plan.re_entry != Chain.ReEntry.AFTER_DAYS:
        return EntryCondition(True, _("they have not entered for this yet"))
    if any(enrolment.status == Enrolment.Status.ACTIVE for enrolment in facts.enrolments):
        return EntryCondition(False, _("they are in the chain already"))
    if before and trigger.at < before[-1].triggered_at + plan.re_entry_days * DAY:
        return EntryCondition(
            False,
            ngettext(
                "they may enter again %(days)d day after the last time, which was on %(day)s",
                "they may enter again %(days)d days after the last time, which was on %(day)s",
                plan.re_entry_days,
            )
            % {"days": plan.re_entry_days, "day": day_of(before[-1].triggered_at)},
        )
    return EntryCondition(
        True, _("enough time has passed since the last time") if before else _("they have not been in it yet")
    )


def _audience(trigger: TriggerMoment, facts: EntryFacts, now: dt.datetime) -> EntryCondition:
    subject = Subject(1, facts.customer.pk, trigger.order_id, trigger.event_id)
    try:
        finding = explain(facts.program.audience or {}, subject, now)
    except RuleError as error:
        return EntryCondition(False, _("the rule for whom it is cannot be read: %(why)s") % {"why": error})
    words = _("the rule for whom it is holds now") if finding.holds else _("the rule for whom it is does not hold now")
    return EntryCondition(finding.holds, words, finding)


def _admission(trigger: TriggerMoment, facts: EntryFacts) -> Iterator[EntryCondition]:
    """Whether a surge, a pause or the spread of a backlog keeps them out."""
    key = facts.program.entry_key(trigger.order_id, trigger.at)
    waiting = next((entrant for entrant in facts.entrants if entrant.entry_key == key), None)
    if waiting and waiting.enters_at:
        yield EntryCondition(False, _("they are let in on %(day)s") % {"day": moment(waiting.enters_at)})
    elif waiting:
        yield EntryCondition(
            False, _("they wait outside until somebody decides about those who came all at once or in a pause")
        )
    elif facts.chain.surged_at and facts.chain.surged_at <= trigger.at:
        yield EntryCondition(
            False, _("more wanted to enter than the chain's limit, and it lets nobody in until somebody decides")
        )


def _control_group(trigger: TriggerMoment, facts: EntryFacts) -> EntryCondition:
    entry = EntryRequest(facts.program, facts.customer.pk, trigger.at, trigger.order_id)
    words = (
        _("they are in the control group: service reaches them, marketing is held back")
        if control_entries([entry])
        else _("they are not in the control group")
    )
    return EntryCondition(True, words)
