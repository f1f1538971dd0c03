"""Writing very many rows at once, without the work that the database would do for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction

from crm.intake.files.staging import Cursor

MAY_SKIP_TRIGGERS = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
# No index can be built over rows whose foreign keys are still to be checked.
MAY_REBUILD = """
    SELECT NOT EXISTS (SELECT FROM {table}) AND pg_has_role(relowner, 'USAGE')
       AND has_parameter_privilege('session_replication_role', 'SET')
    FROM pg_class WHERE oid = %(table)s::regclass
"""
INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = %(table)s::regclass AND NOT indisunique ORDER BY 1
"""


@contextmanager
def foreign_keys_unchecked(cursor: Cursor) -> Iterator[None]:
    """Leave out the check of each new row's foreign keys, where the role may.

    The caller sees to it that the rows referred to are there and stay: written by this transaction, or locked by it.
    Hundreds of thousands of single checks take longer than all the rest of an import. Without the right to it they
    are simply made.
    """
    cursor.execute(MAY_SKIP_TRIGGERS)
    may = cursor.fetchone()[0]
    if may:
        cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    if may:
        cursor.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def indexes_built_last(cursor: Cursor, table: str) -> Iterator[None]:
    """Build the indexes of an empty table once its first rows are in, as a restored backup does.

    Hundreds of thousands of entries are sorted in a fraction of the time it takes to find a place for each. The table
    stays locked till the transaction ends: that is why only an empty one, which nobody reads, is treated so. Indexes
    that keep rows unique stay, and so do all when the role lacks the rights to it or somebody is using the table.
    Rows are to go in under `foreign_keys_unchecked`.
    """
    dropped = _drop_indexes(cursor, table)
    yield
    for definition in dropped:
        cursor.execute(definition)


def _drop_indexes(cursor: Cursor, table: str) -> list[str]:
    cursor.execute(MAY_REBUILD.format(table=table), {"table": table})
    if not cursor.fetchone()[0]:
        return []
    try:
        with transaction.atomic():
            cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT")
    except OperationalError:
        return []
    cursor.execute(INDEXES, {"table": table})
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in indexes]
