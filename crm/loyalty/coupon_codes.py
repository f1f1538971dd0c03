"""Codes of coupons: hard to guess, easy to read out and to type."""

from __future__ import annotations

import secrets

from crm.languages import letters

# Signs that are mistaken for one another are left out: 0 and O, 1 and I and L.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 8
# Typed on a keyboard left in another language.
LOOKALIKES = letters("coupon_codes")


def new_code() -> str:
    """One of 850,000,000,000, in two halves: ABCD-EFGH."""
    return _halved("".join(secrets.choice(ALPHABET) for _position in range(LENGTH)))


def normalise(typed: str) -> str:
    """The code as it is stored, whatever the case, spaces and dashes it was typed with."""
    plain = "".join(sign for sign in typed.upper().translate(LOOKALIKES) if sign.isalnum())
    return _halved(plain) if len(plain) == LENGTH else plain


def _halved(code: str) -> str:
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
