"""Every chain for one customer: in it, through with it, or not and why. It takes a constant number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from chains.explain.entry_sentences import trigger_words
from chains.explain.histories import EnrolmentHistory, histories
from chains.explain.wording import moment
from chains.models import Chain, Entrant
from chains.program import program
from chains.program.program import Program
from crm.models import Customer, Event


@dataclass(frozen=True, slots=True)
class ChainNotEntered:
    chain: Chain
    sentence: str


@dataclass(frozen=True, slots=True)
class CustomerChains:
    stays: tuple[EnrolmentHistory, ...]
    missing: tuple[ChainNotEntered, ...]


def customer_chains(customer: Customer, now: dt.datetime) -> CustomerChains:
    """The chains they are or were in, and each that runs and that they never entered."""
    chains = list(Chain.objects.running().exclude(enrolments__customer=customer).order_by("priority", "name"))
    programs = program.load(chain.version_id for chain in chains if chain.version_id)
    plans = {plan.chain_id: plan for plan in programs.values()}
    waiting = dict(Entrant.objects.filter(chain__in=chains, customer=customer).values_list("chain_id", "enters_at"))
    happened_at = _last_events(customer, plans.values())
    return CustomerChains(
        tuple(histories(customer, now)),
        tuple(ChainNotEntered(chain, _why(chain, plans[chain.pk], waiting, happened_at)) for chain in chains),
    )


def _last_events(customer: Customer, plans: Iterable[Program]) -> dict[tuple[str, int | None], dt.datetime]:
    """When the events that trigger the chains happened last, by kind and by segment."""
    kinds = {plan.trigger.event for plan in plans if plan.trigger.kind == Chain.Trigger.EVENT}
    events = Event.objects.filter(customer=customer, kind__in=kinds, is_historic=False)
    rows = events.order_by().values_list("kind", "properties__segment").annotate(Max("occurred_at"))
    last: dict[tuple[str, int | None], dt.datetime] = {}
    for kind, segment, at in rows:
        last[kind, segment] = at
        last[kind, None] = max(at, last.get((kind, None), at))
    return last


def _why(
    chain: Chain,
    plan: Program,
    waiting: Mapping[int, dt.datetime | None],
    happened_at: Mapping[tuple[str, int | None], dt.datetime],
) -> str:
    if chain.pk in waiting:
        enters_at = waiting[chain.pk]
        return (
            _("waits to be let in, on %(day)s") % {"day": moment(enters_at)}
            if enters_at
            else _("waits outside until somebody decides")
        )
    words = trigger_words(plan.trigger)
    if plan.trigger.kind != Chain.Trigger.EVENT:
        return _("not entered: %(trigger)s") % {"trigger": words}
    at = happened_at.get((plan.trigger.event, plan.trigger.segment))
    if at is None:
        return _("it never happened: %(trigger)s") % {"trigger": words}
    if chain.watermark_at and at <= chain.watermark_at:
        return _("%(trigger)s, last on %(day)s: before the chain was switched on") % {
            "trigger": words,
            "day": moment(at),
        }
    return _("%(trigger)s on %(day)s, and yet not entered") % {"trigger": words, "day": moment(at)}
