"""The rows of a new shop, kept through tests that empty every table.

A test with real transactions ends by a flush, which takes the groups, the schedule, the segments and the chains along.
"""

import io

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import connection

_rows: dict[str, bytes] = {}


def remember():
    """Copy what a fresh database has."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            kept = io.BytesIO()
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                for block in copy:
                    kept.write(block)
            _rows[table] = kept.getvalue()


def bring_back():
    """Write it again, unless the tables were not emptied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM auth_group)")
        if cursor.fetchone()[0]:
            return
        tables = ", ".join(f'"{table}"' for table in _rows if table != "django_migrations")
        cursor.execute(f"TRUNCATE {tables}")
        # Rows come table by table, not in the order foreign keys ask for.
        cursor.execute("SET session_replication_role = replica")
        for table, rows in _rows.items():
            if rows and table != "django_migrations":
                with cursor.copy(f'COPY "{table}" FROM STDIN') as copy:
                    copy.write(rows)
        cursor.execute("SET session_replication_role = DEFAULT")
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
            cursor.execute(statement)
    ContentType.objects.clear_cache()
