"""Links to a customer's own page: signed, for one purpose, dated, and dead once they are revoked.

A link names the customer it was made for; whoever that customer was merged into is shown their own page.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db import transaction

from crm.models import Customer

_SIGNER = Signer(salt="crm.customers.page_link", sep=".")


@dataclass(frozen=True, slots=True)
class PageLink:
    """`contact_id` is the address it was sent to, where it was sent."""

    customer_id: int
    made_at: dt.datetime
    contact_id: int | None = None


def token_of(link: PageLink) -> str:
    return _SIGNER.sign_object([link.customer_id, _milliseconds(link.made_at), link.contact_id])


def link_of(token: str) -> PageLink | None:
    """Nothing where the token is none of ours, or was made for another purpose."""
    try:
        customer_id, made, contact_id = _SIGNER.unsign_object(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return PageLink(customer_id, dt.datetime.fromtimestamp(made / 1000, dt.UTC), contact_id)


def customer_of(link: PageLink) -> Customer | None:
    """Whose page it opens now: nobody's once they were erased, or every link of theirs was revoked."""
    customer = Customer.objects.select_related("merged_into").filter(pk=link.customer_id).first()
    customer = (customer.merged_into or customer) if customer else None
    if customer is None or customer.erased_at or is_revoked(customer, link.made_at):
        return None
    return customer


def is_revoked(customer: Customer, made_at: dt.datetime) -> bool:
    return customer.links_revoked_at is not None and made_at <= customer.links_revoked_at


@transaction.atomic
def revoke_links(customer: Customer, *, at: dt.datetime) -> None:
    """Every link and every open page of theirs is dead from now on; a fresh one is theirs for the asking."""
    customer.links_revoked_at = at
    customer.save(update_fields=["links_revoked_at"])


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
