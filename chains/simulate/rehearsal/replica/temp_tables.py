"""The tables of a replica: temporary twins that stand before the shop's own wherever a name is not qualified.

A twin has the columns, keys and indexes of its table. It has no foreign keys, so nothing written here locks a row of
the shop, and no triggers. Identities start far above the shop's, so a row made here is never taken for one of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from chains.simulate.rehearsal.replica.past_tables import MADE_ANEW, PAST_TABLES

FIRST_ID = 10**12
TWIN = """
    CREATE TEMPORARY TABLE {table} (
        LIKE {live}.{table} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING INDEXES
    )
"""
# Every row that is written pays for each index of its table, and these are for pages alone: searches, lists with the
# newest first, counts of a whole chain.
OF_PAGES = (
    r"_pattern_ops|USING (gin|brin)"
    r"|touch USING btree \((customer_id, created_at|created_at|chain_id|contact_id|sent_at)"
    r"|enrolment USING btree \((chain_id|entered_at)"
    r"|order USING btree \((placed_at|changed_at)"
)
INDEXES_OF_PAGES = """
    SELECT indexrelid::regclass::text FROM pg_index
    WHERE indrelid = to_regclass(%s) AND NOT indisunique AND pg_get_indexdef(indexrelid) ~ %s
"""
# Only real letters can be read: those of the rehearsal reach nobody, so they say nothing about reading.
LETTER_VIEW = """
    CREATE TEMPORARY VIEW chains_letter AS
    SELECT id, customer_id, sent_at, opened_at, clicked_at, replied_at
    FROM pg_temp.chains_touch WHERE status = 'sent' AND channel = 'email' AND id < {first_id}
"""
START_IDENTITY = "SELECT setval(name, %s) FROM pg_get_serial_sequence(%s, 'id') AS name WHERE name IS NOT NULL"
HAS_ID = "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attname = 'id')"
COLUMNS = """
    SELECT attname FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""


def tables() -> tuple[str, ...]:
    """Everything the engine may write, and every table that has a past."""
    return tuple(sorted({past.table for past in PAST_TABLES} | MADE_ANEW))


def live_schema() -> str:
    """The schema of the shop's own tables, quoted as a statement needs it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])


def make() -> None:
    """Make the twins of all tables, empty, and the view of letters, before the session becomes read-only."""
    live = live_schema()
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(TWIN.format(table=table, live=live))
            cursor.execute(INDEXES_OF_PAGES, [f"pg_temp.{table}", OF_PAGES])
            for (index,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {index}")
            cursor.execute(HAS_ID, [f"pg_temp.{table}"])
            if cursor.fetchone()[0]:
                cursor.execute(START_IDENTITY, [FIRST_ID, f"pg_temp.{table}"])
        cursor.execute(LETTER_VIEW.format(first_id=FIRST_ID))


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [f"pg_temp.{table}"])
        return [name for (name,) in cursor.fetchall()]


def analyze(names: Iterable[str]) -> None:
    """Autovacuum cannot see the temporary tables of a session, so the session analyzes them itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f"pg_temp.{name}" for name in names))
