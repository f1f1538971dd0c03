"""What staff said about the columns of files, kept by the shape of the header."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from hashlib import sha256

from crm.intake.files.header_words import normalise
from crm.intake.files.rejected_rows import LINE, REASON
from crm.models import ColumnMapping


def fingerprint(names: Sequence[str]) -> str:
    """The same for files with the same columns in the same order; refused rows, corrected, count as their file."""
    own = [name for name in names if name not in (LINE, REASON)]
    return sha256("\n".join(map(normalise, own)).encode()).hexdigest()


def remembered(kind: str, names: Sequence[str]) -> ColumnMapping | None:
    return ColumnMapping.objects.filter(kind=kind, fingerprint=fingerprint(names)).first()


def remember(kind: str, names: Sequence[str], meanings: Sequence[str], decimal_mark: str, now: dt.datetime) -> None:
    ColumnMapping.objects.update_or_create(
        kind=kind,
        fingerprint=fingerprint(names),
        defaults={"meanings": list(meanings), "decimal_mark": decimal_mark, "changed_at": now},
    )
