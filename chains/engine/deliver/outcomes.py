"""What becomes of a touch after an attempt. Values in, values out: no queries, no clock."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chains.channels.sender import Outcome, Result
from chains.engine.deliver.slices import TouchResult
from chains.engine.local_time import retry_after
from chains.models.touch import Touch
from crm.models import Purpose

# A letter that may have arrived each time is sent no more often.
MOST_ATTEMPTS = 8
DETAIL_LENGTH = 300
NO_TIME = dt.timedelta()

Reason = Touch.Reason
Status = Touch.Status


def result_of(outcome: Outcome, *, purpose: str, attempts: int, is_idempotent: bool, at: dt.datetime) -> TouchResult:
    """Sent; or back to wait and meet guard again; or failed; or uncertain, for a human to look at.

    Uncertain service is sent again: the same Message-ID lets the mail program see it is one letter. Uncertain
    marketing is not: a lost promotion beats a doubled one. What surely did not arrive is tried again for as long as
    guard finds it of use: a mail server may be away for a night.
    """
    pk, error = outcome.touch_id, outcome.detail[:DETAIL_LENGTH]
    attempts += 1
    if outcome.result is Result.SENT:
        facts = {"provider_id": outcome.provider_id} if outcome.provider_id else {}
        return TouchResult(pk, Status.SENT, facts=facts, sent_at=at, attempts=attempts)
    if outcome.result is Result.PERMANENT:
        return TouchResult(pk, Status.FAILED, Reason.REJECTED, {"error": error}, attempts=attempts)
    if outcome.result is Result.UNKNOWN and purpose == Purpose.MARKETING and not is_idempotent:
        return TouchResult(pk, Status.UNKNOWN, Reason.INTERRUPTED, {"error": error}, attempts=attempts)
    tried: dict[str, Any] = {"error": error, "attempts": attempts}
    if outcome.result is Result.UNKNOWN and attempts >= MOST_ATTEMPTS:
        return TouchResult(pk, Status.FAILED, Reason.GAVE_UP, tried, attempts=attempts)
    reason = Reason.TEMPORARY if outcome.result is Result.TEMPORARY else Reason.INTERRUPTED
    due_at = at + max(retry_after(attempts), outcome.pause or NO_TIME)
    return TouchResult(pk, Status.SCHEDULED, reason, tried, due_at=due_at, attempts=attempts)


def not_rendered(touch_id: int, attempts: int, error: str) -> TouchResult:
    return TouchResult(touch_id, Status.FAILED, Reason.TEMPLATE, {"error": error[:DETAIL_LENGTH]}, attempts=attempts)


def no_coupon(touch_id: int, attempts: int, facts: dict[str, Any]) -> TouchResult:
    return TouchResult(touch_id, Status.SKIPPED, Reason.COUPON, facts, attempts=attempts)


def nothing_to_show(touch_id: int, attempts: int) -> TouchResult:
    return TouchResult(touch_id, Status.SKIPPED, Reason.NOTHING_TO_SHOW, attempts=attempts)


def no_channel(touch_id: int, attempts: int) -> TouchResult:
    return TouchResult(touch_id, Status.FAILED, Reason.NO_CHANNEL, attempts=attempts)


def not_begun(touch_id: int, attempts: int) -> TouchResult:
    """There was no time left to try."""
    return TouchResult(touch_id, Status.SCHEDULED, attempts=attempts)


def put_off(touch_id: int, attempts: int, reason: str, facts: dict[str, str], until: dt.datetime | None) -> TouchResult:
    """The channel has no room or does not answer: the touch waits and meets guard again."""
    return TouchResult(touch_id, Status.SCHEDULED, reason, dict(facts), due_at=until, attempts=attempts)
