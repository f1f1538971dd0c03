"""Why a customer entered a chain or did not: all that has to hold, one by one, at each moment that triggers it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from chains.explain.conditions import EntryCondition, EntryFacts, conditions
from chains.explain.entry_sentences import trigger_words
from chains.explain.trigger_moments import TriggerMoment, trigger_moments
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
    if chain.version_id is None:
        return EntryExplanation(_("The chain was never published, so nobody can be in it."))
    plan = program.load([chain.version_id])[chain.version_id]
    moments = trigger_moments(plan, customer, now)
    every = [*moments.past, *([moments.coming] if moments.coming else [])]
    facts = EntryFacts(
        chain,
        plan,
        customer,
        list(Enrolment.objects.filter(chain=chain, customer=customer).order_by("triggered_at")),
        list(Entrant.objects.filter(chain=chain, customer=customer)),
        _counts_from(chain, plan),
        dict(Order.objects.filter(pk__in=[trigger.order_id for trigger in every]).values_list("pk", "number")),
    )
    past = tuple(_attempt(trigger, facts, now) for trigger in moments.past)
    coming = _attempt(moments.coming, facts, now) if moments.coming else None
    return EntryExplanation(_verdict(facts, past, coming), past, coming)


def _counts_from(chain: Chain, plan: Program) -> dt.datetime:
    """Since when what triggers it counts. A chain by dates moves its watermark on, so its versions are asked."""
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
        )
    return EntryAttempt(trigger, _sentence(trigger, facts), tuple(conditions(trigger, facts, now)))


def _sentence(trigger: TriggerMoment, facts: EntryFacts) -> str:
    day, number = moment(trigger.at), facts.orders.get(trigger.order_id or 0)
    return _("%(day)s, order %(order)s") % {"day": day, "order": number} if number else day


def _enrolment(trigger: TriggerMoment, facts: EntryFacts) -> Enrolment | None:
    key = facts.program.entry_key(trigger.order_id, trigger.at)
    matching = [enrolment for enrolment in facts.enrolments if enrolment.entry_key == key]
    return next((enrolment for enrolment in matching if key or enrolment.triggered_at == trigger.at), None)
