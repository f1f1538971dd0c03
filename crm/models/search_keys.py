"""What customers are found by, worked out by functions of the database for indexes and searches alike.

So nobody who writes a name, an address or a number has to keep anything up to date, and an erasure leaves nothing.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField
from django.db.models.expressions import Combinable

Source = str | Combinable


def folded(name: Source) -> Func:
    """Without case and without marks above letters: Ё is е, Ü is u."""
    return Func(name, function="crm_folded", output_field=TextField())


def name_keys(first: Source, last: Source) -> Func:
    """Each word as it sounds, and from four letters on the same without any one of them.

    Names that are one mistake apart have a key in common: a letter left out, added, mistaken, or swapped with the next.
    """
    return Func(first, last, function="crm_name_keys", output_field=ArrayField(TextField()))


def address_parts(address: Source) -> Func:
    """Every three characters that follow each other, and the last two: only an end has a part of two."""
    return Func(address, function="crm_address_parts", output_field=ArrayField(TextField()))


def number_backwards(number: Source) -> Func:
    """Letters and digits alone, the last first."""
    return Func(number, function="crm_number_backwards", output_field=TextField())


def mailbox(address: Source) -> Func:
    """The mailbox behind an email address, whatever is added to it: Ann.B+news@googlemail.com is annb@gmail.com."""
    return Func(address, function="crm_mailbox", output_field=TextField())
