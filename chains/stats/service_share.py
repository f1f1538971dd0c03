"""Service first, in figures: how much of what customers got was service or useful content rather than selling."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from chains.models import Chain, MessageTemplate, Touch
from crm.models import Purpose

WINDOW = dt.timedelta(days=90)
USEFUL_TOPICS = (MessageTemplate.Topic.RECIPES, MessageTemplate.Topic.TIPS)
USEFUL = Q(purpose=Purpose.SERVICE) | Q(topic__in=USEFUL_TOPICS)


@dataclass(frozen=True, slots=True)
class Share:
    """Of the touches sent in the last 90 days, staff tasks included."""

    useful: int  # service or useful content
    total: int

    @property
    def percent(self) -> float | None:
        return 100 * self.useful / self.total if self.total else None

    def is_below(self, goal: int) -> bool:
        return self.total > 0 and 100 * self.useful < goal * self.total


def of_shop(now: dt.datetime) -> Share:
    return Share(**_sent(now).aggregate(useful=Count("pk", filter=USEFUL), total=Count("pk")))


def of_chain(chain: Chain, now: dt.datetime) -> Share:
    sent = _sent(now).filter(chain=chain)
    return Share(**sent.aggregate(useful=Count("pk", filter=USEFUL), total=Count("pk")))


def of_chains(now: dt.datetime) -> dict[str, Share]:
    """By the name of each chain that sent anything."""
    return _by("chain__name", _sent(now))


def of_segments(now: dt.datetime) -> dict[str, Share]:
    """By the segment's name: what its present members got, in whatever chain."""
    segment = "customer__memberships__segment"
    members = _sent(now).filter(**{f"{segment}__isnull": False, "customer__memberships__left_at": None})
    return _by(f"{segment}__name", members)


def _sent(now: dt.datetime) -> QuerySet[Touch]:
    return Touch.objects.sent().filter(sent_at__gt=now - WINDOW, sent_at__lte=now).order_by()


def _by(name: str, sent: QuerySet[Touch]) -> dict[str, Share]:
    rows = sent.values_list(name).annotate(useful=Count("pk", filter=USEFUL), total=Count("pk")).order_by(name)
    return {group: Share(useful, total) for group, useful, total in rows}
