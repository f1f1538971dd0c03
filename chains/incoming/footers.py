"""What stands below a letter and is not part of it: a signature, the word of a phone, a firm's small print. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm.languages import pattern

LINE = 300
_SIGNATURE = re.compile(r"^(?:--|—|––)[ \t]*$")
_RULE = re.compile(r"^[ \t]*(?:[-=*~_#—–]{2,}|(?:[-*_] ){2,}[-*_])[ \t]*$")
_CONTACT = re.compile(r"@|https?:|www\.|\+?\d[\d ()-]{5,}\d")
_SENTENCE = re.compile(r"(?:\S+\s+){3}.*[.!?…]\W*$")
_NAME_SIGNED = re.compile(r"^[-–—][ \t]?[^\W\d_]\w*(?:[ \t][^\W\d_][\w.]*){0,2}$")
# Chinese and Japanese put no space beside a name.
_BY = rf"(?<![a-zа-я])(?:{pattern('mail', 'sent_by')})(?![a-zа-я])"
_FROM = pattern("mail", "sent_from")
# A phone or program and a word for sending, whichever the language puts first.
_SENT_FROM = re.compile(
    rf"^[^\w/]*(?:{_FROM}.{{0,60}}?{_BY}|.{{0,40}}?{_BY}.{{0,50}}?{_FROM}|.{{0,40}}?{_BY}\S{{0,6}} ?{_FROM})",
    re.IGNORECASE,
)
_SENT_FROM_MY = re.compile(r"^[^\w/]*sent (?:from|via|using|with|by|on) (?:my |a |the )?\S", re.IGNORECASE)
_SMALL_PRINT = re.compile(rf"^[\W_]*(?:{pattern('mail', 'small_print')})", re.IGNORECASE)
_LINK = re.compile(r"^[<(\[]?https?://\S+[>)\]]?$")
SENT_FROM_LENGTH = 140
# A list's or a person's address takes so many lines.
MOST_CONTACT_LINES = 8
MOST_LINES_BELOW = 20
CONTACT_LINE = 80


def end_of_words(lines: Sequence[str]) -> int:
    """The line at which a signature or small print begins; the number of lines where none does."""
    told = [at for at, line in enumerate(lines) if line.strip()]
    return next((at for at in told if _begins_footer(lines, at, told[0], told[-1])), len(lines))


def _begins_footer(lines: Sequence[str], at: int, first: int, last: int) -> bool:
    line = lines[at][:LINE]
    if _SIGNATURE.match(line):
        return True
    if at == first:
        return False
    below = lines[at + 1 : min(last, at + MOST_LINES_BELOW) + 1]
    if _SMALL_PRINT.match(line) or (is_rule(line) and _are_contacts(below)):
        return True
    return at == last and not lines[at - 1].strip() and bool(_NAME_SIGNED.match(line))


def is_rule(line: str) -> bool:
    return bool(_RULE.match(line[:LINE]))


def _are_contacts(lines: Sequence[str]) -> bool:
    """People draw lines between what they write too; below those of programs stand names and addresses."""
    said = [line.strip() for line in lines if line.strip()]
    if len(lines) == MOST_LINES_BELOW or len(said) > MOST_CONTACT_LINES:
        return False
    if any(len(line) > CONTACT_LINE or _SENTENCE.match(line) for line in said):
        return False
    return any(_CONTACT.search(line) for line in said[1:])


def is_sent_from(line: str) -> bool:
    """ "Sent from my iPhone", "Get Outlook for iOS" and the like, in a line of its own."""
    line = line.strip()
    if not line or len(line) > SENT_FROM_LENGTH:
        return False
    is_short = len(line.split()) <= 14
    return is_short and bool(_SENT_FROM.match(line) or _SENT_FROM_MY.match(line))


def is_link(line: str) -> bool:
    return bool(_LINK.match(line.strip()[:LINE]))
