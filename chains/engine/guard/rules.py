"""Whether a message may go out now. Values in, values out: no queries, no clock.

RULES are given in their order, then channel_choice finds a channel. WAKEUPS name the events that end a rule's wait
before its time. Service always passes the week's cap, and counts in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

from chains.engine.guard.channel_choice import choose_route
from chains.engine.guard.questions import asked_lately, asks_of
from chains.engine.guard.values import Decision, DueTouch, GuardInput, Limits, Recipient, Refusal, Wakeup
from chains.engine.guard.weekly_cap import WEEK, full_week
from chains.engine.local_time import DAY, HOUR
from chains.models.chain import Chain
from chains.models.touch import Touch
from crm.models import EventKind

Reason = Touch.Reason
Status = Touch.Status
SET_ASIDE = 365 * DAY


def decide(recipient: Recipient, touches: Iterable[DueTouch], limits: Limits, now: dt.datetime) -> list[Decision]:
    """Decide about all due touches of one customer together: service first, then by the chain's priority."""
    week = tuple(at for at in recipient.counted_at if at > now - WEEK)
    decisions = []
    for touch in sorted(touches, key=lambda touch: touch.rank):
        given = GuardInput(recipient, touch, limits, week, now)
        decision = asks_of(given, _decide(given))
        if decision.status == Status.CLAIMED:
            week = (*week, now)
            if (decision.asks or touch.asks) in Touch.ASKING:
                recipient = replace(recipient, asked_at=now)
        decisions.append(decision)
    return decisions


def _decide(given: GuardInput) -> Decision:
    touch = given.touch
    if touch.chain_status == Chain.Status.PAUSED and not touch.exit_reason:
        # It is set aside, however late, until staff decide what becomes of it: see chains.engine.pause_release.
        facts = {"due_at": touch.due_at.isoformat()}
        return Decision(touch.touch_id, Status.SCHEDULED, Reason.CHAIN_PAUSED, facts, given.now + SET_ASIDE)
    if given.now > touch.useful_until:
        facts = {"waited_for": touch.waited_for, "useful_until": touch.useful_until.isoformat()}
        return Decision(touch.touch_id, Status.MISSED, Reason.TOO_LATE, facts)
    for rule in RULES:
        refusal = rule(given)
        if refusal:
            return _refused(given, refusal)
    route = choose_route(given)
    if isinstance(route, Refusal):
        return _refused(given, route)
    if touch.is_control and touch.is_marketing:
        return Decision(
            touch.touch_id, Status.CONTROL, Reason.CONTROL, channel=route.channel, contact_id=route.contact_id
        )
    return Decision(touch.touch_id, Status.CLAIMED, channel=route.channel, contact_id=route.contact_id)


def _refused(given: GuardInput, refusal: Refusal) -> Decision:
    """It waits as long as that is of use, and is skipped otherwise: so every wait has an end."""
    touch, until = given.touch, refusal.until
    if until is None or not given.now < until <= touch.useful_until:
        return Decision(touch.touch_id, Status.SKIPPED, refusal.reason, refusal.facts)
    return Decision(touch.touch_id, Status.SCHEDULED, refusal.reason, refusal.facts, until)


def _chain_is_over(given: GuardInput) -> Refusal | None:
    touch = given.touch
    if given.recipient.is_erased:
        return Refusal(Reason.ERASED)
    if touch.chain_status == Chain.Status.ARCHIVED:
        return Refusal(Reason.CHAIN_ARCHIVED)
    if touch.exit_reason:
        return Refusal(touch.exit_reason)
    if touch.is_marketing and touch.goal is not None:
        return Refusal(Reason.GOAL, touch.goal)
    return None


def _goods_gone(given: GuardInput) -> Refusal | None:
    touch = given.touch
    return Refusal(touch.goods_reason, {"order": touch.order_number}) if touch.goods_reason else None


def _complaint(given: GuardInput) -> Refusal | None:
    recipient = given.recipient
    if not given.touch.is_marketing:
        return None
    if recipient.complaint:
        return Refusal(Reason.COMPLAINT, {"case": recipient.complaint}, _tomorrow(given))
    cooldown_until = recipient.cooldown_until
    if cooldown_until and given.now < cooldown_until:
        return Refusal(Reason.COMPLAINT, {"cooldown_until": _day(cooldown_until, recipient)}, cooldown_until)
    return None


def _bad_mood(given: GuardInput) -> Refusal | None:
    if given.touch.is_marketing and given.recipient.has_bad_mood:
        return Refusal(Reason.MOOD, {}, _tomorrow(given))
    return None


def _muted_topic(given: GuardInput) -> Refusal | None:
    topic = given.touch.topic
    if given.touch.is_marketing and topic and topic in given.recipient.muted_topics:
        return Refusal(Reason.TOPIC_MUTED, {"topic": topic})
    return None


def _service_first(given: GuardInput) -> Refusal | None:
    touch = given.touch
    if not touch.is_marketing or not touch.needs_service_first:
        return None
    if touch.delivered_at is None:
        return Refusal(Reason.NOT_DELIVERED, {"order": touch.order_number}, _tomorrow(given))
    rested_at = touch.delivered_at + given.limits.rest_days * DAY
    if given.now < rested_at:
        facts = {"order": touch.order_number, "cooldown_until": _day(rested_at, given.recipient)}
        return Refusal(Reason.JUST_DELIVERED, facts, rested_at)
    if touch.order_service == Status.SCHEDULED:
        return Refusal(Reason.SERVICE_FIRST, {"order": touch.order_number}, given.now + HOUR)
    if touch.order_service != Status.SENT:
        return Refusal(Reason.SERVICE_FIRST, {"order": touch.order_number})
    return None


def _tomorrow(given: GuardInput) -> dt.datetime:
    """Mostly an event ends the wait before; the daily look is for changes of which no event tells."""
    return min(given.now + DAY, given.touch.useful_until)


def _day(at: dt.datetime, recipient: Recipient) -> str:
    return at.astimezone(recipient.zone).date().isoformat()


RULES: tuple[Callable[[GuardInput], Refusal | None], ...] = (
    _chain_is_over,
    _goods_gone,
    _complaint,
    _bad_mood,
    _muted_topic,
    asked_lately,
    _service_first,
    full_week,
)

WAKEUPS = (
    Wakeup(
        frozenset({Reason.COMPLAINT, Reason.MOOD}),
        frozenset(
            {
                EventKind.CASE_RESOLVED,
                EventKind.CASE_LAPSED,
                EventKind.CASE_MERGED,
                EventKind.CASE_CORRECTED,
                EventKind.MOOD_NOTED,
            }
        ),
    ),
    Wakeup(frozenset({Reason.NOT_DELIVERED}), frozenset({EventKind.ORDER_DELIVERED}), same="order_id"),
)
