"""How far the fetching of a shop's past, and of what it changed lately, is."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0006_companies_and_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="FetchRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("past", "its past"), ("changes", "what changed lately")],
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for its turn"),
                            ("running", "coming in"),
                            ("paused", "tried again later"),
                            ("stopped", "stopped on the way"),
                            ("done", "all in"),
                        ],
                        default="waiting",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "resource",
                    models.CharField(
                        choices=[("customers", "customers"), ("products", "products"), ("orders", "orders")],
                        default="customers",
                        max_length=16,
                        verbose_name="resource",
                    ),
                ),
                ("cursor", models.JSONField(blank=True, default=dict, verbose_name="next page")),
                ("fetched", models.JSONField(blank=True, default=dict, verbose_name="fetched")),
                ("totals", models.JSONField(blank=True, default=dict, verbose_name="of")),
                ("changed_since", models.DateTimeField(null=True, verbose_name="changed since")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="started at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finished at")),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="next page at")),
                ("claimed_at", models.DateTimeField(null=True, verbose_name="being asked for since")),
                ("caught_up_at", models.DateTimeField(null=True, verbose_name="caught up at")),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fetch_runs",
                        to="crm.source",
                        verbose_name="source",
                    ),
                ),
            ],
            options={
                "verbose_name": "run through a shop's API",
                "verbose_name_plural": "runs through shops' APIs",
                "constraints": [
                    models.UniqueConstraint(fields=("source", "purpose"), name="fetch_run_once_per_purpose"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", False), ("status", "done")),
                            models.Q(models.Q(("status", "done"), _negated=True), ("finished_at", None)),
                            _connector="OR",
                        ),
                        name="fetch_run_done_is_finished",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose", "past"), ("changed_since__isnull", False), _connector="OR"),
                        name="fetch_run_changes_since_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["past", "changes"])), name="fetchrun_purpose_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "running", "paused", "stopped", "done"])),
                        name="fetchrun_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("resource__in", ["customers", "products", "orders"])),
                        name="fetchrun_resource_known",
                    ),
                ],
            },
        ),
    ]
