"""How often our marketing letters are reported as spam, and the stop before mailbox providers make one."""

from __future__ import annotations

import datetime as dt
import logging
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from chains.models import Reputation, Touch
from crm.events import ring_on_commit
from crm.models import Channel, Purpose, Shop

logger = logging.getLogger(__name__)

HOUR, WEEK, MONTH = dt.timedelta(hours=1), dt.timedelta(days=7), dt.timedelta(days=30)


def percent(reported: int, delivered: int) -> Decimal | None:
    """Letters reported as spam for every hundred delivered; None when none were."""
    return Decimal(100) * reported / delivered if delivered else None


def is_at(limit: Decimal, reputation: Reputation) -> bool:
    """Whether the rate of either span has come to the limit."""
    rates = (
        percent(reputation.reported_week, reputation.delivered_week),
        percent(reputation.reported_month, reputation.delivered_month),
    )
    return any(rate is not None and rate > 0 and rate >= limit for rate in rates)


def must_stop(reputation: Reputation, shop: Shop) -> bool:
    """At the limit, by enough reports to mean something: one of ten letters is a person, not a reputation."""
    return reputation.reported_month >= shop.spam_stop_least and is_at(shop.spam_stop_percent, reputation)


@transaction.atomic
def watch(now: dt.datetime) -> Reputation:
    """Count anew; stop marketing by email when its letters are reported as spam too often."""
    Reputation.load()
    reputation, shop = Reputation.objects.select_for_update().get(pk=1), Shop.load()
    if not _count(reputation, now):
        return reputation
    if reputation.stopped_at is None and must_stop(reputation, shop):
        reputation.stopped_at = now
        logger.error(
            "Marketing letters are stopped: %d of %d letters of 30 days were reported as spam.",
            reputation.reported_month,
            reputation.delivered_month,
        )
    reputation.counted_at = now
    reputation.save()
    return reputation


def _count(reputation: Reputation, now: dt.datetime) -> bool:
    """Delivered is what was sent and did not come back: few servers say that they delivered.

    Reports have an index; what they are divided by is counted when there is a new one, or once an hour.
    """
    since = max(now - MONTH, reputation.allowed_at or now - MONTH)
    letters = Touch.objects.sent().filter(
        channel=Channel.EMAIL, purpose=Purpose.MARKETING, sent_at__gt=since, sent_at__lte=now
    )
    month, week = _by_span(letters.filter(complained_at__isnull=False), now)
    is_same = (month, week) == (reputation.reported_month, reputation.reported_week)
    if is_same and reputation.counted_at and reputation.counted_at > now - HOUR:
        return False
    reputation.reported_month, reputation.reported_week = month, week
    reputation.delivered_month, reputation.delivered_week = _by_span(letters.filter(bounced_at=None), now)
    return True


def _by_span(letters: QuerySet[Touch], now: dt.datetime) -> tuple[int, int]:
    found = letters.aggregate(month=Count("pk"), week=Count("pk", filter=Q(sent_at__gt=now - WEEK)))
    return found["month"], found["week"]


@transaction.atomic
def allow(now: dt.datetime, by: User | None = None) -> None:
    """Somebody looked into it: marketing letters go out again, and the count begins anew."""
    stopped = Reputation.objects.filter(pk=1, stopped_at__isnull=False)
    if stopped.update(stopped_at=None, allowed_at=now, allowed_by=by):
        Touch.objects.filter(reason=Touch.Reason.SPAM_STOP).wake(now)
        Reputation.objects.filter(pk=1).update(counted_at=None)
        watch(now)
        ring_on_commit()
