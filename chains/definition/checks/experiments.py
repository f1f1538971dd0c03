"""What runs on a step that the draft no longer has."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding
from chains.models import Chain, Experiment


def experiment_problems(chain: Chain) -> Iterator[Finding]:
    gone = Experiment.objects.running().filter(chain=chain).exclude(step_key__in=chain.steps.values("key"))
    for experiment in gone:
        told = _("The experiment “%(experiment)s” runs on a step that is gone: stop it first.")
        yield Finding(Code.EXPERIMENT, told % {"experiment": experiment})
