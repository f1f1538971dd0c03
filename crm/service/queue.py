"""Everything that waits for an agent, the most urgent first: cases, and what other apps register beside them."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.models import Case

FAR_OFF = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Waiting:
    """`rank` is how urgent it is, 0 the most; `is_reply` that the customer wrote last."""

    title: str
    whom: str
    kind: str
    url: str
    rank: int
    since: dt.datetime
    promised_at: dt.datetime | None = None
    is_complaint: bool = False
    is_urgent: bool = False
    is_reply: bool = False

    @property
    def place(self) -> tuple[int, dt.datetime, dt.datetime]:
        return self.rank, self.promised_at or FAR_OFF, self.since


@dataclass(frozen=True, slots=True)
class Share:
    """What one source adds: its most urgent, how many there are in all, and where all of them are listed."""

    first: list[Waiting]
    count: int
    label: str
    url: str


# Given a user and a limit; None when that user may not see such things.
Source = Callable[[User | AnonymousUser, int], Share | None]
_sources: list[Source] = []


def register(source: Source) -> Source:
    if source not in _sources:
        _sources.append(source)
    return source


def shares(user: User | AnonymousUser, limit: int) -> list[Share]:
    return [share for source in _sources if (share := source(user, limit)) is not None]


def cases(user: User | AnonymousUser, limit: int) -> Share | None:
    if not user.has_perm("crm.view_case"):
        return None
    queue = Case.objects.queue()
    first = [_waiting(case) for case in queue.select_related("customer")[:limit]]
    url = reverse("admin:crm_case_changelist")
    return Share(first, Case.objects.waiting().count(), _("All cases"), url)


def _waiting(case: Any) -> Waiting:
    return Waiting(
        title=case.subject,
        whom=str(case.customer),
        kind=case.get_kind_display(),
        url=reverse("admin:crm_case_change", args=[case.pk]),
        rank=case.urgency,
        since=case.unanswered_at or case.opened_at,
        promised_at=case.promised_at,
        is_complaint=case.kind == Case.Kind.COMPLAINT,
        is_urgent=case.severity == Case.Severity.HIGH,
        is_reply=case.unanswered_at is not None,
    )


def most_urgent(found: list[Share], limit: int) -> list[Waiting]:
    """The first of all shares together."""
    return heapq.nsmallest(limit, (one for share in found for one in share.first), key=lambda one: one.place)
