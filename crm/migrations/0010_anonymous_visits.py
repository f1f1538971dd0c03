"""Visits of people whom nobody knows yet, and whose devices they turned out to be."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0009_privacy_requests"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnonymousEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anonymous_id", models.CharField(max_length=200, verbose_name="id of the visitor")),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("kind", models.CharField(max_length=100, verbose_name="kind")),
                ("occurred_at", models.DateTimeField(verbose_name="when")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("properties", models.JSONField(default=dict, verbose_name="properties")),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "event of an unknown visitor",
                "verbose_name_plural": "events of unknown visitors",
                "indexes": [
                    models.Index(fields=["anonymous_id"], name="anonymous_event_by_visitor"),
                    models.Index(fields=["received_at"], name="anonymous_event_by_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "key"), name="anonymous_event_once_per_source")
                ],
            },
        ),
        migrations.CreateModel(
            name="KnownVisitor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anonymous_id", models.CharField(max_length=200, verbose_name="id of the visitor")),
                ("since", models.DateTimeField(verbose_name="since")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "known visitor",
                "verbose_name_plural": "known visitors",
                "constraints": [
                    models.UniqueConstraint(fields=("anonymous_id", "since"), name="known_visitor_once_a_moment")
                ],
            },
        ),
    ]
