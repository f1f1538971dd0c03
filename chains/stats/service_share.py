"""Service first, in figures: how much of what customers got was service or useful content rather than selling.

What chains sent is read from what is counted by day. Who is in a segment changes, so that what its members got is
counted here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from chains.models import Chain, MessageTemplate, Touch
from chains.results.reading import Results, chain_results
from crm.figures.periods import Period
from crm.models import Purpose
from crm.timezones import day_of, start_of

DAYS = 90
USEFUL = Q(purpose=Purpose.SERVICE) | Q(topic__in=MessageTemplate.USEFUL_TOPICS)


@dataclass(frozen=True, slots=True)
class Share:
    """Of the touches sent in the last 90 days, today among them, staff tasks included."""

    useful: int  # service or useful content
    total: int

    @property
    def percent(self) -> float | None:
        return 100 * self.useful / self.total if self.total else None

    def is_below(self, goal: int) -> bool:
        return self.total > 0 and 100 * self.useful < goal * self.total


def of_shop(now: dt.datetime) -> Share:
    shares = [_of(results) for results in chain_results(_period(now)).values()]
    return Share(sum(share.useful for share in shares), sum(share.total for share in shares))


def of_chain(chain: Chain, now: dt.datetime) -> Share:
    return _of(chain_results(_period(now), [chain.pk]).get(chain.pk, Results()))


def of_chains(now: dt.datetime) -> dict[str, Share]:
    """By the name of each chain that sent anything."""
    shares = {pk: _of(results) for pk, results in chain_results(_period(now)).items() if results.sent}
    names = Chain.objects.filter(pk__in=shares).order_by("name").values_list("pk", "name")
    return {name: shares[pk] for pk, name in names}


def of_segments(now: dt.datetime) -> dict[str, Share]:
    """By the segment's name: what its present members got, in whatever chain."""
    segment = "customer__memberships__segment"
    sent = Touch.objects.sent().filter(sent_at__gte=start_of(_period(now).first_on), sent_at__lte=now)
    members = sent.filter(**{f"{segment}__isnull": False, "customer__memberships__left_at": None})
    rows = members.order_by(f"{segment}__name").values_list(f"{segment}__name")
    counted = rows.annotate(useful=Count("pk", filter=USEFUL), total=Count("pk"))
    return {name: Share(useful, total) for name, useful, total in counted}


def _of(results: Results) -> Share:
    return Share(results.useful, results.sent)


def _period(now: dt.datetime) -> Period:
    return Period(day_of(now) - dt.timedelta(days=DAYS - 1), day_of(now))
