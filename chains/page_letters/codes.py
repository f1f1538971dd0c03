"""Codes of six digits that prove who somebody is: counted from the row of the letter, and kept nowhere."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from chains.models import PageLetter
from crm.models import Customer

DIGITS = 6


def code_of(letter: PageLetter) -> str:
    told = f"{letter.pk} {letter.customer_id} {letter.asked_at.timestamp()}"
    digest = salted_hmac("chains.page_letters.codes", told, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


@transaction.atomic
def is_right(customer: Customer, typed: str, *, at: dt.datetime) -> bool:
    """Whether it is the code sent last. It opens once, for a quarter of an hour, and may be typed wrong few times."""
    codes = PageLetter.objects.codes_at(at).filter(customer=customer).select_for_update(no_key=True)
    letter = codes.order_by("-asked_at", "-pk").first()
    if letter is None:
        return False
    letter.tries += 1
    if constant_time_compare(code_of(letter), "".join(typed.split())):
        letter.used_at = at
    letter.save(update_fields=["tries", "used_at"])
    return letter.used_at is not None
