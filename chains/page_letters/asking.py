"""A fresh link to a customer's own page, or a code, asked for: it is noted, and a worker sends it.

What the page says is the same whether or not an address is known: nobody learns from it who is a customer.
"""

from __future__ import annotations

import datetime as dt

from chains.models import PageLetter
from crm.customers.page_link import PageLink, customer_of
from crm.events import ring_on_commit, wake
from crm.models import Channel, Contact, Customer
from crm.turns import visitors_turn

SEND = "chains.tasks.send_page_letters"
# Whoever asks again and again must not fill somebody's mailbox.
LETTERS_AN_HOUR = 4
ASKED_FROM_ONE_PLACE_AN_HOUR = 20


def is_flooding(network: str) -> bool:
    return visitors_turn("page links", network, most=ASKED_FROM_ONE_PLACE_AN_HOUR, seconds=3600).wait > 0


def ask_by_link(link: PageLink, *, at: dt.datetime) -> None:
    """To the address that an old link went to, or the one known last; nothing once the link was revoked."""
    if customer := customer_of(link):
        ask(customer, PageLetter.Kind.LINK, at=at, contact_id=link.contact_id)


def ask_by_email(email: str, *, at: dt.datetime) -> None:
    """For everybody who has this address: a family may share one."""
    for customer in Customer.objects.by_address(Channel.EMAIL, email).order_by("pk"):
        _note(customer, PageLetter.Kind.LINK, email, at)


def ask(customer: Customer, kind: str, *, at: dt.datetime, contact_id: int | None = None) -> str:
    """The address the letter goes to; empty where there is none, and nothing is sent."""
    email = known_email(customer, contact_id)
    if email:
        _note(customer, kind, email, at)
    return email


def known_email(customer: Customer, contact_id: int | None = None) -> str:
    """The one named, as long as it is theirs and works; else the one told last."""
    known = Contact.objects.filter(customer=customer, channel=Channel.EMAIL, state=Contact.State.ACTIVE)
    named = known.filter(pk=contact_id).first() if contact_id else None
    contact = named or known.told_last_first().first()
    return contact.address if contact else ""


def _note(customer: Customer, kind: str, email: str, at: dt.datetime) -> None:
    if visitors_turn(f"page letters {kind}", f"{customer.pk} {email}", most=LETTERS_AN_HOUR, seconds=3600).wait:
        return
    PageLetter.objects.create(customer=customer, kind=kind, email=email, asked_at=at, due_at=at)
    ring_on_commit(_wake_sender)


def _wake_sender() -> None:
    wake(SEND)
