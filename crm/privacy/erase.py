"""Erasing one person: what identifies them goes, what the shop's totals rest on stays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from crm.customer_columns import CUSTOMER_COLUMNS
from crm.locks import lock_against_facts, lock_merging
from crm.models import Customer, Delivery, ErasedAddress, ErasureCertificate, IdempotentCall, PrivacyRequest
from crm.privacy import kept_payloads
from crm.privacy.kept import everything_kept
from crm.privacy.person import Person, person_with, records_of
from crm.privacy.suppression import digest, remember_erased


class _JoinedMeanwhile(Exception):
    """Rolls back to release the locks: what was sent about who was joined has to be locked before them as well."""


def erase(customer: Customer, *, at: dt.datetime, by: User | None = None) -> dict[str, Any]:
    """Erase the person, duplicates merged into them included, and return the certificate.

    Kept: orders with their lines and amounts, scores of feedback, moments of cases, and the consent ledger without
    addresses, as proof of what was allowed when. Erasing again erases what came since, and adds it to the certificate.
    """
    while True:
        try:
            return certificate_of(_erase(customer, at, by))
        except _JoinedMeanwhile:
            continue


@transaction.atomic
def _erase(customer: Customer, at: dt.datetime, by: User | None) -> ErasureCertificate:
    last = _last_delivery()
    named = records_of(customer)
    payloads = kept_payloads.forget(person_with(named), at)
    lock_merging()
    customer.refresh_from_db(fields=["merged_into"])
    owner = customer.merged_into or customer
    ids = lock_against_facts([owner.pk])
    if not set(ids) <= set(named):
        raise _JoinedMeanwhile
    person = person_with(ids)
    payloads += kept_payloads.forget_what_came_since(last, person, at)
    erased = {"payloads": payloads} | _erase_kept(person, at) | {"customers": _blank_profiles(ids, at)}
    customer.refresh_from_db()
    known = ErasureCertificate.objects.filter(customer=owner).first()
    certificate = _certify(known or ErasureCertificate(customer=owner, erased_at=at, erased_by=by), erased, at)
    _answer_what_they_asked(owner, certificate, at, by)
    return certificate


@transaction.atomic
def erase_address(channel: str, address: str, *, at: dt.datetime, by: User | None = None) -> dict[str, Any]:
    """Erase what is kept of an address, normalised, that is no customer's, and return the certificate.

    ValueError while it is somebody's: they are erased as a whole, or not at all.
    """
    person = Person((), ((channel, address),))
    payloads = kept_payloads.forget(person, at)
    lock_merging()
    if Customer.objects.by_address(channel, address).exists():
        raise ValueError(_("A customer has this address: erase them on their own page."))
    erased = {"payloads": payloads} | _erase_kept(person, at)
    known = ErasedAddress.objects.get(channel=channel, digest=digest(channel, address))
    certificate = ErasureCertificate.objects.filter(address=known).first()
    return certificate_of(
        _certify(certificate or ErasureCertificate(address=known, erased_at=at, erased_by=by), erased, at)
    )


def certificate_of(certificate: ErasureCertificate) -> dict[str, Any]:
    """The certificate to hand out: {"certificate", "customer", "erased_at", "erased_by", "erased": {what: rows}}."""
    by = certificate.erased_by
    return {
        "certificate": certificate.pk,
        "customer": certificate.customer_id,
        "erased_at": certificate.erased_at.isoformat(),
        "erased_by": by.get_username() if by else "",
        "erased": certificate.erased,
    }


def _last_delivery() -> int:
    return Delivery.objects.aggregate(last=Max("pk", default=0))["last"]  # type: ignore[no-any-return]


def _erase_kept(person: Person, at: dt.datetime) -> dict[str, int]:
    remember_erased(person.addresses, at=at)
    # Answers of the last day may name them. Without these a repeated call records its facts once by their own names.
    IdempotentCall.objects.exclude(status=None).delete()
    return {kept.name: kept.erase(kept.find(person), at) for kept in everything_kept() if kept.erase}


def _blank_profiles(ids: list[int], at: dt.datetime) -> int:
    blanks = {column.name: column.blank for column in CUSTOMER_COLUMNS if column.is_erased}
    records = Customer.objects.filter(pk__in=ids)
    count = records.filter(Q(erased_at=None) | ~Q(**blanks)).update(**blanks)
    records.filter(erased_at=None).update(erased_at=at)
    return count


def _answer_what_they_asked(owner: Customer, certificate: ErasureCertificate, at: dt.datetime, by: User | None) -> None:
    """On their own page. What their shop passed on is finished by whoever carries it out."""
    asked = PrivacyRequest.objects.open().filter(customer=owner, source=None)
    words = _("Erased. Certificates: %(numbers)s.") % {"numbers": certificate.pk}
    asked.update(done_at=at, done_by=by, outcome=words)


def _certify(certificate: ErasureCertificate, erased: Mapping[str, int], at: dt.datetime) -> ErasureCertificate:
    """What a second time finds is added to what the first did; where it finds nothing, nothing changes."""
    is_known = certificate.pk is not None
    if is_known and not any(erased.values()):
        return certificate
    before = certificate.erased
    certificate.erased = {name: before.get(name, 0) + erased.get(name, 0) for name in {**before, **erased}}
    certificate.repeated_at = at if is_known else None
    certificate.save()
    return certificate
