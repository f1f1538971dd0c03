"""Where an answer can go: back to where the customer wrote from, or to another address that is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.models import Case, CaseMessage, Channel, Contact
from crm.service.carriers import carriers


@dataclass(frozen=True, slots=True)
class Way:
    """`problem` says why nothing should be expected to arrive; `is_open` whether it can be tried all the same."""

    channel: str
    address: str
    problem: str = ""
    is_open: bool = True

    @property
    def takes_files(self) -> bool:
        carrier = carriers().get(self.channel)
        return carrier is not None and carrier.takes_files

    def __str__(self) -> str:
        where = f"{Channel(self.channel).label}, {self.address}"
        return f"{where} ({self.problem})" if self.problem else where


def ways(case: Case) -> list[Way]:
    """The way the customer wrote by comes first, unless nothing arrives there."""
    last = last_received(case)
    contacts = list(case.customer.contacts.told_last_first())
    found = [_way(last.channel, last.address, contacts)] if last and last.address else []
    found += _others(contacts, {way.channel for way in found})
    return sorted(found, key=lambda way: bool(way.problem))


def choose(case: Case, channel: str) -> Way:
    """By this channel; without one, where the question came from. ValueError when no answer can go there."""
    known = ways(case)
    if not channel and (last := last_received(case)) and last.address:
        channel = last.channel
    chosen = next((way for way in known if not channel or way.channel == channel), None)
    if chosen is None:
        raise ValueError(_("There is no address to write to.") + _instead(known, ""))
    if not chosen.is_open:
        raise ValueError(f"{chosen}." + _instead(known, chosen.channel))
    return chosen


def in_other_words(case: Case, why: str, channel: str) -> str:
    """Why it could not be sent by this channel, and what can be tried instead."""
    return why + _instead(ways(case), channel)


def last_received(case: Case) -> CaseMessage | None:
    return case.messages.filter(direction=CaseMessage.Direction.RECEIVED).last()


def _way(channel: str, address: str, contacts: Iterable[Contact]) -> Way:
    carrier = carriers().get(channel)
    if carrier is None or not carrier.is_set_up():
        return Way(channel, address, _("not connected here"), is_open=False)
    contact = next((known for known in contacts if (known.channel, known.address) == (channel, address)), None)
    if contact and contact.state != Contact.State.ACTIVE:
        return Way(channel, address, contact.state_reason or contact.get_state_display())
    if contact and contact.service_consent == Contact.Consent.WITHDRAWN:
        return Way(channel, address, _("asked to be left alone there"))
    return Way(channel, address)


def _others(contacts: list[Contact], taken: set[str]) -> Iterator[Way]:
    """One address of each other channel that is set up; not where they asked to be left alone."""
    for channel, carrier in carriers().items():
        reachable = [
            contact
            for contact in contacts
            if contact.channel == channel and contact.service_consent != Contact.Consent.WITHDRAWN
        ]
        best = min(reachable, key=lambda contact: contact.state != Contact.State.ACTIVE, default=None)
        if best and channel not in taken and carrier.is_set_up():
            yield _way(channel, best.address, contacts)


def _instead(known: Iterable[Way], channel: str) -> str:
    others = [str(way) for way in known if way.channel != channel and not way.problem]
    if not others:
        return ""
    return " " + _("You can send it another way: %(ways)s.") % {"ways": "; ".join(others)}
