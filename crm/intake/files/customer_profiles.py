"""What the rows of a file say about customers already recognised, written to their profiles in sets."""

from __future__ import annotations

from collections.abc import Sequence

from crm.customer_columns import COLUMN_BY_NAME, Update
from crm.intake.files.staging import Cursor

# Customers are locked in id order first: the update alone would lock them in any.
WRITE_PROFILES = """
    WITH file AS (SELECT customer, {file} FROM {source} GROUP BY customer), locked AS MATERIALIZED (
        SELECT known.id FROM crm_customer AS known JOIN file ON known.id = file.customer
        WHERE ({known}) IS DISTINCT FROM ({values}) ORDER BY known.id FOR NO KEY UPDATE OF known
    ), written AS (
        UPDATE crm_customer AS known SET ({fields}) = ROW ({values})
        FROM file
        WHERE known.id = file.customer AND known.id = ANY(ARRAY(SELECT id FROM locked))
        RETURNING known.id
    )
    UPDATE import_person SET is_changed = true FROM written WHERE customer = written.id
"""
ADDED_ITEMS = """
    known.{column} || ARRAY(
        SELECT item FROM unnest(file.{column}::varchar[]) WITH ORDINALITY AS added (item, position)
        WHERE item <> ALL (known.{column}) ORDER BY position
    )
"""


def write_profiles(
    cursor: Cursor, source: str, columns: Sequence[tuple[str, str]], order: str, *, is_sure: bool
) -> None:
    """Write profiles from (column of the file, column of the customer); of several rows the last by `order` counts.

    Where the file is not sure (an order may be made for somebody else) only gaps are filled.
    """
    if not columns:
        return
    last = "(array_agg({0} ORDER BY {1}) FILTER (WHERE {0} IS NOT NULL))[1]"
    values = {field: _combined(field, is_sure=is_sure) for _name, field in columns}
    cursor.execute(
        WRITE_PROFILES.format(
            file=", ".join(f"{last.format(name, order)} AS {field}" for name, field in columns),
            source=source,
            fields=", ".join(values),
            values=", ".join(values.values()),
            known=", ".join(f"known.{field}" for field in values),
        )
    )


def _combined(field: str, *, is_sure: bool) -> str:
    old, new = f"known.{field}", f"file.{field}"
    column = COLUMN_BY_NAME[field]
    if column.update is Update.ADD_ITEMS:
        return ADDED_ITEMS.format(column=field)
    if column.update is Update.ADD_KEYS:
        pair = f"{old} || coalesce({new}, '{{}}')" if is_sure else f"coalesce({new}, '{{}}') || {old}"
        return f"({pair})"
    if is_sure and column.update is Update.REPLACE:
        return f"coalesce({new}, {old})"
    if column.field.null:
        return f"coalesce({old}, {new})"
    return f"coalesce(nullif({old}, ''), {new}, '')"
