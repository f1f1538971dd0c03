"""Whose a case is: taken, given to a colleague, given back."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from crm.models import Case


@transaction.atomic
def assign(case: Case, owner: User | None) -> Case:
    """To a colleague, or to nobody."""
    case.refresh_from_db(from_queryset=Case.objects.select_for_update(no_key=True))
    case.owner = owner
    case.save(update_fields=["owner"])
    return case


@transaction.atomic
def take_next(by: User) -> Case | None:
    """The most urgent that nobody has. Two who ask at one moment get two cases."""
    free = Case.objects.queue().filter(owner=None).select_for_update(no_key=True, skip_locked=True, of=("self",))
    case = free.first()
    if case:
        case.owner = by
        case.save(update_fields=["owner"])
    return case
