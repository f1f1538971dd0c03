"""How many SMS a text takes (3GPP TS 23.038 and 23.040): one character outside GSM's alphabet more than doubles it."""

from __future__ import annotations

from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = frozenset("\f^{}\\[~]|€")  # take two places
GSM_ONE, GSM_EACH = 160, 153
UNICODE_ONE, UNICODE_EACH = 70, 67


@dataclass(frozen=True, slots=True)
class SmsSize:
    units: int
    parts: int
    foreign: str
    """The first character that GSM's alphabet lacks; empty when there is none."""


def sms_parts(text: str) -> SmsSize:
    """The size of a text. A character of two units is never split between parts."""
    foreign = next((character for character in text if character not in GSM and character not in GSM_ESCAPED), "")
    if foreign:
        widths = [2 if character > "\uffff" else 1 for character in text]
        one, each = UNICODE_ONE, UNICODE_EACH
    else:
        widths = [2 if character in GSM_ESCAPED else 1 for character in text]
        one, each = GSM_ONE, GSM_EACH
    units = sum(widths)
    return SmsSize(units, 1 if units <= one else _parts(widths, each), foreign)


def _parts(widths: list[int], each: int) -> int:
    parts, room = 1, each
    for width in widths:
        if width > room:
            parts, room = parts + 1, each
        room -= width
    return parts
