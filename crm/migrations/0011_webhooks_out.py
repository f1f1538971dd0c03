"""Telling other systems what happened, by webhooks."""

import crm.models.secret_field
import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0010_anonymous_visits"),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="How staff call it.", max_length=100, unique=True, verbose_name="name"),
                ),
                (
                    "url",
                    models.URLField(
                        help_text="Where the other system takes webhooks, by POST.",
                        max_length=500,
                        verbose_name="address",
                    ),
                ),
                ("secret", crm.models.secret_field.SecretField(blank=True, editable=False, verbose_name="secret")),
                (
                    "previous_secret",
                    crm.models.secret_field.SecretField(blank=True, editable=False, verbose_name="secret before"),
                ),
                (
                    "previous_secret_until",
                    models.DateTimeField(editable=False, null=True, verbose_name="the one before signs until"),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        editable=False,
                        size=None,
                        verbose_name="what it is told",
                    ),
                ),
                (
                    "tells_email",
                    models.BooleanField(
                        default=False,
                        help_text="Without it the other system knows customers by your shop's id alone.",
                        verbose_name="tell the customer's email address too",
                    ),
                ),
                ("is_paused", models.BooleanField(default=False, editable=False, verbose_name="paused")),
                ("gone_at", models.DateTimeField(editable=False, null=True, verbose_name="switched off at")),
                ("down_since", models.DateTimeField(editable=False, null=True, verbose_name="down since")),
                ("failures_in_a_row", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "next_try_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Nothing is sent there before.",
                        null=True,
                        verbose_name="asked again at",
                    ),
                ),
                ("last_success_at", models.DateTimeField(editable=False, null=True, verbose_name="last taken")),
                (
                    "last_failure",
                    models.CharField(blank=True, editable=False, max_length=300, verbose_name="last failure"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="connected at"
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook to another system",
                "verbose_name_plural": "webhooks out",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="webhook_endpoint_name_not_empty"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebhookMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                (
                    "public_id",
                    models.UUIDField(
                        db_default=django.contrib.postgres.functions.RandomUUID(),
                        editable=False,
                        verbose_name="webhook-id",
                    ),
                ),
                ("kind", models.CharField(max_length=100, verbose_name="event")),
                ("data", models.JSONField(db_default={}, default=dict, editable=False)),
                ("occurred_at", models.DateTimeField(verbose_name="when")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("taken", "taken"),
                            ("refused", "refused"),
                            ("failed", "failed"),
                            ("dropped", "not sent"),
                        ],
                        db_default="waiting",
                        default="waiting",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="attempts")),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        verbose_name="sent next at",
                    ),
                ),
                ("claimed_until", models.DateTimeField(editable=False, null=True)),
                ("answer_status", models.PositiveSmallIntegerField(null=True, verbose_name="answered with")),
                ("answer", models.TextField(blank=True, db_default="", default="", verbose_name="answer")),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=300, verbose_name="why")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=django.utils.timezone.now,
                        verbose_name="written at",
                    ),
                ),
                ("settled_at", models.DateTimeField(null=True, verbose_name="settled at")),
                (
                    "customer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="crm.webhookendpoint",
                        verbose_name="webhook",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "message to another system",
                "verbose_name_plural": "messages to other systems",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["endpoint", "due_at", "id"],
                        name="webhook_message_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "waiting")),
                        fields=["endpoint", "customer", "id"],
                        name="webhook_message_customer",
                    ),
                    models.Index(fields=["created_at"], name="webhook_message_age"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("endpoint", "key"), name="webhook_message_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "taken", "refused", "failed", "dropped"])),
                        name="webhookmessage_status_known",
                    ),
                ],
            },
        ),
    ]
