"""What mail servers report about our letters: that they came back, in fields (RFC 3464, RFC 6533) or in words, and
spam reports (RFC 5965). Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from itertools import islice

from chains.channels.email import letter_tokens
from chains.channels.email.automatic_mail import says_away
from chains.channels.email.mail_headers import addresses, clean, headers
from chains.channels.email.received_mail import MOST_PARTS, ReceivedMail, body
from chains.channels.email.refusals import Refusal, refusal
from chains.channels.email.returned_mail import (
    STATUS_PARTS,
    is_of_a_server,
    is_returned,
    named_in_words,
    told_in_words,
)
from chains.incoming.receipts import Receipt
from chains.incoming.reply_html import all_of_html

Kind = Receipt.Kind
MOST_SEARCHED = 500_000
FAILED = {Refusal.MAILBOX_GONE: Kind.BOUNCED, Refusal.SENDER: Kind.REFUSED}
_RECIPIENT = ("Original-Recipient", "Final-Recipient")
# Some providers report spam without fields, with our letter below.
_COMPLAINT = re.compile(r"\W*complaint about (?:a )?(?:message|e-?mail|mail) from\b", re.IGNORECASE)


def tokens(mail: ReceivedMail, host: str) -> list[str]:
    """Tokens the letter names, the surest first: the address it came to, then the letters it answers."""
    found = [*letter_tokens.in_addresses(mail.recipients)]
    found += [token for reference in mail.references for token in letter_tokens.in_ids(reference, host)]
    return list(dict.fromkeys(found))


def is_report(mail: ReceivedMail, return_path: str = "") -> bool:
    """`return_path` is the address that letters leave under: what a server sends there is one that came back."""
    if mail.root is None:
        return False
    is_told_so = mail.root.get_content_type() == "multipart/report" or _is_complaint(mail)
    return is_told_so or is_returned(mail) or _is_to(mail, return_path)


def _is_complaint(mail: ReceivedMail) -> bool:
    parts = islice(mail.root.walk(), MOST_PARTS) if mail.root else []
    is_enclosed = any(part.get_content_type() == "message/rfc822" for part in parts)
    return is_enclosed and _COMPLAINT.match(mail.subject) is not None


def _is_to(mail: ReceivedMail, return_path: str) -> bool:
    local, _at, domain = return_path.lower().partition("@")
    recipients = [address.lower() for address in mail.recipients]
    is_named = any(one.startswith(f"{local}+") and one.endswith(f"@{domain}") for one in recipients)
    return bool(local) and is_named and is_of_a_server(mail) and not says_away(mail.subject)


def receipts(mail: ReceivedMail, host: str, at: dt.datetime, *, return_path: str = "") -> list[Receipt]:
    """One for each recipient a report speaks of; none when it does not say which letter it is about."""
    if mail.root is None or not is_report(mail, return_path):
        return []
    parts = list(islice(mail.root.walk(), MOST_PARTS))
    token = next(iter(_tokens_within(parts, host) or tokens(mail, host)), "")
    told = _told(mail, parts) if token else []
    return [Receipt(kind, token, at, detail, f"report:{mail.key}") for kind, detail in told]


def receipts_for(mail: ReceivedMail, token: str, at: dt.datetime) -> list[Receipt]:
    """Of a report that names no letter: whoever wrote it may never have had one, so it gives up nothing by itself."""
    told = _told(mail, list(islice(mail.root.walk(), MOST_PARTS))) if mail.root else []
    softened = [(Kind.SOFT_BOUNCED if kind == Kind.BOUNCED else kind, detail) for kind, detail in told]
    taken = {Kind.SOFT_BOUNCED, Kind.REFUSED}
    return [Receipt(kind, token, at, detail, f"report:{mail.key}") for kind, detail in softened if kind in taken]


def failed_addresses(mail: ReceivedMail) -> list[str]:
    """Whom a report says that it did not reach."""
    if mail.root is None:
        return []
    parts = list(islice(mail.root.walk(), MOST_PARTS))
    groups = [fields for kind in STATUS_PARTS for fields in _fields(parts, kind)]
    named = [_field(fields, name).rpartition(";")[2] for fields in groups for name in _RECIPIENT]
    found = addresses([*named, *headers(mail.root, "X-Failed-Recipients")]) or named_in_words(mail)
    return list(dict.fromkeys(address.lower() for address in found))


def _told(mail: ReceivedMail, parts: list[Message]) -> list[tuple[Kind, str]]:
    """By the fields where there are any; words count only without them."""
    if _is_complaint(mail):
        return [(Kind.COMPLAINED, mail.sender)]
    fields_of = [fields for kind in STATUS_PARTS for fields in _fields(parts, kind)]
    groups = [fields for fields in fields_of if any(_field(fields, name) for name in (*_RECIPIENT, "Action", "Status"))]
    reports = list(_fields(parts, "message/feedback-report"))
    in_words = None if reports or _is_read_receipt(mail, parts) else told_in_words(mail)
    found = [_delivery(fields, in_words) for fields in groups] + [_spam(fields) for fields in reports]
    if not groups and in_words:
        found = [(FAILED.get(in_words[0], Kind.SOFT_BOUNCED), in_words[1])]
    return [one for one in found if one]


def _is_read_receipt(mail: ReceivedMail, parts: list[Message]) -> bool:
    """What a person's program says of opening a letter; some servers tell of one they refused in the same form."""
    is_told_so = any(part.get_content_type() == "message/disposition-notification" for part in parts)
    return is_told_so and not is_of_a_server(mail)


def _tokens_within(parts: list[Message], host: str) -> list[str]:
    """The token of our letter that the report brings back, as a part of its own or among its words."""
    for part in parts:
        source = "".join(f"{name}: {value}\n" for name, value in part.raw_items()) if part is not parts[0] else ""
        if part.get_content_maintype() in {"text", "message"} and not part.is_multipart():
            words = body(part)[:MOST_SEARCHED]
            source += all_of_html(words) if part.get_content_type() == "text/html" else words
        if found := letter_tokens.in_text(source, host):
            return found
    return []


def _fields(parts: list[Message], kind: str) -> Iterator[Message]:
    """The groups of fields in parts of this kind."""
    for part in parts:
        if part.get_content_type() == kind:
            yield from islice(_groups(part), MOST_PARTS)


def _groups(part: Message) -> Iterator[Message]:
    """The parser makes each group a message of its own; of kinds it does not know the first, and a text of the rest."""
    payload = part.get_payload()
    groups = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    yield from groups or [HeaderParser().parsestr(body(part))]
    if len(groups) == 1:
        yield from (HeaderParser().parsestr(group) for group in re.split(r"\n\s*\n", body(groups[0])) if group.strip())


def _delivery(fields: Message, in_words: tuple[Refusal, str] | None) -> tuple[Kind, str] | None:
    action, status = _field(fields, "Action").lower(), _field(fields, "Status").split(" ")[0]
    if not action and status[:1] in {"4", "5"}:
        action = "delayed" if status.startswith("4") else "failed"
    detail = _field(fields, "Diagnostic-Code").partition(";")[2].strip() or status
    if action.startswith(("delivered", "relayed", "expanded")):
        return Kind.DELIVERED, detail
    if not action.startswith(("fail", "error")):
        return None  # delayed: the server goes on trying
    told = refusal(detail, status=status)
    if told is Refusal.UNCLEAR and in_words:
        told = in_words[0]
    return FAILED.get(told, Kind.SOFT_BOUNCED), f"{status} {detail}".strip()


def _spam(fields: Message) -> tuple[Kind, str] | None:
    kind = _field(fields, "Feedback-Type").lower()
    return (Kind.COMPLAINED, _field(fields, "User-Agent")) if kind in {"abuse", "fraud", ""} else None


def _field(fields: Message, name: str) -> str:
    return clean(" ".join(" ".join(headers(fields, name)[:1]).split()))[:300]
