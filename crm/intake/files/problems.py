"""What can be wrong with a file, said in words to the person who made it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


class FileError(Exception):
    """The file as a whole cannot be read; the message is for staff.

    With `details` it is put into words where it is read: a limited process that raises it knows nobody's language.
    """

    def __init__(self, message: Any, **details: Any) -> None:
        super().__init__(message)
        self.details = details

    def __str__(self) -> str:
        return str(self.args[0]) % self.details if self.details else str(self.args[0])


class UnreadableRow(str):
    """The reason, in words, in place of the cells of a row that could not be split into cells."""

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one row. `column` and `value` are empty when it is about the row as a whole."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        if not self.column:
            return _("line %(line)s: %(reason)s") % {"line": self.line, "reason": self.reason}
        if not self.value:
            return _("line %(line)s, column %(column)s: %(reason)s") % {
                "line": self.line,
                "column": self.column,
                "reason": self.reason,
            }
        return _("line %(line)s, column %(column)s, “%(value)s”: %(reason)s") % {
            "line": self.line,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
        }


def shorten(text: str, limit: int = 60) -> str:
    """The text as it may be shown and stored: no NUL, one line, not endless."""
    shown = " ".join(text.replace("\0", "␀").split())
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
