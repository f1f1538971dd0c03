"""What may pass to a channel now: no more than its rate over all workers, and nothing while its provider is down."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction

from chains.channels.sender import Outcome
from chains.engine.deliver import outcomes
from chains.engine.deliver.breaker import OPENS_AFTER, PROBE, Breaker, ProviderAnswers, learn
from chains.engine.deliver.outcomes import DETAIL_LENGTH, Reason
from chains.engine.deliver.prepare import LeasedTouch
from chains.engine.deliver.slices import TouchResult
from chains.engine.guard.wakeups import wake
from chains.models import ChannelState, Touch
from crm.events import ring_on_commit
from crm.models import Purpose

logger = logging.getLogger(__name__)

# A bucket that fills with the rate and holds a second's worth. FOR UPDATE inside: the balance is read as it is when
# this worker's turn has come, so that many workers together take no more than the rate.
TAKE = """
    WITH bucket AS (
        SELECT channel, least(
            greatest(1, %(rate)s::float),
            tokens + %(rate)s * greatest(0, coalesce(extract(epoch FROM %(now)s - refilled_at)::float, 'infinity'))
        ) AS tokens
        FROM chains_channelstate WHERE channel = %(channel)s FOR UPDATE
    )
    UPDATE chains_channelstate AS state SET
        tokens = bucket.tokens - least(floor(bucket.tokens), %(wanted)s),
        refilled_at = greatest(refilled_at, %(now)s)
    FROM bucket WHERE state.channel = bucket.channel
    RETURNING least(floor(bucket.tokens), %(wanted)s)::int
"""


class Throttle:
    """One channel under one lease. `state` is its row as this worker read it; none: it never gave trouble."""

    def __init__(self, channel: str, state: ChannelState | None, now: dt.datetime, rate: float | None) -> None:
        self.channel, self._rate = channel, rate
        self._known = breaker_of(state)
        self._error = state.last_error if state else ""
        self._answered, self._failures = False, 0
        self._pause: dt.timedelta | None = None
        self.is_probing = self._known.opened_at is not None and _take_probe(channel, self._known, now)
        self._shut_until = None if self.is_probing else _until(self._known, now)

    @property
    def is_shut(self) -> bool:
        return self._shut_until is not None

    def admit(self, rows: Sequence[LeasedTouch], now: dt.datetime) -> tuple[list[LeasedTouch], list[TouchResult]]:
        """The rows that may go, service first, and what becomes of the others."""
        if self.is_shut:
            return [], self.put_off(rows)
        rate = self._rate
        if not rate:
            return list(rows), []
        ordered = sorted(rows, key=lambda row: row.purpose != Purpose.SERVICE)
        granted = take(self.channel, rate, len(ordered), now)
        late = [
            outcomes.put_off(row.pk, row.attempts, Reason.RATE_LIMIT, {}, now + dt.timedelta(seconds=place / rate))
            for place, row in enumerate(ordered[granted:], start=1)
        ]
        return ordered[:granted], late

    def note(self, outcome: Outcome, now: dt.datetime) -> bool:
        """Learn from an outcome; whether the channel has to be left alone from here on."""
        if outcome.pause:
            self._pause = max(outcome.pause, self._pause or outcome.pause)
        elif not outcome.is_providers_fault:
            self._answered, self._failures = True, 0
        if outcome.is_providers_fault:
            self._failures, self._error = self._failures + 1, outcome.detail
        if self.is_probing and self._answered:
            self._record(now)
        before = 0 if self._answered else self._known.failures
        if self._pause or self.is_probing and self._failures or before + self._failures >= OPENS_AFTER:
            self._shut_until = _until(self._record(now), now)
        return self.is_shut

    def put_off(self, rows: Sequence[LeasedTouch]) -> list[TouchResult]:
        """They wait until the channel is tried again; nothing of theirs was attempted."""
        is_down = self._known.opened_at is not None
        reason = Reason.CHANNEL_DOWN if is_down else Reason.RATE_LIMIT
        facts = {"error": self._error[:DETAIL_LENGTH]} if is_down else {}
        return [outcomes.put_off(row.pk, row.attempts, reason, facts, self._shut_until) for row in rows]

    def close(self, now: dt.datetime) -> None:
        """Leave what was learned for the others; nothing when all went as ever."""
        if self._failures or self._answered and not self._known.is_untroubled:
            self._record(now)

    def _record(self, now: dt.datetime) -> Breaker:
        met = ProviderAnswers(self._answered, self._failures, self._pause, self.is_probing)
        self._known = record(self.channel, met, self._error, now)
        self._answered, self._failures, self._pause, self.is_probing = False, 0, None, False
        return self._known


def take(channel: str, rate: float, wanted: int, now: dt.datetime) -> int:
    """How many of the messages wanted may go now."""
    ChannelState.objects.bulk_create([ChannelState(channel=channel)], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"channel": channel, "rate": rate, "wanted": wanted, "now": now})
        return int(cursor.fetchone()[0])


def is_throttled(until: dt.datetime) -> bool:
    """Whether a channel's rate holds back what may go until then; asks nothing where no channel has a rate."""
    if not settings.CHANNEL_RATES:
        return False
    due = Touch.objects.due(until).filter(purpose__in=Purpose.values, reason=Reason.RATE_LIMIT)
    return due.exists()


@transaction.atomic
def record(channel: str, met: ProviderAnswers, error: str, now: dt.datetime) -> Breaker:
    """Bring the channel's row up to date with what a worker met, under its lock."""
    ChannelState.objects.bulk_create([ChannelState(channel=channel)], ignore_conflicts=True)
    state = ChannelState.objects.select_for_update().get(pk=channel)
    before = breaker_of(state)
    after = learn(before, met, now)
    state.failures, state.openings = after.failures, after.openings
    state.opened_at, state.resumes_at = after.opened_at, after.resumes_at
    if met.failures:
        state.last_error, state.failed_at = error[:DETAIL_LENGTH], now
    state.save(update_fields=["failures", "openings", "opened_at", "resumes_at", "last_error", "failed_at"])
    _log_change(channel, before, after, error)
    return after


@transaction.atomic
def try_channel_again(channel: str, now: dt.datetime) -> int:
    """Somebody mended the provider: what waits for it is due at once, and one message tries first."""
    if not ChannelState.objects.paused(now).filter(pk=channel).update(resumes_at=now):
        return 0
    ring_on_commit()
    return wake(Touch.objects.filter(reason=Reason.CHANNEL_DOWN), now)


def _log_change(channel: str, before: Breaker, after: Breaker, error: str) -> None:
    if after.opened_at and after.openings != before.openings:
        logger.warning("%s does not work, it is left alone until %s: %s", channel, after.resumes_at, error)
    elif before.opened_at and not after.opened_at:
        logger.warning("%s works again", channel)


def breaker_of(state: ChannelState | None) -> Breaker:
    if state is None:
        return Breaker()
    return Breaker(state.failures, state.openings, state.opened_at, state.resumes_at)


def _take_probe(channel: str, known: Breaker, now: dt.datetime) -> bool:
    """Whether it is this worker that tries: of many who find the time up, the first."""
    if known.is_shut(now):
        return False
    waiting = ChannelState.objects.filter(pk=channel, resumes_at=known.resumes_at)
    return bool(waiting.update(resumes_at=now + PROBE))


def _until(breaker: Breaker, now: dt.datetime) -> dt.datetime | None:
    if breaker.is_shut(now):
        return breaker.resumes_at
    # Down, its time is up, and another worker is trying right now.
    return now + PROBE if breaker.opened_at else None
