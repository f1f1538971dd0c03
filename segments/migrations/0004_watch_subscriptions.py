"""Triggers that note whose subscriptions and registered products changed, as 0002 does of other facts."""

from importlib import import_module

from django.db import migrations

before = import_module("segments.migrations.0002_watch_changes")
TABLES = ("crm_subscription", "crm_productregistration")


class Migration(migrations.Migration):
    dependencies = [("segments", "0003_watch_points_and_tiers"), ("crm", "0036_customer_pages")]

    operations = [
        migrations.RunSQL(
            before.NOTE_CUSTOMERS.format(table=table, column="touched.customer_id", join=""),
            before.FORGET_CUSTOMERS.format(table=table),
        )
        for table in TABLES
    ]
