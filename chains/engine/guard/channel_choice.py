"""By which channel a message can reach the customer now. Values in, values out.

The channels are tried in order of preference: the customer's own, that of their segments, the step's, the shop's. The
first passes whose address works, whose owner agrees to the purpose, whose provider is up, which is not stopped for
spam reports, and whose hours are not quiet.
"""

from __future__ import annotations

from collections.abc import Iterable

from chains.engine.guard.values import GuardInput, RecipientAddress, Refusal, Route
from chains.engine.local_time import DAY, spread
from chains.models.touch import Touch
from crm.models import Contact

Reason = Touch.Reason


def in_order(channels: Iterable[str], preferred: Iterable[str]) -> list[str]:
    """The channels with those preferred first; nothing is added to them."""
    possible = list(dict.fromkeys(channels))
    first = [channel for channel in dict.fromkeys(preferred) if channel in possible]
    return [*first, *(channel for channel in possible if channel not in first)]


def choose_route(given: GuardInput) -> Route | Refusal:
    """The first channel that passes; else the refusal that ends soonest, or with no end in sight the first one."""
    refusals: list[Refusal] = []
    for channel in in_order(given.touch.channels, given.recipient.preferred_channels):
        found = _route(channel, given)
        if isinstance(found, Route):
            return found
        refusals.append(found)
    if not refusals:
        return Refusal(Reason.NO_CHANNEL)
    ending = [(refusal.until, index) for index, refusal in enumerate(refusals) if refusal.until]
    chosen = refusals[min(ending)[1] if ending else 0]
    if len(refusals) == 1:
        return chosen
    return chosen._replace(facts={"tried": [{"reason": str(each.reason), **each.facts} for each in refusals]})


def _route(channel: str, given: GuardInput) -> Route | Refusal:
    if channel == Touch.Channel.STAFF_TASK:
        return Route(channel)
    address = _address(channel, given)
    if isinstance(address, Refusal):
        return address
    if down_until := given.limits.down_until.get(channel):
        return Refusal(Reason.CHANNEL_DOWN, {"channel": channel}, down_until)
    if given.touch.is_marketing and channel in given.limits.spam_stopped:
        # Allowing marketing again wakes the touch; the daily look is for touches that this missed.
        return Refusal(Reason.SPAM_STOP, {"channel": channel}, min(given.now + DAY, given.touch.useful_until))
    return _quiet(channel, given) or Route(channel, address.contact_id)


def _address(channel: str, given: GuardInput) -> RecipientAddress | Refusal:
    """The first working address whose owner agrees."""
    addresses = given.recipient.addresses.get(channel, ())
    if not addresses:
        return Refusal(Reason.NO_ADDRESS, {"channel": channel})
    working = [address for address in addresses if address.state == Contact.State.ACTIVE]
    if not working:
        return Refusal(Reason.BAD_ADDRESS, {"channel": channel, "state": addresses[0].state})
    purpose = given.touch.purpose
    willing = next((address for address in working if address.is_willing(purpose)), None)
    if willing:
        return willing
    answers = {address.consent(purpose) for address in working}
    if Contact.Consent.WITHDRAWN in answers:
        return Refusal(Reason.OPTED_OUT, {"channel": channel})
    return Refusal(Reason.NO_CONSENT, {"channel": channel, "consent": min(answers)})


def _quiet(channel: str, given: GuardInput) -> Refusal | None:
    touch, zone = given.touch, given.recipient.zone
    if touch.is_fresh_reply:
        return None
    ends_at = given.limits.quiet.end(channel, given.now, zone)
    if ends_at is None:
        return None
    facts = {"channel": channel, "until": ends_at.astimezone(zone).isoformat(timespec="minutes")}
    if touch.has_own_hour:
        return Refusal(Reason.QUIET_HOURS, facts, ends_at)
    # Everybody whose night ends would otherwise get it in the same second. One customer's messages stay together, so
    # that they meet guard together and the chain of higher priority goes first.
    spread_at = ends_at + spread(f"customer {given.recipient.customer_id}")
    return Refusal(Reason.QUIET_HOURS, facts, min(spread_at, max(ends_at, touch.useful_until)))
