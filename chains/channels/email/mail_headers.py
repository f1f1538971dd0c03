"""Headers and texts of a letter in words, whatever they claim to be written in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from chains.channels.email.letter_limits import MOST_HEADER
from crm.languages import words

MOST_ADDRESSES = 100
# Line breaks and tabs stay; other control characters and halves of surrogate pairs fit neither database nor screen.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def headers(root: Message, name: str) -> list[str]:
    """The values of a header in words, however they were encoded."""
    wanted = name.lower()
    return [in_words(value[:MOST_HEADER]) for known, value in root.raw_items() if known.lower() == wanted]


def in_words(value: str) -> str:
    plain = value if value.isascii() else value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _ENCODED_WORDS.sub(_decoded_words, plain)


# Those that follow each other belong together: a character may be split between them.
_ENCODED_WORDS = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=(?:\s+=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=)*")


def _decoded_words(found: re.Match[str]) -> str:
    try:
        pieces = decode_header(found.group())
    except (HeaderParseError, ValueError):  # encoded words that are none
        return found.group()
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset) for piece, charset in pieces)


def addresses(values: Iterable[str]) -> list[str]:
    """Plain addresses in lower case but for the part before the @, where a token may stand."""
    try:
        found = getaddresses(list(_first(MOST_HEADER, values)))
    except RecursionError:  # comments in comments
        return []
    plain = (clean(address).strip() for _name, address in found[:MOST_ADDRESSES])
    return [address for address in plain if "@" in address and len(address) <= 320]


def _first(most: int, values: Iterable[str]) -> Iterator[str]:
    """So many characters of all the values together, each in one line."""
    for value in values:
        if most <= 0:
            return
        yield value[:most].replace("\n", " ").replace("\r", " ")
        most -= len(value) + 1


def clean(text: str) -> str:
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


# Old programs name none, and write in that of their country.
_USUAL_CHARSET = next(iter(words("mail", "charsets")), "latin-1")


def decoded(content: bytes, charset: str | None) -> str:
    """Text in UTF-8 whatever it claims to be; else in the charset it names; else as far as it can be made out."""
    try:
        if not content.isascii():
            return content.decode("utf-8")
        return content.decode(charset or "ascii")
    except (UnicodeError, LookupError, ValueError):
        pass
    try:
        return content.decode(charset or _USUAL_CHARSET, "replace")
    except (UnicodeError, LookupError, ValueError):
        return content.decode("latin-1")
