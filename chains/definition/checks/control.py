"""What stands in the way of a control group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from chains.definition.checks.codes import Code
from chains.definition.checks.finding import Finding
from chains.models import Chain, Step
from crm.models import Purpose


def control_problems(chain: Chain, steps: Iterable[Step]) -> Iterator[Finding]:
    is_marketing = any(step.is_touch and step.purpose == Purpose.MARKETING for step in steps)
    if chain.control_share and not is_marketing:
        yield Finding(
            Code.CONTROL_GROUP,
            _("A control group goes without marketing, and this chain has none: set the group's share to 0."),
        )
