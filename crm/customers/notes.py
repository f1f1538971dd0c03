"""What colleagues write down about a customer, for whoever has them on the phone next."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from crm.locks import lock_current
from crm.models import Customer, CustomerNote

MOST_EARLIER = 20


@transaction.atomic
def write_note(customer: Customer, text: str, *, at: dt.datetime, by: User, key: str, is_pinned: bool = False) -> None:
    """Once for each key: an impatient second press writes nothing more."""
    text = _checked(text)
    if not key:
        raise ValueError(_("This page is out of date: load it again."))
    customer = lock_current(customer)
    if customer.erased_at:
        raise ValueError(_("This customer's data was erased."))
    fields = {
        "customer": customer,
        "author": by,
        "text": text,
        "written_at": at,
        "pinned_at": at if is_pinned else None,
    }
    CustomerNote.objects.get_or_create(key=key, defaults=fields)


@transaction.atomic
def change_note(note: CustomerNote, text: str, *, at: dt.datetime, by: User) -> None:
    """What it said before is kept with it."""
    text = _checked(text)
    note = CustomerNote.objects.select_for_update().get(pk=note.pk)
    if text == note.text:
        return
    before = {"text": note.text, "by": by.get_username(), "at": at.isoformat()}
    note.earlier = [before, *note.earlier][:MOST_EARLIER]
    note.text, note.changed_at = text, at
    note.save(update_fields=["text", "earlier", "changed_at"])


def pin_note(note: CustomerNote, *, at: dt.datetime | None) -> None:
    """Above the others, or, without a moment, among them again."""
    CustomerNote.objects.filter(pk=note.pk).update(pinned_at=at)


def _checked(text: str) -> str:
    text = text.replace("\0", "").strip()
    if not text or len(text) > CustomerNote.MOST_LETTERS:
        raise ValueError(_("A note has 1 to %(most)d characters.") % {"most": CustomerNote.MOST_LETTERS})
    return text
