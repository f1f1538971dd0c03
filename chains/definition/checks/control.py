"""What stands in the way of a control group."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from chains.models import Chain, Step
from crm.models import Purpose


def control_problems(chain: Chain) -> Iterator[str]:
    touches = chain.steps.filter(kind__in=Step.TOUCHES)
    if chain.control_share and not touches.filter(purpose=Purpose.MARKETING).exists():
        yield _("A control group goes without marketing, and this chain has none: set the group's share to 0.")
