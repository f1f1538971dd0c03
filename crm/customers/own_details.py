"""What a customer corrects about themselves, after they proved who they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from crm.customers.profiles import note
from crm.locks import lock_current
from crm.models import Customer

COLUMNS = ("first_name", "last_name", "address", "postal_code", "city", "region")


@transaction.atomic
def change_own_details(customer: Customer, told: Mapping[str, str], *, at: dt.datetime) -> None:
    """Their own word is as good as one of staff: what a source told before comes too late."""
    customer = lock_current(customer)
    if customer.erased_at:
        return
    customer.refresh_from_db()
    changed = [name for name in COLUMNS if name in told and told[name] != getattr(customer, name)]
    for name in changed:
        setattr(customer, name, told[name])
    note(customer, changed, at)
    customer.save(update_fields=[*changed, "told"])
