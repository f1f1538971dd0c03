"""Where the letter begins that an answer quotes, as programs head it in many languages. Pure.

Line by line, and each line cut to what is looked at: strangers send what is made to be slow to search.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm.languages import pattern

LINE = 300
# "On ... <address> wrote:" is broken by programs into so many lines.
HEAD_LINES = 4
LONG_LINE = 60
_MARK = r"^[ \t>|]*"
_LABEL = {
    name: re.compile(rf"{_MARK}\**\s*{pattern('mail', name)}\s*\**\s*[:：]\**", re.IGNORECASE)
    for name in ("from", "sent", "to", "subject", "copied")
}
_DASHED = re.compile(rf"{_MARK}[-=_*–—]{{2,}}\s*{pattern('mail', 'quoted')}\s*[-=_*–—:]*\s*$", re.IGNORECASE)
# A line between dashes in a language nobody here knows heads a letter if its labels follow.
_BETWEEN_DASHES = re.compile(rf"{_MARK}[-=_*–—]{{2,}}+(?:[^-=_*–—].{{0,80}}?[-=_*–—]{{2,}}+)?\s*$")
_WROTE_BETWEEN_DASHES = re.compile(
    rf"{_MARK}[-–—]{{2,}}+.{{1,200}}?{pattern('mail', 'wrote')}\s*[-–—]{{2,}}+\s*$", re.IGNORECASE
)
_UNMARKED = re.compile(rf"{_MARK}{pattern('mail', 'quoted')}\s*[:：]\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"[<\[(]?(?:mailto:)?[^\s<>@\[\]()]{1,80}@[^\s<>@\[\]()]{1,100}[>\])]?")
_MOMENT = re.compile(
    r"\b\d{1,2}[.:h]\d{2}\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b(?:19|20)\d\d\b|"
    r"\d{1,2}\s?[月월]|\b\d{1,2}\.? [^\W\d]{3,}|\b[^\W\d]{3,}\.? \d{1,2}(?=,)"
)
_WROTE = re.compile(rf"(?<!\w){pattern('mail', 'wrote')}", re.IGNORECASE)
# Without a colon, the verb stands right behind the address.
_ADDRESS_WROTE = re.compile(
    rf"@[^\s<>@()]{{1,100}}[>)\]]{{0,2}}[\s,]{{1,3}}{pattern('mail', 'wrote')}\W{{0,4}}$", re.IGNORECASE
)
_WROTE_AT_END = re.compile(rf"(?<!\w){pattern('mail', 'wrote')}\W{{0,4}}$", re.IGNORECASE)
_DATED = re.compile(r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b.{0,120}<[^\s<>@]{1,80}@[^\s<>@]{1,100}>\W*$")
_DATE_AND_TIME = re.compile(r"^\d{4}[-/.]\d{1,2}[-/.]\d{1,2},? \d{1,2}:\d\d\b")
_COLON = re.compile(r"[:：]\s*[>]?\s*$")


def head_at(lines: Sequence[str], index: int) -> int:
    """How many lines, from this one on, head a quoted letter; 0 where none does."""
    return _dashed(lines, index) or _labels(lines, index) or _sentence(lines, index)


def _dashed(lines: Sequence[str], index: int) -> int:
    line = lines[index][:LINE]
    if _WROTE_BETWEEN_DASHES.match(line):
        return 1
    is_known = _DASHED.match(line) or _UNMARKED.match(line)
    if not is_known and not _BETWEEN_DASHES.match(line):
        return 0
    following = next((at for at in range(index + 1, min(index + 3, len(lines))) if lines[at].strip()), len(lines))
    labels = _labels(lines, following)
    return following - index + labels if labels else int(bool(is_known))


def _labels(lines: Sequence[str], index: int) -> int:
    """From, Sent, To and Subject below each other; names of receivers may run over several lines."""
    if index >= len(lines):
        return 0
    seen, last = [], index
    if not _label(lines[index]):
        return 0
    for at in range(index, min(index + 12, len(lines))):
        if label := _label(lines[at]):
            seen.append(label)
            last = at
        elif at - last > 2 or not lines[at].strip() and at - last > 1:
            break
    return last - index + 1 if _is_head(seen, lines[index]) else 0


def _label(line: str) -> str:
    line = line[:LINE]
    if ":" not in line and "：" not in line:
        return ""
    return next((name for name, label in _LABEL.items() if label.match(line)), "")


def _is_head(seen: list[str], first: str) -> bool:
    """A customer's own "From: London, to: Paris" is none: when or about what is said too."""
    kinds = set(seen)
    if "from" not in kinds or kinds.isdisjoint({"sent", "subject"}):
        return False
    return len(kinds) >= 3 or (seen[0] == "from" and (len(kinds) == 2 or "@" in first))


def _sentence(lines: Sequence[str], index: int) -> int:
    """ "On such a day such a one wrote:", which names the moment and ends with a colon."""
    first = told = _bare(lines[index])
    if not told:
        return 0
    if (is_sentence(told) and _stands_apart(told, lines, index)) or _stands_above_quote(told, lines, index):
        return 1
    for count, line in enumerate(lines[index + 1 : index + HEAD_LINES], start=2):
        if not _bare(line):
            return 0
        told = f"{told} {_bare(line)}"
        # What a customer writes in several lines is no head; programs break one where it grows long.
        if (_ADDRESS.search(told) or len(lines[index]) >= LONG_LINE) and is_sentence(told):
            return count if _is_part(first, lines[index + 1 : index + count]) else 0
    return 0


def _stands_apart(told: str, lines: Sequence[str], index: int) -> bool:
    """Customers tell what somebody wrote to them, without an address, and go on right below."""
    below = lines[index + 1].strip() if index + 1 < len(lines) else ""
    return _ADDRESS.search(told) is not None or not below or below.startswith(">")


def _bare(line: str) -> str:
    return line[:LINE].lstrip(" \t>|").rstrip()


def _is_part(first: str, rest: Sequence[str]) -> bool:
    """Whether the head begins with this line: people write right above it."""
    if not (_MOMENT.search(first) or _WROTE.search(first) or "<" in first or _ADDRESS.search(first)):
        return False
    return first.endswith(",") or not any(_is_dated(rest[at:]) for at in range(len(rest)))


def _is_dated(lines: Sequence[str]) -> bool:
    told = " ".join(_bare(line) for line in lines)
    return _MOMENT.search(told) is not None and is_sentence(told)


def _stands_above_quote(told: str, lines: Sequence[str], index: int) -> bool:
    """Right above marked lines less is asked of it: a name and a verb, or a day and an address."""
    below = next((line for line in lines[index + 1 : index + 3] if line.strip()), "")
    if not below.lstrip().startswith(">"):
        return False
    has_colon, address = _COLON.search(told) is not None, _ADDRESS.search(told)
    if has_colon and (_WROTE.search(told) or address):
        return True
    return bool(_DATE_AND_TIME.match(told) or (address and _MOMENT.search(told)))


def is_sentence(told: str) -> bool:
    if len(told) > 2 * LINE:
        return False
    has_colon, is_named = _COLON.search(told) is not None, "<" in told and _ADDRESS.search(told) is not None
    if not _MOMENT.search(told):
        return has_colon and is_named and _WROTE_AT_END.search(told) is not None
    if has_colon and (_WROTE.search(told) or is_named):
        return True
    return bool(_ADDRESS_WROTE.search(told) or _DATED.match(told))
