"""Reviews are facts of a customer that rules ask about: their triggers note whose changed."""

import importlib

from django.db import migrations

watch = importlib.import_module("segments.migrations.0002_watch_changes")
TABLE = {"table": "crm_review", "column": "touched.customer_id", "join": ""}


class Migration(migrations.Migration):
    dependencies = [("segments", "0004_watch_subscriptions"), ("crm", "0037_reviews")]

    operations = [
        migrations.RunSQL(watch.NOTE_CUSTOMERS.format(**TABLE), watch.FORGET_CUSTOMERS.format(**TABLE)),
    ]
