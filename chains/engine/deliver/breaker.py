"""When to leave a channel's provider alone. Values in, values out: no queries, no clock.

Failures of the provider, whoever the recipient, are counted one after another over all workers. So many in a row open
the breaker, and nothing goes; when the time is up one message goes as a probe. If it arrives, all goes again; if it
fails, the pause is twice as long. A provider that asks for a pause gets it without counting as down.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

OPENS_AFTER = 5
FIRST_PAUSE = dt.timedelta(minutes=1)
LONGEST_PAUSE = dt.timedelta(minutes=30)
# It is longer than any probe takes; if its worker died, the next one may try then.
PROBE = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Breaker:
    failures: int = 0
    openings: int = 0
    opened_at: dt.datetime | None = None
    resumes_at: dt.datetime | None = None

    def is_paused(self, now: dt.datetime) -> bool:
        return self.resumes_at is not None and self.resumes_at > now

    @property
    def is_untroubled(self) -> bool:
        return self == Breaker()


@dataclass(frozen=True, slots=True)
class ProviderAnswers:
    """What one worker met at the provider."""

    was_answered: bool = False
    failures: int = 0  # since the last answer
    pause: dt.timedelta | None = None
    is_probe: bool = False


def learn(breaker: Breaker, answers: ProviderAnswers, now: dt.datetime) -> Breaker:
    failures = answers.failures + (0 if answers.was_answered else breaker.failures)
    if not answers.failures:
        if not answers.was_answered and not answers.pause:
            return breaker
        return Breaker(resumes_at=now + answers.pause) if answers.pause else Breaker()
    is_down = breaker.opened_at is not None and not answers.was_answered
    if is_down and breaker.is_paused(now) and not answers.is_probe:
        # Another worker has opened it meanwhile; one trouble is counted once.
        return Breaker(failures, breaker.openings, breaker.opened_at, breaker.resumes_at)
    if is_down or failures >= OPENS_AFTER:
        openings = (breaker.openings if is_down else 0) + 1
        since = breaker.opened_at if is_down else now
        return Breaker(failures, openings, since, now + max(_pause(openings), answers.pause or FIRST_PAUSE))
    return Breaker(failures, resumes_at=now + answers.pause if answers.pause else None)


def _pause(openings: int) -> dt.timedelta:
    doublings: int = 2 ** min(openings - 1, 10)
    return min(FIRST_PAUSE * doublings, LONGEST_PAUSE)
