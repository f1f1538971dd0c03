"""A one-off message tried on a share of the segment first: two variants by chance, then the better one to the rest.

The chain has a split: those of the share get the message with an experiment on it, the rest wait a day longer than the
experiment takes. When its time is up it is judged by its figures; the better variant is put before the rest, and
without a verdict the message goes to them as it is.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chains.definition.publishing import NotPublishable, publish
from chains.engine.local_time import DAY, HOUR, on_clock
from chains.experiments import lifecycle
from chains.experiments.variants import copy_of, rewritten
from chains.experiments.verdict import judge
from chains.models import BranchArm, Chain, Experiment, ExperimentVariant, MessageTemplate, Step
from chains.models.experiment import AS_IS
from crm.timezones import shop_zone

logger = logging.getLogger(__name__)
# Where customers are east of the shop their day begins sooner: it is judged before the rest of them is written to.
AFTER_THE_DAYS = 12 * HOUR


@dataclass(frozen=True, slots=True)
class Trial:
    """`instead` is what B says, by language, in place of what differs; or `terms`, when and over what it goes."""

    differs_in: str
    instead: Mapping[str, str] = field(default_factory=dict)
    share: int = 20
    days: int = 3
    terms: Mapping[str, Any] = field(default_factory=dict)


def lay_out(chain: Chain, template: MessageTemplate, trial: Trial) -> Experiment:
    """The steps of such a chain, and the experiment that starts with it."""
    split = Step.objects.create(chain=chain, position=1, kind=Step.Kind.SPLIT, name=_("Tried first"))
    tried, rest = (
        BranchArm.objects.create(step=split, position=place, name=name, weight=weight)
        for place, (name, weight) in enumerate(
            ((_("tries the variants"), trial.share), (_("the rest"), 100 - trial.share)), start=1
        )
    )
    words = {"chain": chain, "kind": Step.Kind.MESSAGE, "purpose": template.purpose, "template": template}
    step = Step.objects.create(arm=tried, position=1, **words)
    Step.objects.create(
        chain=chain, arm=rest, position=1, kind=Step.Kind.WAIT, wait_amount=trial.days + 1, wait_unit=Step.Unit.DAYS
    )
    to_the_rest = Step.objects.create(arm=rest, position=2, **words)
    experiment = Experiment.objects.create(
        chain=chain,
        step_key=step.key,
        step_name=chain.name,
        rest_step_key=to_the_rest.key,
        differs_in=trial.differs_in,
        outcome_days=trial.days,
    )
    variant = copy_of(template, "B") if experiment.is_in_words else None
    if variant:
        rewritten(variant, trial.differs_in, trial.instead)
    ExperimentVariant.objects.create(experiment=experiment, letter="B", share=50, template=variant, **trial.terms)
    return experiment


def judge_due(now: dt.datetime) -> int:
    """Judge those whose time is up, and put the better variant before the rest. Returns how many."""
    running = Experiment.objects.running().exclude(rest_step_key="").select_related("chain")
    due = [experiment for experiment in running if judged_at(experiment) <= now]
    return sum(_settle(experiment, now) for experiment in due)


def judged_at(experiment: Experiment) -> dt.datetime:
    chain = experiment.chain
    if chain.trigger_on is None:
        raise ValueError(f"chain {chain.pk} has no day")
    began_at = on_clock(chain.trigger_on, dt.time(chain.trigger_hour), shop_zone())
    return began_at + experiment.outcome_days * DAY + AFTER_THE_DAYS


def _settle(experiment: Experiment, now: dt.datetime) -> bool:
    if not lifecycle.conclude(experiment, now, time_is_up=True):
        return False
    experiment.refresh_from_db()
    try:
        _write_to_the_rest(experiment, judge(experiment).winner or AS_IS, now)
    except NotPublishable as error:
        logger.warning("The rest of “%s” gets the message as it is: %s", experiment.chain, error)
    return True


@transaction.atomic
def _write_to_the_rest(experiment: Experiment, letter: str, now: dt.datetime) -> None:
    """Whoever waits is moved to the version in which the better one goes out."""
    winner = experiment.variants.filter(letter=letter).first()
    if winner:
        Step.objects.filter(chain=experiment.chain, key=experiment.rest_step_key).update(**winner.instead)
        publish(experiment.chain, now, moves_people=True)
    Experiment.objects.filter(pk=experiment.pk).update(adopted=letter)
