"""Targets: what a figure is to become by a day, who wanted it, and where it stood night after night."""

import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_worth_of_cohorts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoricalTarget",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("buyer_value", "Value of a buyer in 12 months"),
                            ("buyer_margin", "Margin of a buyer in 12 months"),
                            ("lifetime_value", "Lifetime value (LTV)"),
                            ("lifetime_margin", "Lifetime value (LTV) by margin"),
                            ("repeat_rate", "Repeat rate"),
                            ("repeat_orders", "Orders of a buyer who came back"),
                            ("average_order", "Average order"),
                            ("orders_per_buyer", "Orders per buyer"),
                            ("repeat_revenue_share", "Repeat buyers in revenue"),
                            ("reactivation_rate", "Reactivation"),
                            ("revenue", "Revenue"),
                        ],
                        default="lifetime_value",
                        max_length=24,
                        verbose_name="figure",
                    ),
                ),
                (
                    "start_value",
                    models.DecimalField(
                        decimal_places=6, editable=False, max_digits=18, verbose_name="value at the start"
                    ),
                ),
                ("wanted_value", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="wanted value")),
                ("starts_on", models.DateField(editable=False, verbose_name="from the day")),
                ("due_on", models.DateField(verbose_name="to be reached by")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="set at"),
                ),
                ("given_up_at", models.DateTimeField(editable=False, null=True, verbose_name="given up at")),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of a target",
                "verbose_name_plural": "changes of targets",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "figure",
                    models.CharField(
                        choices=[
                            ("buyer_value", "Value of a buyer in 12 months"),
                            ("buyer_margin", "Margin of a buyer in 12 months"),
                            ("lifetime_value", "Lifetime value (LTV)"),
                            ("lifetime_margin", "Lifetime value (LTV) by margin"),
                            ("repeat_rate", "Repeat rate"),
                            ("repeat_orders", "Orders of a buyer who came back"),
                            ("average_order", "Average order"),
                            ("orders_per_buyer", "Orders per buyer"),
                            ("repeat_revenue_share", "Repeat buyers in revenue"),
                            ("reactivation_rate", "Reactivation"),
                            ("revenue", "Revenue"),
                        ],
                        default="lifetime_value",
                        max_length=24,
                        verbose_name="figure",
                    ),
                ),
                (
                    "start_value",
                    models.DecimalField(
                        decimal_places=6, editable=False, max_digits=18, verbose_name="value at the start"
                    ),
                ),
                ("wanted_value", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="wanted value")),
                ("starts_on", models.DateField(editable=False, verbose_name="from the day")),
                ("due_on", models.DateField(verbose_name="to be reached by")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="set at"),
                ),
                ("given_up_at", models.DateTimeField(editable=False, null=True, verbose_name="given up at")),
                ("read_until", models.DateField(editable=False, verbose_name="read until")),
                ("reached_on", models.DateField(editable=False, null=True, verbose_name="reached on")),
                (
                    "set_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
            ],
            options={
                "verbose_name": "target",
                "verbose_name_plural": "targets",
                "ordering": ["due_on", "pk"],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.CreateModel(
            name="TargetReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(verbose_name="day")),
                ("value", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="value")),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="analytics.target",
                        verbose_name="target",
                    ),
                ),
            ],
            options={
                "verbose_name": "reading of a target",
                "verbose_name_plural": "readings of targets",
                "ordering": ["target", "day"],
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.UniqueConstraint(
                condition=models.Q(("given_up_at", None)),
                fields=("figure", "due_on"),
                name="target_once_by_a_day",
                violation_error_code="due_on",
                violation_error_message="There is a target for this figure by this day already: change that one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("wanted_value__gt", models.F("start_value"))),
                name="target_lies_above_its_start",
                violation_error_code="wanted",
                violation_error_message="A target lies above where the figure stood at the start.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gt", models.F("starts_on"))),
                name="target_ends_after_its_start",
                violation_error_code="due_on",
                violation_error_message="Choose a day after today.",
            ),
        ),
        migrations.AddConstraint(
            model_name="target",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "figure__in",
                        [
                            "buyer_value",
                            "buyer_margin",
                            "lifetime_value",
                            "lifetime_margin",
                            "repeat_rate",
                            "repeat_orders",
                            "average_order",
                            "orders_per_buyer",
                            "repeat_revenue_share",
                            "reactivation_rate",
                            "revenue",
                        ],
                    )
                ),
                name="target_figure_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="targetreading",
            constraint=models.UniqueConstraint(fields=("target", "day"), name="target_read_once_a_day"),
        ),
    ]
