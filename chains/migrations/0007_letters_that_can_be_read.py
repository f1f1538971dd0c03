import django.db.models.deletion
from django.db import migrations, models

# Simple enough for PostgreSQL to see through: the indexes of touches serve it.
SHOW = """
    CREATE VIEW chains_letter AS
    SELECT id, customer_id, sent_at, opened_at, clicked_at, replied_at
    FROM chains_touch WHERE status = 'sent' AND channel = 'email'
"""


class Migration(migrations.Migration):
    dependencies = [("chains", "0006_tell_segments_of_letters")]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="crm.customer"
                    ),
                ),
                ("sent_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("clicked_at", models.DateTimeField(null=True)),
                ("replied_at", models.DateTimeField(null=True)),
            ],
            options={"db_table": "chains_letter", "managed": False},
        ),
        migrations.RunSQL(SHOW, "DROP VIEW chains_letter"),
    ]
