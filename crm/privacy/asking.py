"""What customers ask for by themselves, on their own page."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from crm.locks import lock_all_current
from crm.models import Customer, PrivacyRequest
from crm.models.privacy import DAYS_TO_ANSWER


@transaction.atomic
def ask_for_erasure(customer: Customer, *, at: dt.datetime, key: str) -> PrivacyRequest | None:
    """One at a time, whatever is pressed; nothing for whoever was erased meanwhile."""
    owner = lock_all_current([customer.pk]).get(customer.pk)
    if owner is None:
        return None
    asked = _open(owner)
    return asked or PrivacyRequest.objects.create(
        kind=PrivacyRequest.Kind.ERASURE,
        customer_id=owner,
        key=f"page:{owner}:{key}",
        received_at=at,
        due_at=at + dt.timedelta(days=DAYS_TO_ANSWER),
    )


def open_erasure_request(customer: Customer) -> PrivacyRequest | None:
    return _open(customer.pk)


def _open(customer_id: int) -> PrivacyRequest | None:
    asked = PrivacyRequest.objects.open().filter(kind=PrivacyRequest.Kind.ERASURE, source=None)
    return asked.filter(customer=customer_id).first()
