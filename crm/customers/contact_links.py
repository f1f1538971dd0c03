"""What an address opens: a call, a letter, a chat."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from crm.models import Channel, Contact


@dataclass(frozen=True, slots=True)
class ContactLink:
    """`icon` is a Material Symbols name."""

    label: str
    url: str
    icon: str


def links_of(contact: Contact) -> list[ContactLink]:
    """The way itself comes first; a phone may have messengers too, which say so themselves where it has none."""
    if contact.channel == Channel.EMAIL:
        return [ContactLink(_("Write"), f"mailto:{contact.address}", "mail")]
    if contact.channel != Channel.SMS:
        return []
    digits = contact.address.removeprefix("+")
    return [
        ContactLink(_("Call"), phone_link(contact.address), "call"),
        ContactLink("WhatsApp", f"https://wa.me/{digits}", "chat"),
        ContactLink("Telegram", f"https://t.me/+{digits}", "send"),
    ]


def phone_link(number: str) -> str:
    return f"tel:{number}"
