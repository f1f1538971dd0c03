"""What a customer wrote, without what their program quotes and adds, and what it asks for. Pure."""

from __future__ import annotations

import re

from chains.incoming.footers import end_of_words, is_link, is_rule, is_sent_from
from chains.incoming.quote_heads import head_at
from crm.languages import letters, pattern
from crm.models.case import Case

_QUOTED_LINE = re.compile(r"^[ \t]*[>|]")
_BROKEN_LINK = re.compile(r"^[ \t]*[>|].{0,2000}[(<]https?://[^\s()<>]{1,2000}$")
_EMPTY_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
MOST_LOOKED_AT = 50_000
_SAME_LETTERS = letters("replies")
_NEGATED = re.compile(rf"(?<!\w){pattern('replies', 'negation')}\s+(?:\w+\s+)?$")


def fresh_text(text: str) -> str:
    """The answer without the letter it answers; all of it when nothing else would be left."""
    return own_words(text) or _tidy(text[:MOST_LOOKED_AT])


def own_words(text: str) -> str:
    """The same, and nothing when there are no words of their own."""
    text = _INVISIBLE.sub("", text[:MOST_LOOKED_AT].replace("\r\n", "\n").replace("\xa0", " "))
    lines = _without_quotes(text.split("\n"))
    lines = _without_sent_from(lines[: end_of_words(lines)])
    while lines and (is_rule(lines[-1]) or not lines[-1].strip()):
        lines.pop()
    return _tidy("\n".join(lines))


def _without_quotes(lines: list[str]) -> list[str]:
    """Below a head stands the quoted letter, to the end, unless its lines are marked: people answer between those."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if head := head_at(lines, at):
            at += head
            if not _is_marked(lines, at) and any(line.strip() for line in kept):
                break
        elif _QUOTED_LINE.match(lines[at]) or _ends_a_quoted_link(lines, at):
            at += 1
        else:
            kept.append(lines[at])
            at += 1
    return kept


def _ends_a_quoted_link(lines: list[str], at: int) -> bool:
    """Programs break a long link, and mark the line it began in only."""
    if not at or not lines[at].strip() or not _QUOTED_LINE.match(lines[at - 1]):
        return False
    is_between = at + 1 < len(lines) and bool(_QUOTED_LINE.match(lines[at + 1]))
    is_bracketed = lines[at].lstrip()[:1] in {"(", "<", "["}
    return bool(_BROKEN_LINK.match(lines[at - 1])) or (is_between and is_bracketed and is_link(lines[at].strip(" >")))


def _is_marked(lines: list[str], at: int) -> bool:
    first = next((line for line in lines[at:] if line.strip()), "")
    return bool(_QUOTED_LINE.match(first))


def _without_sent_from(lines: list[str]) -> list[str]:
    """A link below such a line belongs to it."""
    kept: list[str] = []
    was_sent_from = False
    for line in lines:
        if is_sent_from(line) or (was_sent_from and is_link(line)):
            was_sent_from = True
            continue
        was_sent_from = was_sent_from and not line.strip()
        kept.append(line)
    return kept


def _tidy(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", text).strip()


def route(text: str, *, complaint_words: str, urgent_words: str) -> tuple[str, str]:
    """The kind and severity of the case a reply belongs to, by the shop's words, one a line."""
    if names_any(text, complaint_words):
        return Case.Kind.COMPLAINT, Case.Severity.HIGH
    return Case.Kind.QUESTION, Case.Severity.HIGH if names_any(text, urgent_words) else Case.Severity.NORMAL


def names_any(text: str, words: str) -> bool:
    said = folded(text)
    return any(re.search(rf"(?<!\w){re.escape(folded(word))}", said) for word in words.splitlines() if word.strip())


def praises(text: str, words: str) -> bool:
    """Whether any of the words is said, and not with a no in the two words before it."""
    said = folded(text)
    return any(
        not _NEGATED.search(said[: found.start()])
        for word in words.splitlines()
        if word.strip()
        for found in re.finditer(rf"(?<!\w){re.escape(folded(word))}", said)
    )


def folded(words: str) -> str:
    """Without capitals, and with the letters that people in a hurry type for others."""
    return " ".join(words.casefold().translate(_SAME_LETTERS).split())
