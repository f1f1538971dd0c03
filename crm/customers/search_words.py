"""What a caller says, read as what it may be: the number of an order, a phone, an address, a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phonenumbers import PhoneMetadata

MIN_LETTERS = 2
MIN_DIGITS = 4
LONGEST = 200
# Fewer characters stand in the middle of too many addresses.
MIN_MIDDLE = 3
# Of a shorter word with a mistake in it nobody could tell what it was.
MIN_LIKE = 4
# «Order no. 18385», «заказ № 18385», «#18385»: what stands before a number and is no part of it.
BEFORE_NUMBER = re.compile(
    r"(?:(?:order|purchase|number|no|nr|n|заказ[ауе]?|зак|покупка|номер)(?![^\W\d_])[\s.:,-]*|[#№][\s.:]*)+(?=\S*\d)",
    re.IGNORECASE,
)
BEFORE_PHONE = re.compile(
    r"(?:(?:tel|phone|mobile|тел|телефон|моб)(?![^\W\d_])[\s.:]*|[…*.]+)+(?=[+(\d])", re.IGNORECASE
)
NAME = re.compile(r"^[^@]*[^\W\d_][^@]*$")
PHONE = re.compile(r"[+\d\s().\-–]+")


@dataclass(frozen=True, slots=True)
class Typed:
    """Empty where what was typed cannot be that."""

    text: str
    number: str = ""
    phones: tuple[str, ...] = ()
    digits: str = ""
    address: str = ""
    words: tuple[str, ...] = ()

    @property
    def numbers(self) -> set[str]:
        """As shops write it."""
        written = {self.text, self.number, self.number.upper(), self.number.lower()}
        return written | {f"#{self.number}", f"№{self.number}"} if self.number else set()

    @property
    def number_ending(self) -> str:
        """Letters and digits alone; the end of a number is telling from four on."""
        plain = "".join(letter for letter in self.number if letter.isalnum())
        return plain if len(plain) >= MIN_DIGITS else ""


def read(text: str, *, country: str) -> Typed | None:
    """None for what is too short to look for. `country` is where phones are dialled without their country code."""
    text = " ".join(text.replace("\x00", "").split())[:LONGEST]
    if len(text) < MIN_LETTERS:
        return None
    phone = _without(BEFORE_PHONE, text)
    digits = re.sub(r"\D", "", phone) if PHONE.fullmatch(phone) else ""
    is_one_word = " " not in text and not digits
    return Typed(
        text,
        _without(BEFORE_NUMBER, text) if re.search(r"\d", text) else "",
        tuple(sorted(phone_prefixes(digits, has_plus=phone.startswith("+"), country=country))),
        digits if len(digits) >= MIN_DIGITS else "",
        text.lower() if is_one_word else "",
        tuple(text.split()) if NAME.search(text) else (),
    )


def _without(before: re.Pattern[str], text: str) -> str:
    said = before.match(text)
    return text[said.end() :].rstrip(" .,;:?!") if said else text


def phone_prefixes(digits: str, *, has_plus: bool, country: str = "") -> set[str]:
    """Ways the beginning of a number may be stored: as +79161234567, whatever was typed or read out.

    Without a plus it is read both as the world writes it and as the shop's country dials it (8 916… is +7 916…).
    """
    if len(digits) < MIN_DIGITS:
        return set()
    prefixes = {"+" + digits}
    metadata = None if has_plus else PhoneMetadata.metadata_for_region(country)
    if metadata is not None:
        prefixes.add(f"+{metadata.country_code}{digits.removeprefix(metadata.national_prefix or '')}")
    return prefixes
