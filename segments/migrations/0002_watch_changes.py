"""Triggers that note whose facts changed, for the next refresh to ask about; segments.changes reads the notes."""

from django.db import migrations

# Where facts about a customer are kept: the table, the column that names the customer, and the join that finds it.
FACTS = [
    ("crm_customer", "touched.id", ""),
    ("crm_contact", "touched.customer_id", ""),
    ("crm_consentrecord", "touched.customer_id", ""),
    ("crm_order", "touched.customer_id", ""),
    ("crm_orderline", "sale.customer_id", "JOIN crm_order AS sale ON sale.id = touched.order_id"),
    ("crm_customerstats", "touched.customer_id", ""),
    ("crm_orderstanding", "touched.customer_id", ""),
    ("crm_customerscore", "touched.customer_id", ""),
    ("crm_customerprediction", "touched.customer_id", ""),
    ("crm_case", "touched.customer_id", ""),
    ("crm_feedback", "touched.customer_id", ""),
    ("crm_event", "touched.customer_id", ""),
]
NOTE_CUSTOMERS = """
    CREATE FUNCTION segments_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT {column}, pg_current_xact_id()::text::bigint FROM touched {join};
        RETURN NULL;
    END $$;
    CREATE FUNCTION segments_note_{table}_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT {column}, pg_current_xact_id()::text::bigint
        FROM (SELECT * FROM fresh UNION ALL SELECT * FROM stale) AS touched {join};
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
# Imports write new orders, their lines and events as a replica would, where other triggers rest. Whose they are is said
# by the orders; without it a new order that was cancelled, which moves no figure, would be told of by nothing.
ALWAYS_NOTE_ORDERS = "ALTER TABLE crm_order ENABLE ALWAYS TRIGGER segments_note_insert"
USUALLY_NOTE_ORDERS = "ALTER TABLE crm_order ENABLE TRIGGER segments_note_insert"

# What is said about goods concerns whoever bought them: everybody is asked again, unless the update changed nothing,
# as every import makes and every save in the admin.
GOODS = [("crm_product", "category_id, price_tier, complexity, sku"), ("crm_category", "parent_id")]
NOTE_GOODS = """
    CREATE FUNCTION segments_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT id, {columns} FROM fresh EXCEPT SELECT id, {columns} FROM stale) THEN
            INSERT INTO segments_change (customer_id, written_in)
            VALUES (NULL, pg_current_xact_id()::text::bigint);
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER segments_note_goods AFTER UPDATE ON {table} REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}();
"""
FORGET_GOODS = """
    DROP TRIGGER segments_note_goods ON {table};
    DROP FUNCTION segments_note_{table}();
"""
NOTE_RELATIONS = """
    CREATE FUNCTION segments_note_everybody() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in) VALUES (NULL, pg_current_xact_id()::text::bigint);
        RETURN NULL;
    END $$;
    CREATE TRIGGER segments_note_goods AFTER INSERT OR UPDATE OR DELETE ON crm_productrelation
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_everybody();
"""
FORGET_RELATIONS = """
    DROP TRIGGER segments_note_goods ON crm_productrelation;
    DROP FUNCTION segments_note_everybody();
"""


class Migration(migrations.Migration):
    dependencies = [("segments", "0001_initial"), ("crm", "0001_initial")]

    operations = [
        *(
            migrations.RunSQL(
                NOTE_CUSTOMERS.format(table=table, column=column, join=join), FORGET_CUSTOMERS.format(table=table)
            )
            for table, column, join in FACTS
        ),
        migrations.RunSQL(ALWAYS_NOTE_ORDERS, USUALLY_NOTE_ORDERS),
        *(
            migrations.RunSQL(NOTE_GOODS.format(table=table, columns=columns), FORGET_GOODS.format(table=table))
            for table, columns in GOODS
        ),
        migrations.RunSQL(NOTE_RELATIONS, FORGET_RELATIONS),
    ]
