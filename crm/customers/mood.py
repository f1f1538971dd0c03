"""How a customer feels about the shop, as staff or a chain noted it."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.events import record
from crm.locks import lock_current
from crm.models import Customer, EventKind


@transaction.atomic
def note_mood(customer: Customer, mood: str, at: dt.datetime, by: User | None = None) -> Customer:
    """Note how the customer feels. A bad mood stops marketing to them until somebody notes another."""
    if mood not in Customer.Mood.values:
        raise ValueError(_("“%(mood)s” is not a mood.") % {"mood": mood})
    customer = Customer.objects.locked([lock_current(customer).pk]).get()
    if customer.mood == mood or (customer.mood_noted_at and customer.mood_noted_at > at):
        return customer
    customer.mood, customer.mood_noted_at = mood, at
    customer.save(update_fields=["mood", "mood_noted_at"])
    record(
        EventKind.MOOD_NOTED,
        customer=customer,
        occurred_at=at,
        source="crm",
        key=f"customer:{customer.pk}:mood:{at.isoformat()}",
        properties={"mood": mood, "by": by.get_username() if by else ""},
    )
    return customer
