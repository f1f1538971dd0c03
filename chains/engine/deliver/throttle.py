"""What may go over a channel now: no more than its rate over all workers, and nothing while its provider is down."""

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
from chains.models import ChannelState, Touch
from crm.events import ring_on_commit
from crm.models import Purpose

logger = logging.getLogger(__name__)

# A bucket fills with the rate and holds a second's worth. FOR UPDATE stands inside, so that the balance is read when it
# is this worker's turn, and many workers together take no more than the rate.
TAKE_TOKENS = """
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
    """One channel under one lease. `state` is its row as this worker read it; a channel without one never failed."""

    def __init__(self, channel: str, state: ChannelState | None, now: dt.datetime, rate: float | None) -> None:
        self.channel, self._rate = channel, rate
        self._breaker = breaker_of(state)
        self._error = state.last_error if state else ""
        self._answered, self._failures = False, 0
        self._pause: dt.timedelta | None = None
        self.is_probing = self._breaker.opened_at is not None and _take_probe(channel, self._breaker, now)
        self._paused_until = None if self.is_probing else _paused_until(self._breaker, now)

    @property
    def is_paused(self) -> bool:
        return self._paused_until is not None

    def admit(self, rows: Sequence[LeasedTouch], now: dt.datetime) -> tuple[list[LeasedTouch], list[TouchResult]]:
        """The rows that may go, service first, and what becomes of the others."""
        if self.is_paused:
            return [], self.put_off(rows)
        rate = self._rate
        if not rate:
            return list(rows), []
        ordered = sorted(rows, key=lambda row: row.purpose != Purpose.SERVICE)
        granted = take(self.channel, rate, len(ordered), now)
        put_off = [
            outcomes.put_off(row.pk, row.attempts, Reason.RATE_LIMIT, {}, now + dt.timedelta(seconds=number / rate))
            for number, row in enumerate(ordered[granted:], start=1)
        ]
        return ordered[:granted], put_off

    def note(self, outcome: Outcome, now: dt.datetime) -> bool:
        """Learn from an outcome; returns whether the channel has to be left alone from here on."""
        if outcome.pause:
            self._pause = max(outcome.pause, self._pause or outcome.pause)
        elif not outcome.is_providers_fault:
            self._answered, self._failures = True, 0
        if outcome.is_providers_fault:
            self._failures, self._error = self._failures + 1, outcome.detail
        if self.is_probing and self._answered:
            self._record(now)
        before = 0 if self._answered else self._breaker.failures
        if self._pause or self.is_probing and self._failures or before + self._failures >= OPENS_AFTER:
            self._paused_until = _paused_until(self._record(now), now)
        return self.is_paused

    def put_off(self, rows: Sequence[LeasedTouch]) -> list[TouchResult]:
        """They wait until the channel is tried again; nothing of theirs was attempted."""
        is_down = self._breaker.opened_at is not None
        reason = Reason.CHANNEL_DOWN if is_down else Reason.RATE_LIMIT
        facts = {"error": self._error[:DETAIL_LENGTH]} if is_down else {}
        return [outcomes.put_off(row.pk, row.attempts, reason, facts, self._paused_until) for row in rows]

    def save(self, now: dt.datetime) -> None:
        """Let the other workers know what was learned; nothing is written when all went as ever."""
        if self._failures or self._answered and not self._breaker.is_untroubled:
            self._record(now)

    def _record(self, now: dt.datetime) -> Breaker:
        answers = ProviderAnswers(self._answered, self._failures, self._pause, self.is_probing)
        self._breaker = record(self.channel, answers, self._error, now)
        self._answered, self._failures, self._pause, self.is_probing = False, 0, None, False
        return self._breaker


def take(channel: str, rate: float, wanted: int, now: dt.datetime) -> int:
    """How many of the messages wanted may go now."""
    ChannelState.objects.bulk_create([ChannelState(channel=channel)], ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(TAKE_TOKENS, {"channel": channel, "rate": rate, "wanted": wanted, "now": now})
        return int(cursor.fetchone()[0])


def is_throttled(until: dt.datetime) -> bool:
    """Whether a channel's rate delays what may go until then; without a query where no channel has a rate."""
    if not settings.CHANNEL_RATES:
        return False
    due = Touch.objects.due(until).filter(purpose__in=Purpose.values, reason=Reason.RATE_LIMIT)
    return due.exists()


@transaction.atomic
def record(channel: str, answers: ProviderAnswers, error: str, now: dt.datetime) -> Breaker:
    """Bring the channel's row up to date with what a worker met, under its lock."""
    ChannelState.objects.bulk_create([ChannelState(channel=channel)], ignore_conflicts=True)
    state = ChannelState.objects.select_for_update().get(pk=channel)
    before = breaker_of(state)
    after = learn(before, answers, now)
    state.failures, state.openings = after.failures, after.openings
    state.opened_at, state.resumes_at = after.opened_at, after.resumes_at
    if answers.failures:
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
    return Touch.objects.filter(reason=Reason.CHANNEL_DOWN).wake(now)


def _log_change(channel: str, before: Breaker, after: Breaker, error: str) -> None:
    if after.opened_at and after.openings != before.openings:
        logger.warning("%s does not work, it is left alone until %s: %s", channel, after.resumes_at, error)
    elif before.opened_at and not after.opened_at:
        logger.warning("%s works again", channel)


def breaker_of(state: ChannelState | None) -> Breaker:
    if state is None:
        return Breaker()
    return Breaker(state.failures, state.openings, state.opened_at, state.resumes_at)


def _take_probe(channel: str, breaker: Breaker, now: dt.datetime) -> bool:
    """Whether this worker tries the channel: of many who find the time up, the first does."""
    if breaker.is_paused(now):
        return False
    waiting = ChannelState.objects.filter(pk=channel, resumes_at=breaker.resumes_at)
    return bool(waiting.update(resumes_at=now + PROBE))


def _paused_until(breaker: Breaker, now: dt.datetime) -> dt.datetime | None:
    if breaker.is_paused(now):
        return breaker.resumes_at
    # The provider is down, the time is up, and another worker is trying right now.
    return now + PROBE if breaker.opened_at else None
