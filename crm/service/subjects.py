"""Subjects of letters, and the marks that mail programs put before those of answers."""

from __future__ import annotations

import re

from crm.languages import pattern

_REPLY_MARK = re.compile(rf"^\s*{pattern('mail', 'answered')}\s*(\[\d+\])?\s*:\s*", re.IGNORECASE)


def bare_subject(subject: str) -> str:
    """The subject without the marks of an answer."""
    while (shorter := _REPLY_MARK.sub("", subject, count=1)) != subject:
        subject = shorter
    return subject.strip()


def answering(subject: str) -> str:
    """In one line, whatever the customer's program made of it."""
    return f"Re: {' '.join(bare_subject(subject).split())}"[:500]
