"""A letter as it came in, read so that nothing in it can break the reader: values in, values out.

Strangers write these: fifty megabytes, a thousand nested parts, headers without end, wrong or invented charsets, NUL.
What cannot be read is left out, and what is read is cut and clean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import BytesHeaderParser
from hashlib import sha256
from itertools import islice

from chains.channels.email.automatic_mail import is_a_persons, is_automatic, is_carried, lists
from chains.channels.email.letter_limits import MOST_HEADER, Overfull, bounded_policy, is_overfull
from chains.channels.email.letter_tokens import names_one
from chains.channels.email.mail_headers import MOST_ADDRESSES, addresses, clean, decoded, headers, in_words
from chains.incoming.reply_html import from_html
from chains.incoming.reply_text import fresh_text
from crm.service.conversations import Attachment

MOST_PARTS = 200
MOST_BODY_BYTES = 500_000
KEY_LENGTH = 500
_ID = re.compile(r"<[^<>\s]{1,480}>")
_ADDRESSED = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To")
_WRITERS = ("X-Original-From", "X-Original-Sender", "Reply-To")


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
    reads_as_a_persons: bool = False  # so that nothing but what lists and groups add says that it is automatic
    lists: tuple[str, ...] = ()  # the addresses of the lists and groups that handed it on
    is_unreadable: bool = False
    root: Message | None = None  # for those who look into reports


def read(raw: bytes, recipients: Iterable[str] = ()) -> ReceivedMail:
    """The letter; `recipients` are the addresses its carrier says it came to."""
    raw = raw.lstrip(b"\r\n")
    if is_overfull(raw):
        return _unreadable(raw, recipients)
    try:
        root: Message = message_from_bytes(raw, policy=bounded_policy())
        # Whatever is nested too deeply for the parser is too deep for the walk.
        parts = list(islice(root.walk(), MOST_PARTS))
    except (RecursionError, Overfull):
        return _unreadable(raw, recipients)
    return _received(root, parts, raw, recipients)


def _unreadable(raw: bytes, recipients: Iterable[str]) -> ReceivedMail:
    """Who it is from and what it answers, without the parts that are made to choke whoever reads them."""
    head = BytesHeaderParser(policy=bounded_policy()).parsebytes(raw[:MOST_HEADER])
    return _received(head, [], raw, recipients, is_unreadable=True)


def _received(
    root: Message, parts: list[Message], raw: bytes, recipients: Iterable[str], *, is_unreadable: bool = False
) -> ReceivedMail:
    addressed = [value for name in _ADDRESSED for value in headers(root, name)]
    recipients = tuple(dict.fromkeys([*addresses(recipients), *addresses(addressed)]))
    sender, named = _sender(root), references(root)
    text = _text(parts)
    subject = clean(next(iter(headers(root, "Subject")), "").replace("\n", " "))[:500]
    by_itself = is_automatic(root, subject, sender, text)
    return ReceivedMail(
        key=key_of(root, raw),
        sender=sender,
        recipients=recipients,
        references=named,
        subject=subject,
        text=text,
        attachments=tuple(_attachments(parts)),
        is_automatic=by_itself or (is_carried(root) and not (names_one(recipients, named) and is_a_persons(text))),
        reads_as_a_persons=not by_itself and is_a_persons(text),
        lists=lists(root),
        is_unreadable=is_unreadable,
        root=root,
    )


def _sender(root: Message) -> str:
    """Who wrote it; a list that puts its own address there keeps the writer's elsewhere."""
    senders = addresses(headers(root, "From")) or addresses(headers(root, "Sender"))
    if senders and senders[0].lower() in lists(root):
        writers = [address for name in _WRITERS for address in addresses(headers(root, name))]
        senders = [one for one in writers if one.lower() not in lists(root)] or senders
    return senders[0].lower() if senders else ""


def key_of(root: Message, raw: bytes) -> str:
    """The Message-ID; a digest for a letter without one, so that it too is taken once."""
    found = _ID.search(next(iter(headers(root, "Message-ID")), ""))
    return clean(found.group())[:KEY_LENGTH] if found else f"sha256:{sha256(raw).hexdigest()}"


def references(root: Message) -> tuple[str, ...]:
    """What the letter answers: the letter named last is the nearest."""
    named = [*headers(root, "In-Reply-To"), *(" ".join(headers(root, "References")),)]
    found = [identifier for value in named for identifier in _ID.findall(value)[-MOST_ADDRESSES:][::-1]]
    return tuple(dict.fromkeys(clean(identifier) for identifier in found))


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
        return (
            clean(in_words(part.get_filename() or "")).replace("\n", " ").replace("/", "_").replace("\\", "_").strip()
        )
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
