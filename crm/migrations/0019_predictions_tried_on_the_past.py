"""How each night of predictions went and how far it was off on the past; since when an order is overdue."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0018_messenger_letters"),
    ]

    operations = [
        migrations.CreateModel(
            name="PredictionRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(unique=True, verbose_name="at")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("found", "predicted"),
                            ("too_few", "too few buyers to learn from"),
                            ("no_answer", "no parameters fit; the predictions of the night before stay"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                ("buyers", models.PositiveIntegerField(verbose_name="buyers")),
                ("repeat_buyers", models.PositiveIntegerField(verbose_name="repeat buyers")),
                ("parameters", models.JSONField(blank=True, default=dict, verbose_name="parameters")),
                (
                    "at_edge",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=8),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="parameters at the edge of the search",
                    ),
                ),
                ("orders", models.FloatField(null=True, verbose_name="orders expected in 90 days")),
                ("revenue", models.FloatField(null=True, verbose_name="revenue expected in a year")),
                (
                    "orders_days",
                    models.PositiveSmallIntegerField(null=True, verbose_name="days whose orders were held back"),
                ),
                ("orders_predicted", models.FloatField(null=True, verbose_name="orders predicted")),
                ("orders_came", models.PositiveIntegerField(null=True, verbose_name="orders that came")),
                (
                    "revenue_days",
                    models.PositiveSmallIntegerField(null=True, verbose_name="days whose revenue was held back"),
                ),
                ("revenue_predicted", models.FloatField(null=True, verbose_name="revenue predicted")),
                ("revenue_came", models.FloatField(null=True, verbose_name="revenue that came")),
            ],
            options={
                "verbose_name": "night of predictions",
                "verbose_name_plural": "nights of predictions",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="customerprediction",
            name="overdue_since",
            field=models.DateField(
                help_text="The day on which it was expected, when that has passed.",
                null=True,
                verbose_name="next order overdue since",
            ),
        ),
        migrations.AddConstraint(
            model_name="customerprediction",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_order_on", None), ("overdue_since", None), _connector="OR"),
                name="prediction_ahead_or_overdue",
            ),
        ),
        migrations.AddConstraint(
            model_name="predictionrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("orders_came", None), ("orders_days", None), ("orders_predicted", None)),
                    models.Q(
                        ("orders_came__isnull", False),
                        ("orders_days__isnull", False),
                        ("orders_predicted__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="prediction_run_orders_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="predictionrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revenue_came", None), ("revenue_days", None), ("revenue_predicted", None)),
                    models.Q(
                        ("revenue_came__isnull", False),
                        ("revenue_days__isnull", False),
                        ("revenue_predicted__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="prediction_run_revenue_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="predictionrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["found", "too_few", "no_answer"])),
                name="predictionrun_outcome_known",
            ),
        ),
    ]
