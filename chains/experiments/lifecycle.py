"""An experiment starts when its chain is published, and ends once: judged by its plan, or stopped without verdict."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from chains.experiments import outcomes, verdict
from chains.experiments.planning import planned_size
from chains.experiments.variants import content_digest
from chains.models import Chain, Experiment, Step


def start(chain: Chain, now: dt.datetime) -> int:
    """Start what was prepared in the draft just published: from now on its plan is fixed. Returns how many."""
    planned = Experiment.objects.filter(chain=chain, status=Experiment.Status.PLANNED).prefetch_related("variants")
    steps = {step.key: step for step in chain.steps.select_related("template")}
    starting = [experiment for experiment in planned if experiment.step_key in steps]
    for experiment in starting:
        experiment.planned_size = planned_size(experiment)
        experiment.content = content_digest(steps[experiment.step_key], experiment)
        experiment.status, experiment.started_at = Experiment.Status.RUNNING, now
        experiment.save(update_fields=["planned_size", "content", "status", "started_at"])
    return len(starting)


@transaction.atomic
def stop(experiment: Experiment, now: dt.datetime) -> None:
    """What was counted until now stays to be read; no verdict is drawn from it."""
    experiment = _locked(experiment)
    if experiment.status != Experiment.Status.RUNNING:
        raise ValueError(_("It does not run."))
    outcomes.keep(experiment, now)
    _end(experiment, Experiment.Status.STOPPED, now)


def stop_all(chain: Chain, now: dt.datetime) -> None:
    for experiment in Experiment.objects.running().filter(chain=chain):
        stop(experiment, now)


@transaction.atomic
def conclude(experiment: Experiment, now: dt.datetime, *, time_is_up: bool = False) -> bool:
    """Judge it by the figures of this moment if it has its size, or if its time is up; they never change again."""
    experiment = _locked(experiment)
    if experiment.status != Experiment.Status.RUNNING:
        return False
    counted = outcomes.keep(experiment, now)
    if not time_is_up and not verdict.is_ripe(experiment, counted, now):
        return False
    _end(experiment, Experiment.Status.DONE, now)
    return True


def conclude_due(now: dt.datetime) -> int:
    """Count all that run, and judge those that are ripe. What writes to the rest has its own time."""
    running = Experiment.objects.running().filter(rest_step_key="")
    return sum(conclude(experiment, now) for experiment in running)


@transaction.atomic
def adopt(experiment: Experiment, letter: str) -> Step | None:
    """Put a variant into the step of the draft, which keeps its key; A leaves the step as it is."""
    experiment = _locked(experiment)
    if experiment.is_open:
        raise ValueError(_("It is not over yet."))
    if letter not in experiment.shares:
        raise ValueError(_("There is no such variant."))
    step = Step.objects.filter(chain=experiment.chain_id, key=experiment.step_key).first()
    if step is None:
        raise ValueError(_("The step is not in the chain any more."))
    for variant in experiment.variants.filter(letter=letter):
        for name, value in variant.instead.items():
            setattr(step, name, value)
        step.save(update_fields=list(variant.instead))
    experiment.adopted = letter
    experiment.save(update_fields=["adopted"])
    return step


def _locked(experiment: Experiment) -> Experiment:
    return Experiment.objects.select_for_update(of=("self",)).select_related("chain").get(pk=experiment.pk)


def _end(experiment: Experiment, status: str, now: dt.datetime) -> None:
    experiment.status, experiment.ended_at = status, now
    experiment.save(update_fields=["status", "ended_at"])
