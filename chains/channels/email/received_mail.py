"""A letter as it came in, read so that nothing in it can break the reader: values in, values out.

Strangers write these: fifty megabytes, a thousand nested parts, headers without end, wrong or invented charsets, NUL.
What cannot be read is left out, and what is read is cut and clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from hashlib import sha256
from itertools import islice

from chains.incoming.reply_text import fresh_text, from_html
from crm.languages import pattern, words
from crm.service.conversations import Attachment

MOST_PARTS = 200
# A part of two bytes is a kilobyte once it is parsed.
MOST_BOUNDARIES = 20_000
MOST_ADDRESSES = 100
MOST_BODY_BYTES = 500_000
MOST_HEADER = 50_000
KEY_LENGTH = 500
_ID = re.compile(r"<[^<>\s]{1,480}>")
# Line breaks and tabs stay; other control characters and halves of surrogate pairs fit neither database nor screen.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To")


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    key: str
    sender: str = ""
    recipients: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    is_automatic: bool = False
    is_unreadable: bool = False
    root: Message | None = None  # for those who look into reports


def read(raw: bytes, recipients: Iterable[str] = ()) -> ReceivedMail:
    """The letter; `recipients` are the addresses its carrier says it came to."""
    raw = raw.lstrip(b"\r\n")
    if raw.count(b"\n--") > MOST_BOUNDARIES:
        return _unreadable(raw, recipients)
    try:
        root: Message = message_from_bytes(raw, policy=policy.compat32)
        # Whatever is nested too deeply for the parser is too deep for the walk.
        parts = list(islice(root.walk(), MOST_PARTS))
    except RecursionError:
        return _unreadable(raw, recipients)
    return _received(root, parts, raw, recipients)


def _unreadable(raw: bytes, recipients: Iterable[str]) -> ReceivedMail:
    """Who it is from and what it answers, without the parts that are made to choke whoever reads them."""
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(raw[:MOST_HEADER])
    return _received(head, [], raw, recipients, is_unreadable=True)


def _received(
    root: Message, parts: list[Message], raw: bytes, recipients: Iterable[str], *, is_unreadable: bool = False
) -> ReceivedMail:
    addressed = [value for name in _ADDRESSED for value in headers(root, name)]
    senders = addresses(headers(root, "From")) or addresses(headers(root, "Sender"))
    subject = clean(next(iter(headers(root, "Subject")), "").replace("\n", " "))[:500]
    return ReceivedMail(
        key=key_of(root, raw),
        sender=senders[0].lower() if senders else "",
        recipients=tuple(dict.fromkeys([*addresses(recipients), *addresses(addressed)])),
        references=references(root),
        subject=subject,
        text=_text(parts),
        attachments=tuple(_attachments(parts)),
        is_automatic=is_automatic(root, subject, senders[0] if senders else ""),
        is_unreadable=is_unreadable,
        root=root,
    )


def key_of(root: Message, raw: bytes) -> str:
    """The Message-ID; a digest for a letter without one, so that it too is taken once."""
    found = _ID.search(next(iter(headers(root, "Message-ID")), ""))
    return clean(found.group())[:KEY_LENGTH] if found else f"sha256:{sha256(raw).hexdigest()}"


def references(root: Message) -> tuple[str, ...]:
    """What the letter answers: the letter named last is the nearest."""
    named = [*headers(root, "In-Reply-To"), *(" ".join(headers(root, "References")),)]
    found = [identifier for value in named for identifier in _ID.findall(value)[-MOST_ADDRESSES:][::-1]]
    return tuple(dict.fromkeys(clean(identifier) for identifier in found))


def is_automatic(root: Message, subject: str, sender: str) -> bool:
    """Whether a program wrote it (RFC 3834, and what programs older than that say)."""
    submitted = next(iter(headers(root, "Auto-Submitted")), "no").strip().lower()
    precedence = next(iter(headers(root, "Precedence")), "").strip().lower()
    local = sender.partition("@")[0].lower()
    return (
        not submitted.startswith("no")
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(root.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "List-Id", "X-Autoresponse"))
        or any(value.strip() == "<>" for value in headers(root, "Return-Path"))
        or local in {"mailer-daemon", "postmaster", "noreply", "no-reply"}
        or bool(_AWAY.match(subject))
    )


_AWAY = re.compile(rf"^{pattern('mail', 'automatic')}\b", re.IGNORECASE)


def headers(root: Message, name: str) -> list[str]:
    """The values of a header in words, however they were encoded."""
    wanted = name.lower()
    return [_words(value[:MOST_HEADER]) for known, value in root.raw_items() if known.lower() == wanted]


def _words(value: str) -> str:
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
        found = getaddresses([value[:MOST_HEADER].replace("\n", " ").replace("\r", " ") for value in values])
    except RecursionError:  # comments in comments
        return []
    plain = (clean(address).strip() for _name, address in found[:MOST_ADDRESSES])
    return [address for address in plain if "@" in address and len(address) <= 320]


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


def _text(parts: list[Message]) -> str:
    """What the customer wrote, without what they quote."""
    for subtype, plain in (("text/plain", lambda words: words), ("text/html", from_html)):
        for part in parts:
            if part.get_content_type() == subtype and not _is_file(part):
                words = clean(plain(body(part)))
                if words.strip():
                    return fresh_text(words)
    return ""


def body(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload[:MOST_BODY_BYTES] if isinstance(payload, bytes) else b""
    return decoded(content, _charset(part))


def _charset(part: Message) -> str | None:
    try:
        return part.get_content_charset()
    except (UnicodeError, LookupError):
        return None


def _is_file(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: Message) -> str:
    try:
        return clean(_words(part.get_filename() or "")).replace("\n", " ").replace("/", "_").replace("\\", "_").strip()
    except (UnicodeError, LookupError, ValueError):
        return ""


def _attachments(parts: list[Message]) -> Iterator[Attachment]:
    for part in parts:
        if part.is_multipart() or not _is_file(part):
            continue
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        yield Attachment(
            name=_file_name(part)[:200] or part.get_content_type(),
            content_type=clean(part.get_content_type())[:100],
            size=len(content),
            content=content,
        )
