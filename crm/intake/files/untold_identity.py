"""Rows that name their customer by placeholders alone: kept beside the rows, so that a refusal can name the value."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.intake.files.row_fields import NULL
from crm.intake.files.staging import Cursor, StagingTable, StagingWriter

IDENTITY = ("customer_id", "email", "phone")
UNTOLD = StagingTable("import_untold", [("line", "integer"), ("field", "text"), ("value", "text")])
COPIES = {UNTOLD.name: [name for name, _type in UNTOLD.columns]}
SHOWN = 60
NOTE_PROBLEM = """
    INSERT INTO import_problem (line, {number}field, value, reason)
    SELECT file.{line}, {number}coalesce(untold.field, ''), coalesce(untold.value, ''),
           CASE WHEN untold.line IS NULL THEN %(nobody)s ELSE %(placeholder)s END
    FROM {source} AS file LEFT JOIN import_untold AS untold ON untold.line = file.{line}
    WHERE file.customer_id IS NULL AND file.email IS NULL AND file.phone IS NULL {more}
"""


class UntoldIdentity:
    """Looks at the cells of each row that name its customer."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._places = [(place, name) for place, name in enumerate(columns) if name in IDENTITY]

    def note(self, line: int, raw: Sequence[str], parsed: Sequence[str], staging: StagingWriter) -> None:
        """Add the first placeholder of a row in which nothing else names anybody."""
        if any(parsed[place] != NULL for place, _name in self._places):
            return
        told = ((name, " ".join(raw[place].replace("\\", "").split())[:SHOWN]) for place, name in self._places)
        for name, text in told:
            if text:
                staging.add(UNTOLD.name, [f"{line}\t{name}\t{text}\n"])
                return


def refuse_nobody(cursor: Cursor, source: str, line: str, *, number: str = "", more: str = "") -> None:
    """Note a problem for every row of the table that names no customer. `line` is its column of lines."""
    cursor.execute(
        NOTE_PROBLEM.format(source=source, line=line, number=number, more=more),
        {
            "nobody": _("names no customer: customer_id, email or phone is needed"),
            "placeholder": _("stands for nobody, and nothing else in the row names a customer"),
        },
    )
