"""Why somebody entered a chain or did not: everything that has to hold, one by one, for each start of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chains.explain.conditions import EntryFacts, Line, conditions
from chains.explain.entry_sentences import trigger_words
from chains.explain.trigger_moments import Start, starts
from chains.explain.wording import day_of, moment
from chains.models import Chain, ChainVersion, Enrolment, Entrant
from chains.program import program
from chains.program.program import Program
from crm.models import Customer, Order


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


def entrance(chain: Chain, customer: Customer, now: dt.datetime) -> Entrance:
    """As things are now; the number of queries depends on the chain alone."""
    if chain.version_id is None:
        return Entrance(_("The chain was never published, so nobody can be in it."))
    plan = program.load([chain.version_id])[chain.version_id]
    found = starts(plan, customer, now)
    every = [*found.past, *([found.coming] if found.coming else [])]
    known = EntryFacts(
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


def _verdict(known: EntryFacts, past: Sequence[Attempt], coming: Attempt | None) -> str:
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


def _attempt(start: Start, known: EntryFacts, now: dt.datetime) -> Attempt:
    entered = _entered(start, known)
    if entered:
        return Attempt(
            start, _told(start, known), (Line(True, _("entered on %(day)s") % {"day": day_of(entered.entered_at)}),)
        )
    return Attempt(start, _told(start, known), tuple(conditions(start, known, now)))


def _told(start: Start, known: EntryFacts) -> str:
    day, number = moment(start.at), known.orders.get(start.order_id or 0)
    return _("%(day)s, order %(order)s") % {"day": day, "order": number} if number else day


def _entered(start: Start, known: EntryFacts) -> Enrolment | None:
    key = known.program.entry_key(start.order_id, start.at)
    matching = [one for one in known.enrolments if one.entry_key == key]
    return next((one for one in matching if key or one.triggered_at == start.at), None)
