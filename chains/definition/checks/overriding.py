"""Publishing in spite of a rule: a manager's decision with its reason, until what it was about changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from chains.definition.checks.finding import Finding
from chains.models import Chain, HealthOverride

LONGEST_REASON = 1000


def overrides_of(chain: Chain, found: Iterable[Finding]) -> dict[Finding, HealthOverride]:
    """The decisions that stand, by what they are about; one query, and none where nothing may be overridden."""
    open_to_it = [one for one in found if one.may_be_overridden]
    if not open_to_it:
        return {}
    standing = {
        (row.code, row.step_key, row.basis): row
        for row in HealthOverride.objects.standing().filter(chain=chain).select_related("decided_by")
    }
    decided = {one: standing.get((one.code.value, one.place.step, one.basis)) for one in open_to_it}
    return {one: row for one, row in decided.items() if row}


def override(chain: Chain, finding: Finding, reason: str, by: User, now: dt.datetime) -> HealthOverride:
    """Raises ValueError in words. A second click finds the first decision."""
    reason = reason.strip()
    if not finding.may_be_overridden:
        raise ValueError(_("This cannot be overridden: it has to be mended."))
    if not reason:
        raise ValueError(_("Say why: it is kept with the chain."))
    if len(reason) > LONGEST_REASON:
        raise ValueError(_("The reason may have at most %(most)d characters.") % {"most": LONGEST_REASON})
    made, _is_new = HealthOverride.objects.get_or_create(
        chain=chain,
        code=finding.code.value,
        step_key=finding.place.step,
        basis=finding.basis,
        withdrawn_at=None,
        defaults={"words": str(finding), "reason": reason, "decided_at": now, "decided_by": by},
    )
    return made
