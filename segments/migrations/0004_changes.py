from django.db import migrations, models

# Where facts about a customer are kept: the table, the column that names the customer, and the way to it.
WATCHED = [
    ("crm_customer", "touched.id", ""),
    ("crm_contact", "touched.customer_id", ""),
    ("crm_consentrecord", "touched.customer_id", ""),
    ("crm_order", "touched.customer_id", ""),
    ("crm_orderline", "sale.customer_id", "JOIN crm_order AS sale ON sale.id = touched.order_id"),
    ("crm_customerstats", "touched.customer_id", ""),
    ("crm_orderstanding", "touched.customer_id", ""),
    ("crm_customerscore", "touched.customer_id", ""),
    ("crm_case", "touched.customer_id", ""),
    ("crm_feedback", "touched.customer_id", ""),
    ("crm_event", "touched.customer_id", ""),
]
# What is said about goods concerns whoever bought them: everybody is asked again.
GOODS = [
    ("crm_product", "UPDATE OF category_id, price_tier, complexity, sku"),
    ("crm_category", "UPDATE OF parent_id"),
    ("crm_productrelation", "INSERT OR UPDATE OR DELETE"),
]
NOTE = """
    CREATE FUNCTION segments_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT {column}, pg_current_xact_id()::text::bigint FROM touched {way};
        RETURN NULL;
    END $$;
    CREATE FUNCTION segments_note_{table}_moved() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in)
        SELECT DISTINCT {column}, pg_current_xact_id()::text::bigint
        FROM (SELECT * FROM fresh UNION ALL SELECT * FROM stale) AS touched {way};
        RETURN NULL;
    END $$;
    CREATE TRIGGER segments_note_insert AFTER INSERT ON {table} REFERENCING NEW TABLE AS touched
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}();
    CREATE TRIGGER segments_note_delete AFTER DELETE ON {table} REFERENCING OLD TABLE AS touched
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}();
    CREATE TRIGGER segments_note_update AFTER UPDATE ON {table} REFERENCING NEW TABLE AS fresh OLD TABLE AS stale
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_{table}_moved();
"""
FORGET = """
    DROP TRIGGER segments_note_insert ON {table};
    DROP TRIGGER segments_note_delete ON {table};
    DROP TRIGGER segments_note_update ON {table};
    DROP FUNCTION segments_note_{table}();
    DROP FUNCTION segments_note_{table}_moved();
"""
NOTE_EVERYBODY = """
    CREATE FUNCTION segments_note_everybody() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO segments_change (customer_id, written_in) VALUES (NULL, pg_current_xact_id()::text::bigint);
        RETURN NULL;
    END $$;
"""
NOTE_GOODS = """
    CREATE TRIGGER segments_note_goods AFTER {moment} ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION segments_note_everybody();
"""


def watch():
    yield migrations.RunSQL(NOTE_EVERYBODY, "DROP FUNCTION segments_note_everybody();")
    for table, moment in GOODS:
        yield migrations.RunSQL(
            NOTE_GOODS.format(table=table, moment=moment), f"DROP TRIGGER segments_note_goods ON {table};"
        )
    for table, column, way in WATCHED:
        yield migrations.RunSQL(NOTE.format(table=table, column=column, way=way), FORGET.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("segments", "0003_schedule"), ("crm", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_id", models.BigIntegerField(null=True)),
                ("written_in", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "change of a customer's facts",
                "verbose_name_plural": "changes of customers' facts",
                "indexes": [models.Index(fields=["written_in"], name="change_by_transaction")],
            },
        ),
        migrations.AddField("segment", "seen", models.BigIntegerField(editable=False, null=True)),
        migrations.AddField(
            "segment", "proved_at", models.DateTimeField(editable=False, null=True, verbose_name="counted in full at")
        ),
        migrations.AddField(
            "segment",
            "drifted_count",
            models.PositiveIntegerField(default=0, editable=False, verbose_name="differences found by the full count"),
        ),
        *watch(),
    ]
