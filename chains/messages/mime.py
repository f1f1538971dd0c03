"""A letter as bytes, assembled from parts prepared beforehand.

Django's mail classes take 1.4 ms a letter, mostly in the standard library's header parser; this takes a fifteenth.
Providers that Anymail speaks to read the same letter through the ordinary attributes of an EmailMultiAlternatives.
"""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64encode
from binascii import b2a_base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from functools import cached_property, lru_cache

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import BadHeaderError
from django.utils import timezone
from django.utils.encoding import punycode

from chains.messages.mime_files import LetterFile, file_part

ENCODED_WORD_BYTES = 45  # 60 characters of base64: with its frame below the 75 that RFC 2047 allows.
LINE_BYTES = 900  # RFC 5322 allows 998; breaking below leaves room for whatever a relay adds.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def wire_address(address: str) -> str:
    """The address as a mail server takes it; raises ValueError for one that no plain mail server could."""
    local, _at, domain = address.strip().rpartition("@")
    plain = f"{local}@{_domain(domain)}"
    if not _ADDRESS.fullmatch(plain) or len(plain) > 254:
        raise ValueError(address)
    return plain


# Most customers have their mailbox at one of a few providers.
_domain = lru_cache(maxsize=1024)(punycode)


@lru_cache(maxsize=64)
def named_address(name: str, address: str, *, is_encoded: bool = True) -> str:
    """`"Shop" <shop@example.com>`, for the wire or, not encoded, for a provider's interface."""
    words = header_words(name) if is_encoded else name
    if words == name:
        words = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{words} <{address}>" if name else address


def header_words(words: str) -> str:
    """Words for a header: as they are, or as encoded words folded over lines (RFC 2047)."""
    if "\n" in words or "\r" in words:
        raise BadHeaderError("A header holds one line.")
    if words.isascii() and words.isprintable() and "=?" not in words and len(words) < LINE_BYTES:
        return words
    return "\r\n ".join(f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(words))


def _pieces(words: str) -> Iterator[bytes]:
    """The bytes of the words in pieces that break between characters."""
    piece = b""
    for character in words:
        encoded = character.encode(errors="replace")
        if len(piece) + len(encoded) > ENCODED_WORD_BYTES:
            yield piece
            piece = b""
        piece += encoded
    yield piece


def part(content: str, subtype: str) -> bytes:
    """One text part with its headers, in 7 bits so that no relay has to change what was signed."""
    raw = content.encode(errors="replace")
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = raw.split(b"\n")
    encoding, body = b"7bit", b"\r\n".join(lines)
    if not raw.isascii() or b"\x00" in raw or max(map(len, lines)) >= LINE_BYTES:
        encoding, body = b"base64", _base64_lines(body)
    head = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n" % (
        subtype.encode(),
        encoding,
    )
    return head + body


def multipart(subtype: str, *parts: bytes) -> bytes:
    boundary = b"=_encore"
    while any(boundary in content for content in parts):
        boundary += b"x"
    line = b"--" + boundary
    kind = b"Content-Type: multipart/" + subtype.encode() + b'; boundary="' + boundary + b'"'
    return b"\r\n".join((kind, b"", *(piece for content in parts for piece in (line, content)), line + b"--", b""))


@lru_cache(maxsize=4)
def _date(second: dt.datetime) -> str:
    """Many letters are made within a second."""
    return format_datetime(second)


def _base64_lines(raw: bytes) -> bytes:
    encoded = b2a_base64(raw, newline=False)
    return b"\r\n".join(encoded[start : start + 76] for start in range(0, len(encoded), 76))


@dataclass(frozen=True, slots=True)
class PreparedBody:
    """Stands where Django's mail backends expect an email.message.Message."""

    content: bytes

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self.content if linesep == "\r\n" else self.content.replace(b"\r\n", linesep.encode())

    def as_string(self, unixfrom: bool = False, linesep: str = "\n") -> str:
        return self.as_bytes(linesep=linesep).decode("ascii")

    def get_charset(self) -> None:
        return None


class MimeLetter(EmailMultiAlternatives):
    """An email whose headers are given ready for the wire, in `headers`: text, or text and HTML, perhaps with files.

    Raises ValueError for an address no server takes and for a header that no letter may have.
    """

    def __init__(
        self,
        *,
        sender: tuple[str, str],
        to: str,
        subject: str,
        text: str,
        html: str | None = None,
        reply_to: str = "",
        headers: Mapping[str, str],
        files: Sequence[LetterFile] = (),
    ) -> None:
        self.sender_name, address = sender
        self.envelope_from, self.envelope_to = wire_address(address), wire_address(to)
        super().__init__(
            subject=subject,
            body=text,
            from_email=named_address(self.sender_name, self.envelope_from, is_encoded=False),
            to=[self.envelope_to],
            reply_to=[reply_to] if reply_to else None,
            headers=dict(headers),
        )
        self.html = html
        if html is not None:
            self.attach_alternative(html, "text/html")
        self.files = files
        for file in files:
            self.attach(file.name, file.content, file.content_type)
        self._head = self._headers()
        # Read by Anymail alone.
        self.metadata: dict[str, str] = {}
        self.tags: list[str] = []
        # What goes next over the same connection: its envelope may travel together with the content of this one.
        self.following: MimeLetter | None = None

    def _headers(self) -> bytes:
        headers = {
            "From": named_address(self.sender_name, self.envelope_from),
            "To": self.envelope_to,
            "Subject": header_words(str(self.subject)),
            "Date": _date(timezone.now().replace(microsecond=0)),
            **({"Reply-To": self.reply_to[0]} if self.reply_to else {}),
            **self.extra_headers,
            "MIME-Version": "1.0",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        ends = head.replace("\r\n ", "")
        if not head.isascii() or not ends.count("\n") == ends.count("\r") == len(headers):
            raise BadHeaderError("A header holds one line of ASCII.")
        return head.encode("ascii")

    def message(self) -> PreparedBody:  # type: ignore[override]
        return PreparedBody(self.wire)

    @cached_property
    def wire(self) -> bytes:
        """The letter as it goes over the wire."""
        words = part(str(self.body), "plain")
        if self.html is not None:
            words = multipart("alternative", words, part(self.html, "html"))
        if self.files:
            words = multipart("mixed", words, *map(file_part, self.files))
        return self._head + words
