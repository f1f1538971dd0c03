"""Changes of dates that a file makes to known customers. Chains wait for them, so each becomes an event."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from crm.customers import dates
from crm.intake.files.staging import Cursor

KEEP = """
    CREATE TEMPORARY TABLE import_date AS
    SELECT known.id, known.born_on, known.attributes FROM crm_customer AS known
    WHERE known.id IN (SELECT customer FROM import_person WHERE NOT is_new)
"""
MOVED = """
    SELECT kept.id, kept.born_on, kept.attributes, known.born_on, known.attributes
    FROM import_date AS kept JOIN crm_customer AS known USING (id)
    WHERE (kept.born_on, kept.attributes) IS DISTINCT FROM (known.born_on, known.attributes)
    ORDER BY kept.id
"""
BATCH = 5000


def remember_dates(cursor: Cursor) -> None:
    """Remember the dates of everybody in the file who was known before."""
    cursor.execute(KEEP)


def record_changes(cursor: Cursor, now: dt.datetime) -> None:
    cursor.execute(MOVED)
    while rows := cursor.fetchmany(BATCH):
        dates.record_changes(
            {pk: dates.dates_by_name(born_on, _read(attributes)) for pk, born_on, attributes, *_after in rows},
            {pk: dates.dates_by_name(born_on, _read(attributes)) for pk, *_before, born_on, attributes in rows},
            now,
        )


def _read(attributes: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(attributes) if isinstance(attributes, str) else attributes
    return read
