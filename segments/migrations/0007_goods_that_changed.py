from django.db import migrations

# An update that changed nothing, as every import makes and every save in the admin, sent all segments to everybody.
GOODS = [("crm_product", "category_id, price_tier, complexity, sku"), ("crm_category", "parent_id")]
COMPARE = """
    CREATE FUNCTION segments_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT id, {columns} FROM fresh EXCEPT SELECT id, {columns} FROM stale) THEN
            INSERT INTO segments_change (customer_id, written_in)
            VALUES (NULL, pg_current_xact_id()::text::bigint);
        END IF;
        RETURN NULL;
    END $$;
    DROP TRIGGER segments_note_goods ON {table};
    CREATE TRIGGER segments_note_goods AFTER UPDATE ON {table} REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}();
"""
NOTE_ALL = """
    DROP TRIGGER segments_note_goods ON {table};
    DROP FUNCTION segments_note_{table}();
    CREATE TRIGGER segments_note_goods AFTER UPDATE OF {columns} ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_everybody();
"""
# Imports write new orders, their lines and events as a replica would, where other triggers rest. Whose they are is said
# by the orders; without it a new order that was cancelled, which moves no figure, would be told of by nothing.
ALWAYS = "ALTER TABLE crm_order ENABLE ALWAYS TRIGGER segments_note_insert;"
USUALLY = "ALTER TABLE crm_order ENABLE TRIGGER segments_note_insert;"


class Migration(migrations.Migration):
    dependencies = [("segments", "0006_watch_predictions")]

    operations = [
        *(
            migrations.RunSQL(
                COMPARE.format(table=table, columns=columns), NOTE_ALL.format(table=table, columns=columns)
            )
            for table, columns in GOODS
        ),
        migrations.RunSQL(ALWAYS, USUALLY),
    ]
