"""Rules may ask about points and tiers, so whose changed is noted."""

from django.db import migrations

TABLES = ("crm_pointsentry", "crm_customertier")
NOTE_CUSTOMERS = """
    CREATE FUNCTION segments_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT touched.customer_id, pg_current_xact_id()::text::bigint FROM touched;
        RETURN NULL;
    END $$;
    CREATE FUNCTION segments_note_{table}_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT touched.customer_id, pg_current_xact_id()::text::bigint
        FROM (SELECT * FROM fresh UNION ALL SELECT * FROM stale) AS touched;
        RETURN NULL;
    END $$;
    CREATE TRIGGER segments_note_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}();
    CREATE TRIGGER segments_note_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}();
    CREATE TRIGGER segments_note_update AFTER UPDATE ON {table} REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}_moved();
"""
FORGET_CUSTOMERS = """
    DROP TRIGGER segments_note_insert ON {table};
    DROP TRIGGER segments_note_delete ON {table};
    DROP TRIGGER segments_note_update ON {table};
    DROP FUNCTION segments_note_{table}();
    DROP FUNCTION segments_note_{table}_moved();
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0002_watch_changes"), ("crm", "0034_points_tiers_and_batches")]

    operations = [
        migrations.RunSQL(NOTE_CUSTOMERS.format(table=table), FORGET_CUSTOMERS.format(table=table)) for table in TABLES
    ]
