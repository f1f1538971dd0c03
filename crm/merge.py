"""Two records of one person: joining them, or asking staff whether they are one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crm.identity import conflict, identities
from crm.models import Customer, MergeProposal

if TYPE_CHECKING:
    import datetime as dt


def join(keeper: Customer, duplicate: Customer, *, at: dt.datetime) -> None:
    """Two customers found under the same identities: merged when nothing speaks against it, else proposed."""
    known = identities([keeper.pk, duplicate.pk])
    reason = conflict(known[keeper.pk], known[duplicate.pk])
    propose(keeper, duplicate, reason=reason, at=at)


def propose(one: Customer, other: Customer, *, reason: str, at: dt.datetime) -> MergeProposal:
    """Ask staff, once, whether these are one person; the older is the one to keep."""
    keeper, duplicate = sorted((one, other), key=lambda customer: customer.pk)
    return MergeProposal.objects.get_or_create(
        keeper=keeper, duplicate=duplicate, defaults={"reason": reason, "created_at": at}
    )[0]
