from importlib import import_module

from django.db import migrations

watching = import_module("segments.migrations.0004_changes")
TABLE = "crm_customerprediction"


class Migration(migrations.Migration):
    dependencies = [("segments", "0005_more_starter_segments"), ("crm", "0001_initial")]

    operations = [
        migrations.RunSQL(
            watching.NOTE.format(table=TABLE, column="touched.customer_id", way=""),
            watching.FORGET.format(table=TABLE),
        ),
    ]
