"""Whether a message may go out now. Values in, values out: no queries, no clock.

About the customer: the chain is live, nobody left it, the goal is not reached (marketing) → no open complaint and no
bad mood, the topic is wanted (marketing) → service first (marketing) → room in the week (marketing; see `week`). Then,
channel by channel, whether it can be reached (see `reach`). Service always passes the week and fills it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from chains.engine.guard.channel_choice import choose_route
from chains.engine.guard.values import Decision, DueTouch, GuardInput, Limits, Recipient, Refusal
from chains.engine.guard.weekly_cap import WEEK, full_week
from chains.engine.local_time import DAY, HOUR
from chains.models.chain import Chain
from chains.models.touch import Touch

Reason = Touch.Reason
Status = Touch.Status
LOOK_AGAIN = DAY
SET_ASIDE = 365 * DAY
LOOK_AGAIN_SOON = HOUR


def decide(person: Recipient, candidates: Iterable[DueTouch], limits: Limits, now: dt.datetime) -> list[Decision]:
    """Decide about all due touches of one customer together: service first, then by the chain's priority."""
    week = tuple(at for at in person.counted if at > now - WEEK)
    decisions = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.rank):
        decision = _decide(GuardInput(person, candidate, limits, week, now))
        if decision.status == Status.CLAIMED:
            week = (*week, now)
        decisions.append(decision)
    return decisions


def _decide(asked: GuardInput) -> Decision:
    touch = asked.candidate
    if touch.chain_status == Chain.Status.PAUSED and not touch.left:
        # Set aside, however late, until it is decided what becomes of it: chains.engine.pause_release.
        facts = {"due_at": touch.due_at.isoformat()}
        return Decision(touch.touch_id, Status.SCHEDULED, Reason.CHAIN_PAUSED, facts, asked.now + SET_ASIDE)
    if asked.now > touch.useful_until:
        facts = {"waited_for": touch.waited_for, "useful_until": touch.useful_until.isoformat()}
        return Decision(touch.touch_id, Status.MISSED, Reason.TOO_LATE, facts)
    for check in CHECKS:
        refusal = check(asked)
        if refusal:
            return _refused(asked, refusal)
    found = choose_route(asked)
    if isinstance(found, Refusal):
        return _refused(asked, found)
    if touch.is_control and touch.is_marketing:
        return Decision(
            touch.touch_id, Status.CONTROL, Reason.CONTROL, channel=found.channel, contact_id=found.contact_id
        )
    return Decision(touch.touch_id, Status.CLAIMED, channel=found.channel, contact_id=found.contact_id)


def _refused(asked: GuardInput, refusal: Refusal) -> Decision:
    """Wait until then while that is of use; otherwise not at all. So every postponing has an end."""
    touch, until = asked.candidate, refusal.until
    if until is None or not asked.now < until <= touch.useful_until:
        return Decision(touch.touch_id, Status.SKIPPED, refusal.reason, refusal.facts)
    return Decision(touch.touch_id, Status.SCHEDULED, refusal.reason, refusal.facts, until)


def _chain(asked: GuardInput) -> Refusal | None:
    touch = asked.candidate
    if asked.person.is_erased:
        return Refusal(Reason.ERASED)
    if touch.chain_status == Chain.Status.ARCHIVED:
        return Refusal(Reason.CHAIN_ARCHIVED)
    if touch.left:
        return Refusal(touch.left)
    if touch.is_marketing and touch.goal is not None:
        return Refusal(Reason.GOAL, touch.goal)
    return None


def _peace(asked: GuardInput) -> Refusal | None:
    """People before robots. The end of the complaint wakes it; the daily look is for what told nobody."""
    person, touch = asked.person, asked.candidate
    if not touch.is_marketing:
        return None
    again = min(asked.now + LOOK_AGAIN, touch.useful_until)
    if person.complaint:
        return Refusal(Reason.COMPLAINT, {"case": person.complaint}, again)
    if person.cooldown_until and asked.now < person.cooldown_until:
        return Refusal(Reason.COMPLAINT, {"cooldown_until": _day(person.cooldown_until, person)}, person.cooldown_until)
    if person.has_bad_mood:
        return Refusal(Reason.MOOD, {}, again)
    if touch.topic and touch.topic in person.muted_topics:
        return Refusal(Reason.TOPIC_MUTED, {"topic": touch.topic})
    return None


def _service_first(asked: GuardInput) -> Refusal | None:
    touch = asked.candidate
    if not touch.is_marketing or not touch.needs_service_first:
        return None
    if touch.arrived_at is None:
        again = min(asked.now + LOOK_AGAIN, touch.useful_until)
        return Refusal(Reason.NOT_DELIVERED, {"order": touch.order}, again)
    if asked.now < (rested := touch.arrived_at + asked.limits.rest_days * DAY):
        return Refusal(
            Reason.JUST_DELIVERED, {"order": touch.order, "cooldown_until": _day(rested, asked.person)}, rested
        )
    if touch.service == Status.SCHEDULED:
        return Refusal(Reason.SERVICE_FIRST, {"order": touch.order}, asked.now + LOOK_AGAIN_SOON)
    if touch.service != Status.SENT:
        return Refusal(Reason.SERVICE_FIRST, {"order": touch.order})
    return None


def _day(at: dt.datetime, person: Recipient) -> str:
    return at.astimezone(person.zone).date().isoformat()


CHECKS: tuple[Callable[[GuardInput], Refusal | None], ...] = (_chain, _peace, _service_first, full_week)
