"""Everything that waits for an agent, the most urgent first: cases, and what other apps register beside them."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser, User
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from crm.models import Customer

FAR_OFF = dt.datetime.max.replace(tzinfo=dt.UTC)


class Tab(models.TextChoices):
    """What an agent can do about it."""

    ANSWER = "answer", _("to answer")
    OVERDUE = "overdue", _("overdue")
    CUSTOMER = "customer", _("waiting for the customer")
    HELD = "held", _("on hold")
    CONTENT = "content", _("ask whether content")
    TASKS = "tasks", _("tasks")


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose desk, and what of it. `is_mine` leaves out what is somebody else's and nobody's."""

    user: User | AnonymousUser
    now: dt.datetime
    tab: str = Tab.ANSWER.value
    is_mine: bool = False
    text: str = ""


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
    channel: str = ""
    note: str = ""
    owner: str = ""
    customer_id: int | None = None
    case_id: int | None = None

    @property
    def place(self) -> tuple[int, dt.datetime, dt.datetime]:
        return self.rank, self.promised_at or FAR_OFF, self.since


@dataclass(frozen=True, slots=True)
class Source:
    """What waits of one kind: its most urgent under a tab, and how many; None where it never stands under that tab.

    `permission` is what somebody needs to see them; `page` is where all of them are listed.
    """

    permission: str
    label: StrOrPromise
    page: str
    first: Callable[[Ask, int], list[Waiting]]
    count: Callable[[Ask], int | None]
    query: str = ""

    @property
    def url(self) -> str:
        return reverse(self.page) + self.query


@dataclass(frozen=True, slots=True)
class Share:
    """What one source adds: its most urgent, how many there are in all, and where all of them are listed."""

    first: list[Waiting]
    count: int
    label: StrOrPromise
    url: str


@dataclass(frozen=True, slots=True)
class Worth:
    """What a customer brought. It is said, and puts nobody before another."""

    revenue: Decimal
    is_vip: bool


_sources: list[Source] = []


def register(source: Source) -> Source:
    if source not in _sources:
        _sources.append(source)
    return source


def sources(user: User | AnonymousUser) -> list[Source]:
    return [source for source in _sources if user.has_perm(source.permission)]


def shares(user: User | AnonymousUser, limit: int) -> list[Share]:
    """What has to be answered, whoever has it."""
    ask = Ask(user, timezone.now())
    found = [(source, source.count(ask)) for source in sources(user)]
    return [
        Share(source.first(ask, limit), count, source.label, source.url) for source, count in found if count is not None
    ]


def most_urgent(found: list[Share], limit: int) -> list[Waiting]:
    """The first of all shares together."""
    return heapq.nsmallest(limit, (one for share in found for one in share.first), key=lambda one: one.place)


def counts(ask: Ask) -> dict[str, int]:
    """How many wait under each tab, of all sources together."""
    known = sources(ask.user)
    return {tab: sum(source.count(replace(ask, tab=tab)) or 0 for source in known) for tab in Tab.values}


def lines(ask: Ask, start: int, stop: int) -> list[Waiting]:
    """These of the tab, of all sources together."""
    found = (one for source in sources(ask.user) for one in source.first(ask, stop))
    return heapq.nsmallest(stop, found, key=lambda one: one.place)[start:]


def worths(waiting: Iterable[Waiting]) -> dict[int, Worth]:
    """By customer."""
    ids = {one.customer_id for one in waiting if one.customer_id}
    known = Customer.objects.filter(pk__in=ids).values_list("pk", "stats__revenue", "score__is_vip")
    return {pk: Worth(revenue or Decimal(), bool(is_vip)) for pk, revenue, is_vip in known}
