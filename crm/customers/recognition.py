"""Which customers a set of identities names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext as _

from crm import addresses, placeholders
from crm.models import Channel, Customer, Shop


@dataclass(frozen=True)
class IdentityKeys:
    """The normalised identities that a fact names somebody by; `addresses` are (channel, address), the email first."""

    external_id: str
    addresses: tuple[tuple[str, str], ...]

    def names(self) -> list[str]:
        own = [f"id:{self.external_id}"] if self.external_id else []
        return own + [f"{channel}:{address}" for channel, address in self.addresses]


@dataclass(frozen=True)
class RecognisedCustomers:
    """The customer with the shop's id, and for each address all who have it, the oldest first."""

    by_id: Customer | None
    by_address: tuple[tuple[Customer, ...], ...]

    @property
    def with_address(self) -> list[Customer]:
        return list({one.pk: one for group in self.by_address for one in group}.values())

    @property
    def everyone(self) -> list[Customer]:
        own = [self.by_id] if self.by_id else []
        return list({one.pk: one for one in [*own, *self.with_address]}.values())

    def chosen(self, keys: IdentityKeys) -> Customer | None:
        """The shop's id decides; of those with an address, never one whom the shop knows by another id."""
        eligible = (one for one in self.with_address if not (keys.external_id and one.external_id))
        return self.by_id or next(eligible, None)

    def is_settled(self, keys: IdentityKeys) -> bool:
        """Whether all identities are those of one customer, so that nothing is to be created, added or merged."""
        people = self.everyone
        return (
            len(people) == 1
            and all(self.by_address)
            and (not keys.external_id or people[0].external_id == keys.external_id)
        )

    def were_told_before(self, at: dt.datetime) -> bool:
        """Of a settled customer: whether any of the addresses was told last before this moment."""
        return any(group[0].address_told_at < at for group in self.by_address)  # type: ignore[attr-defined]


def identity_keys(external_id: str, email: str, phone: str) -> IdentityKeys:
    """The identities in their stored form; ValueError in words when there is none, or one that cannot be.

    Placeholders count as not told.
    """
    found: list[tuple[str, str]] = []
    if not placeholders.is_no_email(email):
        found.append((Channel.EMAIL.value, addresses.normalise_email(email)))
    if not placeholders.is_no_phone(phone):
        found.append((Channel.SMS.value, addresses.normalise_phone(phone, Shop.load().phone_country)))
    own = "" if placeholders.is_no_id(external_id) else external_id.strip()
    if len(own) > 200 or "\0" in own:
        raise ValueError(_("The customer id is longer than 200 characters or holds unprintable ones."))
    if not own and not found:
        raise ValueError(nobody([text for text in (external_id, email, phone) if text.strip()]))
    return IdentityKeys(own, tuple(found))


def nobody(placeholders_told: Sequence[str]) -> str:
    """Why what was told names no customer, in words."""
    if not placeholders_told:
        return _("A customer needs an id of the shop, an email address or a phone number.")
    values = ", ".join(f"“{text.strip()[:60]}”" for text in placeholders_told)
    return _("%(values)s: this stands for nobody, and nothing else names the customer.") % {"values": values}


def recognise(keys: IdentityKeys) -> RecognisedCustomers:
    """Takes a query for the shop's id, if there is one, and a query for each address."""
    by_id = None
    if keys.external_id:
        by_id = Customer.objects.filter(external_id=keys.external_id).select_related("merged_into").first()
    return RecognisedCustomers(
        by_id=by_id and (by_id.merged_into or by_id),
        by_address=tuple(
            tuple(
                Customer.objects.by_address(channel, address)
                .annotate(address_told_at=F("contacts__told_at"))
                .order_by("created_at", "pk")
            )
            for channel, address in keys.addresses
        ),
    )
