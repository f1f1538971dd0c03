"""What has to hold for a start to let somebody into a chain, each with its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains.engine.enrol.control_group import control_entries
from chains.engine.enrol.eligibility import EntryRequest
from chains.engine.local_time import DAY
from chains.explain.trigger_moments import Start
from chains.explain.wording import day_of, moment
from chains.models import Chain, Enrolment, Entrant
from chains.program.program import Program
from crm.models import Customer
from segments.rules import RuleError
from segments.subjects import Subject
from segments.why import Finding, explain


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that has to hold; a rule also with its conditions."""

    holds: bool
    sentence: str
    rule: Finding | None = None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What is read once for all starts."""

    chain: Chain
    program: Program
    customer: Customer
    enrolments: Sequence[Enrolment]
    entrants: Sequence[Entrant]
    counts_from: dt.datetime
    orders: dict[int, str]


def conditions(start: Start, known: EntryFacts, now: dt.datetime) -> Iterator[Line]:
    """Everything in the order in which the engine asks it."""
    yield from _customer(known.customer)
    yield _status(known.chain)
    yield _in_time(start, known, now)
    if start.is_historic:
        yield Line(False, _("it came with an import of past orders, and imported history starts nothing"))
    yield _again(start, known)
    if known.program.audience is not None:
        yield _audience(start, known, now)
    yield from _door(start, known)
    if known.program.control_share:
        yield _arm(start, known)


def _customer(customer: Customer) -> Iterator[Line]:
    if customer.erased_at:
        yield Line(False, _("the customer was erased"))
    if customer.merged_into_id:
        yield Line(False, _("the customer was merged into another"))


def _status(chain: Chain) -> Line:
    holds = chain.status == Chain.Status.LIVE
    return Line(holds, _("the chain is %(status)s") % {"status": chain.get_status_display()})


def _in_time(start: Start, known: EntryFacts, now: dt.datetime) -> Line:
    day = {"day": moment(known.counts_from)}
    if start.at > now:
        return Line(False, _("its moment has not come yet"))
    if start.at > known.counts_from:
        return Line(True, _("it happened after the chain was switched on (%(day)s)") % day)
    return Line(False, _("it happened before the chain was switched on (%(day)s)") % day)


def _again(start: Start, known: EntryFacts) -> Line:
    """How often a customer may enter."""
    plan, before = known.program, [one for one in known.enrolments if one.triggered_at <= start.at]
    if plan.re_entry == Chain.ReEntry.ONCE and known.enrolments:
        day = day_of(known.enrolments[0].entered_at)
        return Line(False, _("a customer enters once, and this one did on %(day)s") % {"day": day})
    if plan.re_entry != Chain.ReEntry.AFTER_DAYS:
        return Line(True, _("they have not entered for this yet"))
    if any(one.status == Enrolment.Status.ACTIVE for one in known.enrolments):
        return Line(False, _("they are in the chain already"))
    if before and start.at < before[-1].triggered_at + plan.re_entry_days * DAY:
        return Line(
            False,
            ngettext(
                "they may enter again %(days)d day after the last time, which was on %(day)s",
                "they may enter again %(days)d days after the last time, which was on %(day)s",
                plan.re_entry_days,
            )
            % {"days": plan.re_entry_days, "day": day_of(before[-1].triggered_at)},
        )
    return Line(True, _("enough time has passed since the last time") if before else _("they have not been in it yet"))


def _audience(start: Start, known: EntryFacts, now: dt.datetime) -> Line:
    """The chain's rule, condition by condition, as things are now."""
    subject = Subject(1, known.customer.pk, start.order_id, start.event_id)
    try:
        found = explain(known.program.audience or {}, subject, now)
    except RuleError as error:
        return Line(False, _("the rule for whom it is cannot be read: %(why)s") % {"why": error})
    words = _("the rule for whom it is holds now") if found.holds else _("the rule for whom it is does not hold now")
    return Line(found.holds, words, found)


def _door(start: Start, known: EntryFacts) -> Iterator[Line]:
    """Those kept outside: by a surge, a pause, or because the past is let in bit by bit."""
    key = known.program.entry_key(start.order_id, start.at)
    waiting = next((one for one in known.entrants if one.entry_key == key), None)
    if waiting and waiting.enters_at:
        yield Line(False, _("they are let in on %(day)s") % {"day": moment(waiting.enters_at)})
    elif waiting:
        yield Line(False, _("they wait outside until somebody decides about those who came all at once or in a pause"))
    elif known.chain.surged_at and known.chain.surged_at <= start.at:
        yield Line(
            False, _("more wanted to enter than the chain's limit, and it lets nobody in until somebody decides")
        )


def _arm(start: Start, known: EntryFacts) -> Line:
    entry = EntryRequest(known.program, known.customer.pk, start.at, start.order_id)
    words = (
        _("they are in the control group: service reaches them, marketing is held back")
        if control_entries([entry])
        else _("they are not in the control group")
    )
    return Line(True, words)
