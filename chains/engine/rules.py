"""Whether a message may go out now. Values in, values out: no queries, no clock.

About the customer: the chain is live, nobody left it, the goal is not reached (marketing) → no open complaint and no
bad mood (marketing) → service first (marketing) → room in the week (marketing). Then about the address: it works →
consent for the purpose → not in quiet hours. Service always passes the week and fills it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from chains.engine.clockwork import DAY, HOUR, quiet_ends, spread
from chains.engine.dossier import Address, Candidate, Decision, Limits, Person
from chains.models.chain import Chain
from chains.models.touch import Touch
from crm.models import Contact

Reason = Touch.Reason
Status = Touch.Status
WEEK = 7 * DAY
LOOK_AGAIN = DAY
LOOK_AGAIN_SOON = HOUR


Verdict = tuple[str, dict[str, Any], dt.datetime | None]


def decide(person: Person, candidates: Iterable[Candidate], limits: Limits, now: dt.datetime) -> list[Decision]:
    """Decide about all due touches of one customer together: service first, then by the chain's priority."""
    week = [at for at in person.counted if at > now - WEEK]
    decisions = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.rank):
        decision = _decide(person, candidate, limits, week, now)
        if decision.status == Status.CLAIMED:
            week.append(now)
        decisions.append(decision)
    return decisions


def _decide(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Decision:
    if now > candidate.useful_until:
        return Decision(candidate.touch_id, Status.MISSED, Reason.TOO_LATE, {"waited_for": candidate.waited_for})
    for check in CHECKS:
        verdict = check(person, candidate, limits, week, now)
        if verdict:
            return _refused(candidate, now, *verdict)
    if candidate.is_held and candidate.is_marketing:
        return Decision(candidate.touch_id, Status.HELD, Reason.CONTROL)
    address = _address(person, candidate)
    return Decision(candidate.touch_id, Status.CLAIMED, contact_id=address.contact_id if address else None)


def _refused(
    candidate: Candidate, now: dt.datetime, reason: str, facts: dict[str, Any], until: dt.datetime | None
) -> Decision:
    """Wait until then while that is of use; otherwise not at all."""
    if until is None or not now < until <= candidate.useful_until:
        return Decision(candidate.touch_id, Status.SKIPPED, reason, facts)
    return Decision(candidate.touch_id, Status.SCHEDULED, reason, facts, until)


Check = Callable[[Person, Candidate, Limits, list[dt.datetime], dt.datetime], Verdict | None]


def _chain(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Verdict | None:
    if person.is_erased:
        return Reason.ERASED, {}, None
    if candidate.chain_status == Chain.Status.ARCHIVED:
        return Reason.CHAIN_ARCHIVED, {}, None
    if candidate.left:
        return candidate.left, {}, None
    if candidate.is_marketing and candidate.has_reached_goal:
        return Reason.GOAL, {}, None
    if candidate.chain_status != Chain.Status.LIVE:
        # Resuming wakes it; otherwise it comes up once more when it is too late.
        return Reason.CHAIN_PAUSED, {}, candidate.useful_until
    return None


def _peace(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Verdict | None:
    """People before robots. The end of the complaint wakes it; the daily look is for what told nobody."""
    if not candidate.is_marketing:
        return None
    again = min(now + LOOK_AGAIN, candidate.useful_until)
    if person.complaint:
        return Reason.COMPLAINT, {"case": person.complaint}, again
    if person.has_bad_mood:
        return Reason.MOOD, {}, again
    if candidate.topic and candidate.topic in person.muted_topics:
        return Reason.TOPIC_MUTED, {"topic": candidate.topic}, None
    return None


def _service_first(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Verdict | None:
    if not candidate.is_marketing or not candidate.needs_service_first:
        return None
    if not candidate.has_arrived:
        return Reason.NOT_DELIVERED, {}, min(now + LOOK_AGAIN, candidate.useful_until)
    if candidate.service == Status.SCHEDULED:
        return Reason.SERVICE_FIRST, {}, now + LOOK_AGAIN_SOON
    if candidate.service != Status.SENT:
        return Reason.SERVICE_FIRST, {}, None
    return None


def _week(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Verdict | None:
    if not candidate.is_marketing or len(week) < limits.weekly_cap:
        return None
    days = [at.astimezone(person.zone).date().isoformat() for at in sorted(week)]
    # Room comes when so many have left the week that fewer than the cap remain.
    room_at = sorted(week)[len(week) - limits.weekly_cap] + WEEK
    return Reason.WEEKLY_CAP, {"cap": limits.weekly_cap, "days": days}, room_at


def _reach(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Verdict | None:
    if candidate.channel == Touch.Channel.STAFF_TASK:
        return None
    known = person.addresses.get(candidate.channel, ())
    if not known:
        return Reason.NO_ADDRESS, {}, None
    working = [address for address in known if address.state == Contact.State.ACTIVE]
    if not working:
        return Reason.BAD_ADDRESS, {"state": known[0].state}, None
    if _address(person, candidate):
        return None
    answers = {address.consent(candidate.purpose) for address in working}
    if Contact.Consent.WITHDRAWN in answers:
        return Reason.OPTED_OUT, {}, None
    return Reason.NO_CONSENT, {"consent": sorted(answers)[0]}, None


def _quiet(
    person: Person, candidate: Candidate, limits: Limits, week: list[dt.datetime], now: dt.datetime
) -> Verdict | None:
    if candidate.channel == Touch.Channel.STAFF_TASK or candidate.is_fresh_reply:
        return None
    until = quiet_ends(now, limits.quiet, person.zone)
    if until is None:
        return None
    if not candidate.names_hour:
        # Everybody whose night ends would otherwise get it in the same second.
        until = min(until + spread(str(candidate.touch_id)), max(until, candidate.useful_until))
    return Reason.QUIET_HOURS, {}, until


CHECKS: tuple[Check, ...] = (_chain, _peace, _service_first, _week, _reach, _quiet)


def _address(person: Person, candidate: Candidate) -> Address | None:
    """The first working address whose owner agrees: marketing needs a yes, service only the absence of a no."""
    for address in person.addresses.get(candidate.channel, ()):
        consent = address.consent(candidate.purpose)
        agrees = consent == Contact.Consent.GRANTED if candidate.is_marketing else consent != Contact.Consent.WITHDRAWN
        if agrees and address.state == Contact.State.ACTIVE:
            return address
    return None
