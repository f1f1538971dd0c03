"""One of our letters that came back, in whatever form a server says so: known as such, and what it says. Pure.

Half of the servers report as the standards ask (RFC 3464, RFC 6533); the rest write in words, to whom they like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from flufl.bounce import all_failures

from chains.channels.email.automatic_mail import is_a_persons, is_null_sender, says_away
from chains.channels.email.mail_headers import clean, headers
from chains.channels.email.received_mail import MOST_PARTS, ReceivedMail, body
from chains.channels.email.refusals import Refusal, refusal
from chains.channels.email.server_words import pattern
from chains.incoming.reply_html import all_of_html

MOST_NOTICE = 30_000
MOST_PARAGRAPHS = 200
STATUS_PARTS = {"message/delivery-status", "message/global-delivery-status"}
_ORIGINAL_PARTS = {
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "text/rfc822-headers",
    "message/global-headers",
}
_FLAGS = re.IGNORECASE | re.MULTILINE
_WRITER = re.compile(rf"(?:{pattern('returned', 'writers')})[\w.+=-]*@", re.IGNORECASE)
_WRITER_NAME = re.compile(pattern("returned", "writer_names"), re.IGNORECASE)
_SUBJECT = re.compile(rf"\W*(?:\[[^\]]{{1,40}}\]\W*)?(?:{pattern('returned', 'subjects')})", re.IGNORECASE)
_WORDS = re.compile(pattern("returned", "words"), _FLAGS)
_DELAYED = re.compile(pattern("returned", "delayed"), re.IGNORECASE)
_ORIGINAL = re.compile(pattern("returned", "original"), _FLAGS)
# What a notice tells of our letter, to say which one it is about.
_OF_OURS = re.compile(
    r"^[ \t>*]*(?:subject|from|to|sent|date|betreff|objet|asunto|oggetto|тема|от|кому)\**[ \t]*:[^\n]*$", _FLAGS
)
# What one server answered another: a code with its status, or at the beginning of a line or after a colon.
_STATUS = re.compile(
    r"\b[45]\.\d{1,3}\.\d{1,3}\b|\b(?:said|error|server|response|reply|code)[^\w(]{1,10}[45]\d\d\b", re.IGNORECASE
)
_SMTP_ANSWER = re.compile(r"(?:^|[:>»(\[]|said|<<<)\W{0,6}[45]\d\d[ -]|\b[45]\.\d{1,3}\.\d{1,3}\b", re.MULTILINE)


def is_returned(mail: ReceivedMail) -> bool:
    """Whether a server wrote it to say that a letter did not arrive, or not yet."""
    root = mail.root
    if root is None:
        return False
    parts = list(own_parts(root))
    if headers(root, "X-Failed-Recipients") or any(part.get_content_type() in STATUS_PARTS for part in parts):
        return True
    if says_away(mail.subject):
        return False
    notice = notice_of(parts)
    says_so = bool(_SUBJECT.match(mail.subject))
    is_enclosed = any(part.get_content_type() in _ORIGINAL_PARTS for part in parts) or bool(_ORIGINAL.search(notice))
    told = told_by(notice)
    # Some servers answer our letter; people do too, and bring along no server's answer.
    has_words = bool(_WORDS.search(told)) and (not mail.references or _SMTP_ANSWER.search(told) is not None)
    if is_of_a_server(mail):
        return says_so or is_enclosed or has_words
    if is_null_sender(root) and is_a_persons(notice):
        return says_so or has_words
    # Customers write of failed deliveries too, of parcels; they bring along neither headers nor what servers answered.
    is_technical = is_enclosed or bool(_STATUS.search(notice))
    return (says_so and (is_technical or mail.is_automatic)) or ((says_so or has_words) and bool(named_in_words(mail)))


def is_of_a_server(mail: ReceivedMail) -> bool:
    names = headers(mail.root, "From") if mail.root else []
    return not mail.sender or bool(_WRITER.match(mail.sender)) or any(_WRITER_NAME.search(name) for name in names)


def named_in_words(mail: ReceivedMail) -> list[str]:
    """The addresses that a notice in words says it is about, in one of the layouts that servers are known for."""
    plain = Message()
    plain["From"] = mail.sender.encode("ascii", "replace").decode() or "nobody@localhost"
    notice = notice_of(list(own_parts(mail.root))) if mail.root and not mail.references else ""
    plain.set_payload(notice.encode("ascii", "replace").decode())
    passing, lasting = all_failures(plain)
    return sorted(address.decode() for address in passing | lasting)


def own_parts(root: Message) -> Iterator[Message]:
    """The parts of the letter itself, not those of letters within it."""
    waiting = [root]
    for _count in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            payload = part.get_payload()
            waiting += reversed([inner for inner in payload if isinstance(inner, Message)])


def notice_of(parts: list[Message]) -> str:
    """All the words of the letter, ours at their end if it brings them along."""
    texts = [(part.get_content_type(), part) for part in parts if part.get_content_maintype() == "text"]
    plain = [body(part) for kind, part in texts if kind not in {"text/html", "text/rfc822-headers"}]
    if not any(words.strip() for words in plain):
        plain = [all_of_html(body(part)) for kind, part in texts if kind == "text/html"]
    return clean("\n".join(plain))[:MOST_NOTICE]


def told_by(notice: str) -> str:
    """The words of the server, without our letter."""
    found = _ORIGINAL.search(notice)
    above = notice[: found.start()] if found else notice
    return above if above.strip() else notice


def told_in_words(mail: ReceivedMail) -> tuple[Refusal, str] | None:
    """What a letter without fields says became of ours; None as long as the server goes on trying."""
    words = told_by(notice_of(list(own_parts(mail.root)))) if mail.root else ""
    told, reason = _reason(words)
    is_delayed = _DELAYED.search(f"{mail.subject}\n{words}") is not None
    return None if is_delayed and told is not Refusal.MAILBOX_GONE else (told, reason)


def _reason(words: str) -> tuple[Refusal, str]:
    """What another server answered says most, then the first paragraph that says anything; our subject says nothing."""
    paragraphs = [paragraph for paragraph in re.split(r"\n[ \t]*\n", _OF_OURS.sub("", words)) if paragraph.strip()]
    paragraphs = paragraphs[:MOST_PARAGRAPHS]
    answers = [paragraph for paragraph in paragraphs if _SMTP_ANSWER.search(paragraph)]
    told = [(refusal(paragraph), paragraph) for paragraph in [*answers, *paragraphs]]
    clear = [one for one in told if one[0] not in {Refusal.UNCLEAR, Refusal.PASSING}]
    passing = [one for one in told if one[0] is Refusal.PASSING]
    meaning, said = next(iter([*clear, *passing, *told]), (Refusal.UNCLEAR, ""))
    return meaning, _line_of(said)


def _line_of(paragraph: str) -> str:
    """From the server's answer on, for whoever looks into it."""
    found = _SMTP_ANSWER.search(paragraph)
    return " ".join(paragraph[found.start() if found else 0 :].split())[:300]
