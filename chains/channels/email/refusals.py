"""What a mail server's words say about an address: of a reply while sending, and of a letter that came back. Pure.

Only what speaks of the mailbox itself gives an address up. Servers use one code (550) for a mailbox that is not there
and for a sender they do not like, so the words decide, and where they say nothing the address stays.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from chains.channels.email.server_words import pattern


class Refusal(Enum):
    MAILBOX_GONE = auto()  # nobody will ever read a letter there
    MAILBOX_FULL = auto()
    PASSING = auto()  # the way there was closed for a while
    SENDER = auto()  # of us, our server or our letter
    UNCLEAR = auto()


# RFC 3463, with the registry of RFC 5248: what the second and third number say.
_OF_MAILBOX = frozenset({"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1"})
_OF_FULL = frozenset({"2.2"})
_OF_SENDER = frozenset({"1.7", "1.8", "2.3", "3.4"})
_SENDERS_CLASSES = ("6.", "7.")
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.#:/=-])([45]\d\d)(?=[\s:;,.)-]|$)")
MOST_WORDS = 4000


def refusal(words: str, *, code: int = 0, status: str = "") -> Refusal:
    """`code` and `status` (`5.1.1`) as far as they were told apart from the words; else those in the words count."""
    words = " ".join(words[:MOST_WORDS].split())
    status = _status_in(f"{status} {words}")
    code = code or _code_in(words)
    if status.startswith("4") or (400 <= code < 500 and not status.startswith("5")):
        return Refusal.PASSING
    return _by_status(status[2:], words) or _by_words(words)


def _by_status(status: str, words: str) -> Refusal | None:
    if status in _OF_FULL:
        return Refusal.MAILBOX_FULL
    if status in _OF_SENDER or status.startswith(_SENDERS_CLASSES):
        return Refusal.SENDER
    if status in _OF_MAILBOX:
        told = _by_words(words)
        return told if told in {Refusal.SENDER, Refusal.MAILBOX_FULL} else Refusal.MAILBOX_GONE
    return None


def _by_words(words: str) -> Refusal:
    for wordings, meaning in _MEANINGS:
        if wordings.search(words):
            return meaning
    return Refusal.UNCLEAR


def _status_in(words: str) -> str:
    """The first that is told; of none in particular (`5.0.0`) the next one that says more."""
    found = [".".join(match.groups()) for match in _STATUS.finditer(words)]
    return next((one for one in found if not one.endswith("0.0")), found[0] if found else "")


def _code_in(words: str) -> int:
    found = _CODE.search(words)
    return int(found[1]) if found else 0


_WHO = pattern("refusals", "who")
# "The mailbox <ann@example.com> has been closed", "no such mailbox".
_GONE_MAILBOX = (
    rf"{_WHO}(?:\(s\)|s)?[\"'»)>]*:? (?:<[^<>]*>:? |[\w.+-]+@[\w.-]+:? |\S+ (?:at|in) \S+ )?"
    rf"(?:you \w+ to (?:send to|reach) )?"
    rf"(?:name |id |is |are |was |were |has been |have been |status |currently |temporarily )*"
    rf"{pattern('refusals', 'gone')}"
    rf"|{pattern('refusals', 'missing')} (?:local |e?-?mail |virtual |final |mail |destination |delivery )*{_WHO}"
)
# In this order: who says both that a mailbox is missing and what they hold against us, holds something against us.
_MEANINGS = tuple(
    (re.compile(wording, re.IGNORECASE), meaning)
    for wording, meaning in (
        (pattern("refusals", "certain"), Refusal.MAILBOX_GONE),
        (pattern("refusals", "sender"), Refusal.SENDER),
        (pattern("refusals", "full"), Refusal.MAILBOX_FULL),
        (pattern("refusals", "temporarily"), Refusal.PASSING),
        (rf"{pattern('refusals', 'mailbox')}|{_GONE_MAILBOX}", Refusal.MAILBOX_GONE),
        (pattern("refusals", "passing"), Refusal.PASSING),
        (pattern("refusals", "domain"), Refusal.MAILBOX_GONE),
    )
)
