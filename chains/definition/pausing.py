"""Pausing, resuming and archiving a chain, and deciding about those who were kept out of it.

Locks are taken in the order of the engine's verbs: customers, then the chain.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from chains.engine.pause_release import release_paused
from chains.experiments import lifecycle
from chains.models import Backlog, Chain, Enrolment, Entrant, Pause, Touch
from crm.models import Customer


@dataclass(frozen=True, slots=True)
class PausedWork:
    """What a pause has kept waiting so far: people who would have gone on, messages, people who would have entered."""

    since: dt.datetime
    people: int
    messages: int
    entrants: int


def paused_work(chain: Chain, now: dt.datetime) -> PausedWork | None:
    """None when the chain is not paused."""
    since = Pause.objects.open().filter(chain=chain).values_list("paused_at", flat=True).first()
    if since is None:
        return None
    due = Q(due_at__gt=since, due_at__lte=now)
    under_way = Enrolment.objects.active().filter(Q(awaits=Enrolment.Awaits.RESUME) | due, chain=chain)
    waiting = Touch.objects.scheduled().filter(Q(reason=Touch.Reason.CHAIN_PAUSED) | due, chain=chain)
    entrants = Entrant.objects.kept_out().filter(chain=chain, created_at__gte=since)
    return PausedWork(since, under_way.count(), waiting.count(), entrants.values("customer").distinct().count())


@transaction.atomic
def pause(chain: Chain, now: dt.datetime, by: User | None = None) -> None:
    """Nobody goes on or is written to until it is resumed; who would enter waits."""
    if Chain.objects.live().filter(pk=chain.pk).update(status=Chain.Status.PAUSED):
        Pause.objects.create(chain=chain, paused_at=now, paused_by=by)


@transaction.atomic
def resume(chain: Chain, now: dt.datetime, decision: str, by: User | None = None) -> None:
    """Go on. What fell due meanwhile is sent now, dropped, or put off by the time of the pause.

    Those who would have entered meanwhile do so now, are forgotten, or enter as much later.
    """
    if decision not in Pause.Decision.values or not decision:
        raise ValueError(_("Say what is to become of what fell due during the pause."))
    ended = Pause.objects.filter(chain=chain, resumed_at=None).first()
    if ended is None:
        return
    ended.resumed_at, ended.decision, ended.resumed_by = now, decision, by
    # Guard may not have come by yet to set these aside.
    release_paused(ended, overdue=Q(due_at__gt=ended.paused_at, due_at__lte=now))
    if not Chain.objects.filter(pk=chain.pk, status=Chain.Status.PAUSED).update(status=Chain.Status.LIVE):
        return
    ended.save(update_fields=["resumed_at", "decision", "resumed_by"])
    _decide_about_entrants(ended)


def _decide_about_entrants(ended: Pause) -> None:
    kept = Entrant.objects.kept_out().filter(chain=ended.chain_id, created_at__gte=ended.paused_at)
    if ended.decision == Pause.Decision.DROP:
        kept.delete()
    elif ended.decision == Pause.Decision.SEND:
        kept.update(enters_at=ended.resumed_at, is_let_in=True)
    else:
        kept.update(enters_at=F("triggered_at") + ended.length, is_let_in=True)


@transaction.atomic
def archive(chain: Chain, now: dt.datetime) -> None:
    """End it: advance takes everybody out, guard skips what still waits, nobody waits to enter."""
    under_way = Enrolment.objects.active().filter(chain=chain)
    waiting = Touch.objects.scheduled().filter(chain=chain)
    customers = {*under_way.values_list("customer", flat=True), *waiting.values_list("customer", flat=True)}
    list(Customer.objects.locked(customers).values_list("pk"))
    if (
        not Chain.objects.exclude(status=Chain.Status.ARCHIVED)
        .filter(pk=chain.pk)
        .update(status=Chain.Status.ARCHIVED, surged_at=None)
    ):
        return
    Pause.objects.open().filter(chain=chain).update(resumed_at=now, decision=Pause.Decision.DROP)
    under_way.update(due_at=now, awaits=Enrolment.Awaits.NOTHING)
    waiting.wake(now)
    Entrant.objects.filter(chain=chain).delete()
    Backlog.objects.filter(chain=chain).delete()
    lifecycle.stop_all(chain, now)


@transaction.atomic
def let_in(chain: Chain, now: dt.datetime) -> int:
    """After a surge: whoever was kept out enters, past the limit, which counts anew from now on."""
    waiting = _calm(chain, now)
    return waiting.update(enters_at=now, is_let_in=True)


@transaction.atomic
def discard(chain: Chain, now: dt.datetime) -> int:
    """After a surge: whoever was kept out does not enter; from now on everybody does again."""
    return _calm(chain, now).delete()[0]


def _calm(chain: Chain, now: dt.datetime) -> QuerySet[Entrant]:
    """Open the chain together with the answer: nobody is kept out between the two without staff being asked."""
    locked = Chain.objects.select_for_update(of=("self",), no_key=True).get(pk=chain.pk)
    locked.surged_at, locked.calm_since = None, now
    locked.save(update_fields=["surged_at", "calm_since"])
    kept = Entrant.objects.kept_out().filter(chain=chain)
    # What waits because the chain is paused is asked about when it is resumed.
    paused = Pause.objects.open().filter(chain=chain).values_list("paused_at", flat=True).first()
    return kept.filter(created_at__lt=paused) if paused else kept


@transaction.atomic
def stop_letting_in(chain: Chain) -> int:
    """Who was to enter from the past and whose turn has not come does not enter."""
    Backlog.objects.filter(chain=chain).delete()
    return Entrant.objects.filter(chain=chain, is_let_in=True).delete()[0]
