"""A letter that somebody pasted in: words, HTML, or the whole message as a mail program saves it (.eml).

Whoever wrote it is a stranger: it is never shown as HTML, its size and its tags are bounded, and nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from email.message import Message
from itertools import islice

from django.utils.translation import gettext as _

from chains.audit.letter_html import MarkedUp, marked_up
from chains.channels.email import received_mail
from chains.channels.email.mail_headers import headers
from crm.languages import codes, content

MOST_LETTERS = 300_000
MOST_TAGS = 8_000
MOST_HEAD = 65_536
_HEAD = re.compile(r"\A\s*(?:[A-Za-z][\w-]{1,60}:[ \t][^\n]*\n(?:[ \t][^\n]*\n)*){2,}\s*\n")
_NAMED = re.compile(r"^(?:from|subject|date|mime-version|received|content-type):", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(r"<(?:!doctype|html|body|table|div|p|br|a|span|img|h[1-3])\b", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"')\]]{1,2000}")


class Unreadable(ValueError):
    """Why, in words."""


@dataclass(frozen=True, slots=True)
class Pasted:
    subject: str
    words: str
    marked: MarkedUp | None  # of a letter in HTML
    links: tuple[tuple[str, str], ...]  # words and where they lead
    source: str
    has_plain_part: bool = True
    can_unsubscribe_in_one_press: bool | None = None  # None where there are no headers to tell

    @property
    def size(self) -> int:
        return len(self.source.encode())


def read_pasted(source: str, subject: str = "") -> Pasted:
    """Raises Unreadable."""
    source = source.replace("\r\n", "\n").replace("\x00", "")
    if not source.strip():
        raise Unreadable(_("Paste the letter first."))
    if len(source) > MOST_LETTERS:
        raise Unreadable(_("The letter is longer than %(most)d characters.") % {"most": MOST_LETTERS})
    if source.count("<") > MOST_TAGS:
        raise Unreadable(_("The letter has more than %(most)d tags.") % {"most": MOST_TAGS})
    head = _HEAD.match(source[:MOST_HEAD])
    if head and len(_NAMED.findall(head[0])) >= 2:
        return _message(source, subject)
    return _html(source, subject) if _TAG.search(source) else _plain(source, subject)


def _message(source: str, subject: str) -> Pasted:
    mail = received_mail.read(source.lstrip().encode())
    if mail.root is None or mail.is_unreadable:
        raise Unreadable(_("This message cannot be read."))
    parts = list(islice(mail.root.walk(), received_mail.MOST_PARTS))
    html, plain = _part(parts, "text/html"), _part(parts, "text/plain")
    if html.count("<") > MOST_TAGS:
        raise Unreadable(_("The letter has more than %(most)d tags.") % {"most": MOST_TAGS})
    subject = subject or mail.subject
    read = _html(html, subject) if html.strip() else _plain(plain, subject)
    pressed = " ".join(headers(mail.root, "List-Unsubscribe-Post")).lower()
    return replace(
        read,
        has_plain_part=bool(plain.strip()),
        can_unsubscribe_in_one_press="one-click" in pressed and bool(headers(mail.root, "List-Unsubscribe")),
    )


def _part(parts: list[Message], kind: str) -> str:
    found = (received_mail.body(part) for part in parts if part.get_content_type() == kind)
    return next((words for words in found if words.strip()), "")


def _html(source: str, subject: str) -> Pasted:
    marked = marked_up(source)
    return Pasted(subject or marked.title, marked.words, marked, marked.links, source)


def _plain(source: str, subject: str) -> Pasted:
    """Where a link stands after its words, those are what one presses."""
    links = []
    for line in source.split("\n"):
        for url in _URL.findall(line):
            links.append((line.split(url)[0].strip(" :—-") or url, url))
    return Pasted(subject, source, None, tuple(links), source)


def language_of(words: str) -> str:
    """The language whose letters are the most."""
    letters = {code: re.compile(f"[{''.join(content(code, 'words')['offers']['capitals'])}]") for code in codes()}
    said = words.upper()
    return max(letters, key=lambda code: len(letters[code].findall(said)))
