"""Nobody is asked again within a time, nor while a complaint of theirs is open. Values in, values out.

A question that comes too soon is dropped and not put off: what it is about is not fresh for ever.
"""

from __future__ import annotations

from dataclasses import replace

from chains.engine.guard.values import Decision, GuardInput, Refusal
from chains.engine.local_time import DAY
from chains.models.touch import Touch

Asks = Touch.Asks


def asked_lately(given: GuardInput) -> Refusal | None:
    """Of a message that is nothing without its question."""
    return _too_soon(given) if given.touch.asks == Asks.OR_NOT_SENT else None


def asks_of(given: GuardInput, decision: Decision) -> Decision:
    """What is something without its question goes without."""
    is_asked = given.touch.asks == Asks.OR_WITHOUT and decision.status == Touch.Status.CLAIMED
    return replace(decision, asks=Asks.LEFT_OUT) if is_asked and _too_soon(given) else decision


def _too_soon(given: GuardInput) -> Refusal | None:
    recipient, days = given.recipient, given.limits.survey_days
    if recipient.complaint:
        return Refusal(Touch.Reason.COMPLAINT, {"case": recipient.complaint})
    if recipient.asked_at is None or given.now >= recipient.asked_at + days * DAY:
        return None
    asked_on = recipient.asked_at.astimezone(recipient.zone).date().isoformat()
    return Refusal(Touch.Reason.ASKED_LATELY, {"asked_on": asked_on, "days": days})
