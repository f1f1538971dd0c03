"""Short addresses for messages where every character counts: the touch's number, what is meant, and a proof.

The proof keeps strangers from walking through the numbers: 48 bits of a keyed digest, checked before anything is read.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

PROOF_LENGTH = 8
PAGE_LETTERS = {
    "rate_url": "r",
    "review_url": "w",
    "preferences_url": "p",
    "unsubscribe_url": "u",
    "my_page_url": "m",
    "order_page_url": "o",
}
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def short_url(touch_id: int | None, what: int | str) -> str:
    """`what` is the index of a link, or a letter for a page."""
    code = f"{_in_base62(touch_id or 0)}-{what}"
    return settings.SITE_URL + reverse("short", args=[code + _proof(code)])


def short_pages(touch_id: int) -> dict[str, str]:
    """Encore's own pages by their placeholder."""
    return {name: short_url(touch_id, letter) for name, letter in PAGE_LETTERS.items()}


def parse_code(code: str) -> tuple[int, str] | None:
    """The touch and what is meant, when the proof is ours."""
    told, proof = code[:-PROOF_LENGTH], code[-PROOF_LENGTH:]
    number, _dash, what = told.partition("-")
    if not what or not code.isascii() or not constant_time_compare(_proof(told), proof):
        return None
    return _from_base62(number), what


def _proof(code: str) -> str:
    digest = salted_hmac("chains.messages.short_links", code, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:6]).decode()


def _in_base62(number: int) -> str:
    written = ""
    while True:
        number, digit = divmod(number, len(_DIGITS))
        written = _DIGITS[digit] + written
        if not number:
            return written


def _from_base62(written: str) -> int:
    number = 0
    for digit in written:
        number = number * len(_DIGITS) + _DIGITS.index(digit)
    return number
