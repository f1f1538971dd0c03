"""Where the letter begins that an answer quotes, as programs head it in many languages. Pure.

Line by line, and each line cut to what is looked at: strangers send what is made to be slow to search.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

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
_UNMARKED = re.compile(rf"{_MARK}{pattern('mail', 'quoted')}\s*[:：]\s*$", re.IGNORECASE)
_ADDRESS = re.compile(r"[<\[(]?(?:mailto:)?[^\s<>@\[\]()]{1,80}@[^\s<>@\[\]()]{1,100}[>\])]?")
_MOMENT = re.compile(
    r"\b\d{1,2}[.:h]\d{2}\b|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b(?:19|20)\d\d\b|"
    r"\d{1,2}\s?[月월]|\b\d{1,2}\.? [^\W\d]{3,}"
)
_WROTE = re.compile(rf"(?<!\w){pattern('mail', 'wrote')}", re.IGNORECASE)
_WROTE_AT_END = re.compile(rf"{pattern('mail', 'wrote')}[^\w]{{0,4}}$", re.IGNORECASE)
_COLON = re.compile(r"[:：]\s*[>]?\s*$")


def head_at(lines: Sequence[str], index: int) -> int:
    """How many lines, from this one on, head a quoted letter; 0 where none does."""
    return _dashed(lines, index) or _labels(lines, index) or _sentence(lines, index)


def _dashed(lines: Sequence[str], index: int) -> int:
    line = lines[index][:LINE]
    if not (_DASHED.match(line) or _UNMARKED.match(line)):
        return 0
    following = next((at for at in range(index + 1, min(index + 3, len(lines))) if lines[at].strip()), len(lines))
    return following - index + _labels(lines, following) if following < len(lines) else 1


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
    if not lines[index].strip():
        return 0
    told = ""
    for count, line in enumerate(islice(lines, index, index + HEAD_LINES), start=1):
        bare = line[:LINE].lstrip(" \t>|").rstrip()
        if not bare:
            return 0
        told = f"{told} {bare}".strip()
        # What a customer writes in several lines is no head; programs break one where it grows long.
        may_be_broken = count == 1 or _ADDRESS.search(told) or len(lines[index]) >= LONG_LINE
        if may_be_broken and is_sentence(told):
            return count
        if count == 1 and _stands_above_quote(told, lines, index):
            return count
    return 0


def _stands_above_quote(told: str, lines: Sequence[str], index: int) -> bool:
    """Right above marked lines less is asked of it: a name and a verb, or a day and an address."""
    below = next((line for line in islice(lines, index + 1, index + 3) if line.strip()), "")
    if not below.lstrip().startswith(">"):
        return False
    has_colon, address = _COLON.search(told) is not None, _ADDRESS.search(told)
    return bool(has_colon and (_WROTE.search(told) or address)) or bool(address and _MOMENT.search(told))


def is_sentence(told: str) -> bool:
    if len(told) > 2 * LINE or not _MOMENT.search(told):
        return False
    has_colon = _COLON.search(told) is not None
    if has_colon and (_WROTE.search(told) or ("<" in told and _ADDRESS.search(told))):
        return True
    return bool(_ADDRESS.search(told) and _WROTE_AT_END.search(told))
