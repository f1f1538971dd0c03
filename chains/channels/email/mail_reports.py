"""What mail servers report about our letters: delivery reports (RFC 3464) and spam reports (RFC 5965). Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.message import Message
from itertools import islice

from chains.channels.email.received_mail import MOST_PARTS, ReceivedMail, body, clean, headers
from chains.channels.email.sender import BAD_MAILBOX_STATUSES
from chains.incoming.receipts import Receipt

Kind = Receipt.Kind
# Where the token of a letter may be found in what a server sends back of it.
_TOKEN = r"[A-Za-z0-9_-]{22}"  # noqa: S105  (a pattern, not a secret)
_IN_ADDRESS = re.compile(rf"\+({_TOKEN})@")
_IN_PAGE = re.compile(rf"/m/u/({_TOKEN})/")


def tokens(mail: ReceivedMail, host: str) -> list[str]:
    """Tokens the letter names, the surest first: the address it came to, then the letters it answers."""
    ours = re.compile(rf"<({_TOKEN})@{re.escape(host)}>", re.IGNORECASE)
    found = [match.group(1) for address in mail.recipients if (match := _IN_ADDRESS.search(address))]
    found += [match.group(1) for reference in mail.references if (match := ours.fullmatch(reference))]
    return list(dict.fromkeys(found))


def is_report(mail: ReceivedMail) -> bool:
    return mail.root is not None and mail.root.get_content_type() == "multipart/report"


def receipts(mail: ReceivedMail, host: str, at: dt.datetime) -> list[Receipt]:
    """One for each recipient a report speaks of; none when it does not say which letter it is about."""
    root = mail.root
    if root is None or not is_report(mail):
        return []
    parts = list(islice(root.walk(), MOST_PARTS))
    token = next(iter(_tokens_within(parts, host) or tokens(mail, host)), "")
    if not token:
        return []
    found = [_delivery(fields) for fields in _fields(parts, "message/delivery-status")]
    found += [_spam(fields) for fields in _fields(parts, "message/feedback-report")]
    return [Receipt(kind, token, at, detail, f"report:{mail.key}") for kind, detail in filter(None, found)]


def _tokens_within(parts: list[Message], host: str) -> list[str]:
    """The token in the headers of our letter that the report brings back."""
    ours = re.compile(rf"<({_TOKEN})@{re.escape(host)}>", re.IGNORECASE)
    for part in parts:
        kind = part.get_content_type()
        if kind not in {"text/rfc822-headers", "message/rfc822", "message/rfc822-headers"}:
            continue
        inner = part.get_payload(0) if part.is_multipart() else None
        source = (
            "".join(f"{name}: {value}\n" for name, value in inner.raw_items()) if isinstance(inner, Message) else ""
        )
        source = source or body(part)
        if found := [*ours.findall(source), *_IN_PAGE.findall(source)]:
            return found
    return []


def _fields(parts: list[Message], kind: str) -> Iterator[Message]:
    """The groups of fields in parts of this kind: the parser makes each group a message of its own."""
    for part in parts:
        if part.get_content_type() == kind:
            payload = part.get_payload()
            groups = payload if isinstance(payload, list) else [part]
            yield from (group for group in groups[:MOST_PARTS] if isinstance(group, Message))


def _delivery(fields: Message) -> tuple[Kind, str] | None:
    action, status = _field(fields, "Action").lower(), _field(fields, "Status").split(" ")[0]
    detail = _field(fields, "Diagnostic-Code").partition(";")[2].strip() or status
    if action in {"delivered", "relayed", "expanded"}:
        return Kind.DELIVERED, detail
    if action != "failed":
        return None  # delayed: the server goes on trying
    is_lasting = status.encode() in BAD_MAILBOX_STATUSES
    return (Kind.BOUNCED if is_lasting else Kind.SOFT_BOUNCED), f"{status} {detail}".strip()


def _spam(fields: Message) -> tuple[Kind, str] | None:
    kind = _field(fields, "Feedback-Type").lower()
    return (Kind.COMPLAINED, _field(fields, "User-Agent")) if kind in {"abuse", "fraud", ""} else None


def _field(fields: Message, name: str) -> str:
    return clean(" ".join(" ".join(headers(fields, name)[:1]).split()))[:300]
