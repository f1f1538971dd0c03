"""Why somebody entered a chain or did not: everything that has to hold, one by one, for each start of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chains import program
from chains.engine.clockwork import DAY
from chains.engine.control import held_places
from chains.engine.entry import Entry
from chains.entry_wording import trigger_words
from chains.models import Chain, ChainVersion, Enrolment, Entrant
from chains.program import Program
from chains.why.starts import Start, starts
from crm.models import Customer, Order
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
class Attempt:
    """One start with all that was asked of it."""

    start: Start
    sentence: str
    lines: tuple[Line, ...]

    @property
    def obstacle(self) -> Line | None:
        return next((line for line in self.lines if not line.holds), None)


@dataclass(frozen=True, slots=True)
class Entrance:
    """The last starts and the next one. `verdict` says in a sentence why there is nobody or somebody in the chain."""

    verdict: str
    past: tuple[Attempt, ...] = ()
    coming: Attempt | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read once for all starts."""

    chain: Chain
    program: Program
    customer: Customer
    enrolments: Sequence[Enrolment]
    entrants: Sequence[Entrant]
    counts_from: dt.datetime
    orders: dict[int, str]


def entrance(chain: Chain, customer: Customer, now: dt.datetime) -> Entrance:
    """As things are now; the number of queries depends on the chain alone."""
    if chain.version_id is None:
        return Entrance(_("The chain was never published, so nobody can be in it."))
    plan = program.load([chain.version_id])[chain.version_id]
    found = starts(plan, customer, now)
    every = [*found.past, *([found.coming] if found.coming else [])]
    known = _Known(
        chain,
        plan,
        customer,
        list(Enrolment.objects.filter(chain=chain, customer=customer).order_by("triggered_at")),
        list(Entrant.objects.filter(chain=chain, customer=customer)),
        _counts_from(chain, plan),
        dict(Order.objects.filter(pk__in=[one.order_id for one in every]).values_list("pk", "number")),
    )
    past = tuple(_attempt(start, known, now) for start in found.past)
    coming = _attempt(found.coming, known, now) if found.coming else None
    return Entrance(_verdict(known, past, coming), past, coming)


def _counts_from(chain: Chain, plan: Program) -> dt.datetime:
    """Since when what starts it counts. A chain by dates moves its watermark on, so its versions are asked."""
    if plan.trigger.kind == Chain.Trigger.EVENT and chain.watermark_at:
        return chain.watermark_at
    versions = (
        ChainVersion.objects.filter(chain=chain).order_by("-number").values_list("published_at", "program__trigger")
    )
    rows = list(versions)
    since = rows[0][0]
    for published_at, trigger in rows:
        if trigger != rows[0][1]:
            break
        since = published_at
    return since


def _verdict(known: _Known, past: Sequence[Attempt], coming: Attempt | None) -> str:
    if any(one.status == Enrolment.Status.ACTIVE for one in known.enrolments):
        return _("%(customer)s is in the chain.") % {"customer": known.customer}
    if past and (obstacle := past[0].obstacle):
        words = (
            _("%(customer)s was in the chain and is not now: %(why)s.")
            if known.enrolments
            else _("%(customer)s did not enter: %(why)s.")
        )
        return words % {"customer": known.customer, "why": obstacle.sentence}
    if past:
        return _("Nothing stands in the way: %(customer)s enters at the next pass.") % {"customer": known.customer}
    words = trigger_words(known.program.trigger)
    if coming:
        return _("The moment of %(customer)s has not come: %(trigger)s.") % {
            "customer": known.customer,
            "trigger": words,
        }
    return _("What starts the chain did not happen to %(customer)s: %(trigger)s.") % {
        "customer": known.customer,
        "trigger": words,
    }


def _attempt(start: Start, known: _Known, now: dt.datetime) -> Attempt:
    entered = _entered(start, known)
    if entered:
        return Attempt(
            start, _told(start, known), (Line(True, _("entered on %(day)s") % {"day": _day(entered.entered_at)}),)
        )
    return Attempt(start, _told(start, known), tuple(_lines(start, known, now)))


def _told(start: Start, known: _Known) -> str:
    day, number = _moment(start.at), known.orders.get(start.order_id or 0)
    return _("%(day)s, order %(order)s") % {"day": day, "order": number} if number else day


def _entered(start: Start, known: _Known) -> Enrolment | None:
    key = known.program.entry_key(start.order_id, start.at)
    matching = [one for one in known.enrolments if one.entry_key == key]
    return next((one for one in matching if key or one.triggered_at == start.at), None)


def _lines(start: Start, known: _Known, now: dt.datetime) -> Iterator[Line]:
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


def _in_time(start: Start, known: _Known, now: dt.datetime) -> Line:
    day = {"day": _moment(known.counts_from)}
    if start.at > now:
        return Line(False, _("its moment has not come yet"))
    if start.at > known.counts_from:
        return Line(True, _("it happened after the chain was switched on (%(day)s)") % day)
    return Line(False, _("it happened before the chain was switched on (%(day)s)") % day)


def _again(start: Start, known: _Known) -> Line:
    """How often a customer may enter."""
    plan, before = known.program, [one for one in known.enrolments if one.triggered_at <= start.at]
    if plan.re_entry == Chain.ReEntry.ONCE and known.enrolments:
        day = _day(known.enrolments[0].entered_at)
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
            % {"days": plan.re_entry_days, "day": _day(before[-1].triggered_at)},
        )
    return Line(True, _("enough time has passed since the last time") if before else _("they have not been in it yet"))


def _audience(start: Start, known: _Known, now: dt.datetime) -> Line:
    """The chain's rule, condition by condition, as things are now."""
    subject = Subject(1, known.customer.pk, start.order_id, start.event_id)
    try:
        found = explain(known.program.audience or {}, subject, now)
    except RuleError as error:
        return Line(False, _("the rule for whom it is cannot be read: %(why)s") % {"why": error})
    words = _("the rule for whom it is holds now") if found.holds else _("the rule for whom it is does not hold now")
    return Line(found.holds, words, found)


def _door(start: Start, known: _Known) -> Iterator[Line]:
    """Those kept outside: by a surge, a pause, or because the past is let in bit by bit."""
    key = known.program.entry_key(start.order_id, start.at)
    waiting = next((one for one in known.entrants if one.entry_key == key), None)
    if waiting and waiting.enters_at:
        yield Line(False, _("they are let in on %(day)s") % {"day": _moment(waiting.enters_at)})
    elif waiting:
        yield Line(False, _("they wait outside until somebody decides about those who came all at once or in a pause"))
    elif known.chain.surged_at and known.chain.surged_at <= start.at:
        yield Line(
            False, _("more wanted to enter than the chain's limit, and it lets nobody in until somebody decides")
        )


def _arm(start: Start, known: _Known) -> Line:
    entry = Entry(known.program, known.customer.pk, start.at, start.order_id)
    words = (
        _("they are in the control group: service reaches them, marketing is held back")
        if held_places([entry])
        else _("they are not in the control group")
    )
    return Line(True, words)


def _moment(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")


def _day(at: dt.datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")
