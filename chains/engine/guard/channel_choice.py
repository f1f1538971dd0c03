"""By which channel a message can reach the customer now. Values in, values out.

The channels in order of preference: the customer's own, that of their segments, the step's, the shop's. The first
passes whose address works, whose owner agrees to the purpose, whose provider is up, which is not stopped for spam
reports, and whose hours are not quiet.
"""

from __future__ import annotations

from collections.abc import Iterable

from chains.engine.guard.values import GuardInput, RecipientAddress, Refusal, Route
from chains.engine.local_time import DAY, quiet_ends, spread
from chains.models.touch import Touch
from crm.models import Contact

Reason = Touch.Reason


def in_order(channels: Iterable[str], preferred: Iterable[str]) -> list[str]:
    """The channels with those preferred first; nothing is added to them."""
    known = list(dict.fromkeys(channels))
    wanted = [channel for channel in dict.fromkeys(preferred) if channel in known]
    return [*wanted, *(channel for channel in known if channel not in wanted)]


def choose_route(asked: GuardInput) -> Route | Refusal:
    """The first channel that passes; else the refusal that ends soonest, or with no end in sight the first one."""
    refusals: list[Refusal] = []
    for channel in in_order(asked.candidate.channels, asked.person.preferred):
        found = _through(channel, asked)
        if isinstance(found, Route):
            return found
        refusals.append(found)
    if not refusals:
        return Refusal(Reason.NO_CHANNEL)
    passing = [(refusal.until, place) for place, refusal in enumerate(refusals) if refusal.until]
    told = refusals[min(passing)[1] if passing else 0]
    if len(refusals) == 1:
        return told
    return told._replace(facts={"tried": [{"reason": str(each.reason), **each.facts} for each in refusals]})


def _through(channel: str, asked: GuardInput) -> Route | Refusal:
    if channel == Touch.Channel.STAFF_TASK:
        return Route(channel)
    address = _address(channel, asked)
    if isinstance(address, Refusal):
        return address
    if opens_at := asked.limits.closed.get(channel):
        return Refusal(Reason.CHANNEL_DOWN, {"channel": channel}, opens_at)
    if asked.candidate.is_marketing and channel in asked.limits.stopped:
        # Allowing it again wakes the touch; the daily look is for what told nobody.
        again = min(asked.now + DAY, asked.candidate.useful_until)
        return Refusal(Reason.SPAM_STOP, {"channel": channel}, again)
    return _quiet(channel, asked) or Route(channel, address.contact_id)


def _address(channel: str, asked: GuardInput) -> RecipientAddress | Refusal:
    """The first working address whose owner agrees."""
    known = asked.person.addresses.get(channel, ())
    if not known:
        return Refusal(Reason.NO_ADDRESS, {"channel": channel})
    working = [address for address in known if address.state == Contact.State.ACTIVE]
    if not working:
        return Refusal(Reason.BAD_ADDRESS, {"channel": channel, "state": known[0].state})
    purpose = asked.candidate.purpose
    willing = next((address for address in working if address.is_willing(purpose)), None)
    if willing:
        return willing
    answers = {address.consent(purpose) for address in working}
    if Contact.Consent.WITHDRAWN in answers:
        return Refusal(Reason.OPTED_OUT, {"channel": channel})
    return Refusal(Reason.NO_CONSENT, {"channel": channel, "consent": min(answers)})


def _quiet(channel: str, asked: GuardInput) -> Refusal | None:
    touch, zone = asked.candidate, asked.person.zone
    if touch.is_fresh_reply:
        return None
    ends_at = quiet_ends(asked.now, asked.limits.quiet_of.get(channel, asked.limits.quiet), zone)
    if ends_at is None:
        return None
    facts = {"channel": channel, "until": ends_at.astimezone(zone).isoformat(timespec="minutes")}
    if touch.names_hour:
        return Refusal(Reason.QUIET_HOURS, facts, ends_at)
    # Everybody whose night ends would otherwise get it in the same second. One customer's messages stay together, so
    # that they meet guard together and the chain of higher priority goes first.
    latest = max(ends_at, touch.useful_until)
    return Refusal(Reason.QUIET_HOURS, facts, min(ends_at + spread(_key(asked)), latest))


def _key(asked: GuardInput) -> str:
    return f"customer {asked.person.customer_id}"
