"""The tables of a rehearsal: temporary twins that stand before the shop's own wherever a name is not qualified.

A twin has the columns, keys and indexes of its table, and none of its foreign keys: nothing written here locks a row
of the shop. Identities start far above the shop's, so that a row made here is never taken for one of theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from chains.simulate.rehearsal.replica.past_tables import FACTS, MADE_ANEW

FIRST_ID = 10**12
TWIN = """
    CREATE TEMPORARY TABLE {table} (
        LIKE {live}.{table} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING INDEXES
    )
"""
# Letters that can be read: the real ones. Those of the rehearsal reach nobody, so they say nothing about reading.
LETTERS = """
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
    """Everything the engine may write, and every fact that has a past."""
    return tuple(sorted({fact.table for fact in FACTS} | MADE_ANEW))


def live_schema() -> str:
    """Where the shop's own tables are, as it is spelt in a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        return str(cursor.fetchone()[0])


def make() -> None:
    """Twins of all tables, empty, and the view of letters: what a read-only session may not do."""
    live = live_schema()
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(TWIN.format(table=table, live=live))
            cursor.execute(HAS_ID, [f"pg_temp.{table}"])
            if cursor.fetchone()[0]:
                cursor.execute(START_IDENTITY, [FIRST_ID, f"pg_temp.{table}"])
        cursor.execute(LETTERS.format(first_id=FIRST_ID))


def columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS, [f"pg_temp.{table}"])
        return [name for (name,) in cursor.fetchall()]


def analyze(names: Iterable[str]) -> None:
    """Temporary tables are nobody's to analyze but their session's."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(f"pg_temp.{name}" for name in names))
