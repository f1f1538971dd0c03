"""Why a customer entered a chain or did not: all that has to hold, one by one, at each moment that triggers it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from django.utils.translation import gettext as _

from chains.explain.conditions import EntryCondition, EntryFacts, conditions
from chains.explain.entry_sentences import trigger_words
from chains.explain.trigger_moments import MOST_PAST, TriggerMoment, TriggerMoments, trigger_moments
from chains.explain.wording import day_of, moment
from chains.models import Chain, ChainVersion, Enrolment, Entrant
from chains.program import program
from chains.program.program import Program
from crm.models import Customer, Order


@dataclass(frozen=True, slots=True)
class EntryAttempt:
    trigger: TriggerMoment
    sentence: str
    lines: tuple[EntryCondition, ...]
    is_entered: bool = False

    @property
    def obstacle(self) -> EntryCondition | None:
        return next((condition for condition in self.lines if not condition.holds), None)


@dataclass(frozen=True, slots=True)
class EntryExplanation:
    verdict: str  # a sentence
    past: tuple[EntryAttempt, ...] = ()
    coming: EntryAttempt | None = None


def explain_entry(chain: Chain, customer: Customer, now: dt.datetime) -> EntryExplanation:
    """As things are now; the number of queries depends on the chain alone."""
    return explain_entries([chain], customer, now)[chain.pk]


def explain_entries(
    chains: Sequence[Chain], customer: Customer, now: dt.datetime, most_past: int = MOST_PAST
) -> dict[int, EntryExplanation]:
    """By chain; a few queries for all, and for each the search for its moments and the question of its rule."""
    facts = _facts([chain for chain in chains if chain.version_id], customer)
    moments = {
        chain_id: trigger_moments(of_chain.program, customer, now, most_past) for chain_id, of_chain in facts.items()
    }
    numbers = _order_numbers(moments.values())
    return {
        chain.pk: _explanation(replace(facts[chain.pk], orders=numbers), moments[chain.pk], now)
        if chain.version_id
        else EntryExplanation(_("The chain was never published, so nobody can be in it."))
        for chain in chains
    }


def _facts(chains: Sequence[Chain], customer: Customer) -> dict[int, EntryFacts]:
    programs = program.load(chain.version_id for chain in chains if chain.version_id)
    enrolments, entrants, versions = defaultdict(list), defaultdict(list), defaultdict(list)
    for enrolment in Enrolment.objects.filter(chain__in=chains, customer=customer).order_by("triggered_at"):
        enrolments[enrolment.chain_id].append(enrolment)
    for entrant in Entrant.objects.filter(chain__in=chains, customer=customer):
        entrants[entrant.chain_id].append(entrant)
    rows = ChainVersion.objects.filter(chain__in=chains).order_by("-number")
    for chain_id, *version in rows.values_list("chain_id", "published_at", "program__trigger"):
        versions[chain_id].append(version)
    return {
        chain.pk: EntryFacts(
            chain,
            plan := programs[chain.version_id or 0],
            customer,
            enrolments[chain.pk],
            entrants[chain.pk],
            _counts_from(chain, plan, versions[chain.pk]),
        )
        for chain in chains
    }


def _counts_from(chain: Chain, plan: Program, versions: Sequence[Sequence[Any]]) -> dt.datetime:
    """Since when what triggers it counts. A chain by dates moves its watermark on, so its versions are asked."""
    if plan.trigger.kind == Chain.Trigger.EVENT and chain.watermark_at:
        return chain.watermark_at
    (since, newest), *earlier = versions
    for published_at, trigger in earlier:
        if trigger != newest:
            break
        since = published_at
    return cast("dt.datetime", since)


def _order_numbers(moments: Iterable[TriggerMoments]) -> dict[int, str]:
    every = [trigger for one in moments for trigger in (*one.past, *filter(None, [one.coming]))]
    ids = [trigger.order_id for trigger in every if trigger.order_id]
    return dict(Order.objects.filter(pk__in=ids).values_list("pk", "number"))


def _explanation(facts: EntryFacts, moments: TriggerMoments, now: dt.datetime) -> EntryExplanation:
    past = tuple(_attempt(trigger, facts, now) for trigger in moments.past)
    coming = _attempt(moments.coming, facts, now) if moments.coming else None
    return EntryExplanation(_verdict(facts, past, coming), past, coming)


def _verdict(facts: EntryFacts, past: Sequence[EntryAttempt], coming: EntryAttempt | None) -> str:
    if any(enrolment.status == Enrolment.Status.ACTIVE for enrolment in facts.enrolments):
        return _("%(customer)s is in the chain.") % {"customer": facts.customer}
    if past and (obstacle := past[0].obstacle):
        words = (
            _("%(customer)s was in the chain and is not now: %(why)s.")
            if facts.enrolments
            else _("%(customer)s did not enter: %(why)s.")
        )
        return words % {"customer": facts.customer, "why": obstacle.sentence}
    if past and past[0].is_entered:
        return _("%(customer)s is through with the chain.") % {"customer": facts.customer}
    if past:
        return _("Nothing stands in the way: %(customer)s enters at the next pass.") % {"customer": facts.customer}
    words = trigger_words(facts.program.trigger)
    if coming:
        return _("The moment of %(customer)s has not come: %(trigger)s.") % {
            "customer": facts.customer,
            "trigger": words,
        }
    return _("What starts the chain did not happen to %(customer)s: %(trigger)s.") % {
        "customer": facts.customer,
        "trigger": words,
    }


def _attempt(trigger: TriggerMoment, facts: EntryFacts, now: dt.datetime) -> EntryAttempt:
    enrolment = _enrolment(trigger, facts)
    if enrolment:
        return EntryAttempt(
            trigger,
            _sentence(trigger, facts),
            (EntryCondition(True, _("entered on %(day)s") % {"day": day_of(enrolment.entered_at)}),),
            is_entered=True,
        )
    return EntryAttempt(trigger, _sentence(trigger, facts), tuple(conditions(trigger, facts, now)))


def _sentence(trigger: TriggerMoment, facts: EntryFacts) -> str:
    day, number = moment(trigger.at), facts.orders.get(trigger.order_id or 0)
    return _("%(day)s, order %(order)s") % {"day": day, "order": number} if number else day


def _enrolment(trigger: TriggerMoment, facts: EntryFacts) -> Enrolment | None:
    key = facts.program.entry_key(trigger.order_id, trigger.at)
    matching = [enrolment for enrolment in facts.enrolments if enrolment.entry_key == key]
    return next((enrolment for enrolment in matching if key or enrolment.triggered_at == trigger.at), None)
