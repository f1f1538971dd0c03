"""Orders belong to touches, and results are counted by day."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0016_draft_states"),
        ("crm", "0027_attribution_windows"),
        ("segments", "0002_watch_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="NotSentOfDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step_key", models.CharField(max_length=32)),
                ("reason", models.CharField(blank=True, max_length=16)),
                ("day", models.DateField(verbose_name="day")),
                ("total", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "not sent on a day",
                "verbose_name_plural": "not sent by day",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="OrderAttribution",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="attribution",
                        serialize=False,
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("click", "after a click"), ("delivery", "after delivery alone")],
                        max_length=8,
                        verbose_name="how",
                    ),
                ),
                ("touched_at", models.DateTimeField(verbose_name="clicked or delivered at")),
                (
                    "attributed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="written at"),
                ),
            ],
            options={
                "verbose_name": "attributed order",
                "verbose_name_plural": "attributed orders",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ResultsCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_at", models.DateTimeField()),
                ("everything_counted_at", models.DateTimeField()),
                ("seconds_taken", models.FloatField()),
                ("time_zone", models.CharField(max_length=64)),
                ("changes_seen", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "count of results",
                "verbose_name_plural": "counts of results",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ResultsOfDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step_key", models.CharField(blank=True, max_length=32)),
                ("variant", models.CharField(blank=True, default="", max_length=32)),
                ("day", models.DateField(verbose_name="day")),
                ("entered", models.PositiveIntegerField()),
                ("sent", models.PositiveIntegerField()),
                ("delivered", models.PositiveIntegerField()),
                ("opened", models.PositiveIntegerField()),
                ("clicked", models.PositiveIntegerField()),
                ("replied", models.PositiveIntegerField()),
                ("unsubscribed", models.PositiveIntegerField()),
                ("complained", models.PositiveIntegerField()),
                ("bounced", models.PositiveIntegerField()),
                ("held", models.PositiveIntegerField()),
                ("ordered_by_click", models.PositiveIntegerField()),
                ("ordered_by_delivery", models.PositiveIntegerField()),
                ("revenue_by_click", models.DecimalField(decimal_places=2, max_digits=18)),
                ("revenue_by_delivery", models.DecimalField(decimal_places=2, max_digits=18)),
            ],
            options={
                "verbose_name": "results of a day",
                "verbose_name_plural": "results by day",
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="touch",
            name="last_clicked_at",
            field=models.DateTimeField(
                blank=True, editable=False, help_text="An order belongs to the last click before it.", null=True
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(condition=models.Q(("sent_at__isnull", False)), fields=["sent_at"], name="touch_sent"),
        ),
        migrations.AddField(
            model_name="notsentofday",
            name="chain",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="not_sent", to="chains.chain"
            ),
        ),
        migrations.AddField(
            model_name="orderattribution",
            name="touch",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attributions",
                to="chains.touch",
                verbose_name="touch",
            ),
        ),
        migrations.AddConstraint(
            model_name="resultscount",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="results_count_is_one"),
        ),
        migrations.AddField(
            model_name="resultsofday",
            name="chain",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="results", to="chains.chain"
            ),
        ),
        migrations.AddField(
            model_name="resultsofday",
            name="segment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="segments.segment"
            ),
        ),
        migrations.AddIndex(
            model_name="notsentofday",
            index=models.Index(fields=["day"], name="not_sent_by_day"),
        ),
        migrations.AddConstraint(
            model_name="notsentofday",
            constraint=models.UniqueConstraint(
                fields=("chain", "day", "step_key", "reason"), name="not_sent_of_day_once"
            ),
        ),
        migrations.AddIndex(
            model_name="orderattribution",
            index=models.Index(fields=["attributed_at"], name="attribution_newest"),
        ),
        migrations.AddConstraint(
            model_name="orderattribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["click", "delivery"])), name="orderattribution_how_known"
            ),
        ),
        migrations.AddIndex(
            model_name="resultsofday",
            index=models.Index(fields=["day", "chain"], name="results_by_day"),
        ),
        migrations.AddConstraint(
            model_name="resultsofday",
            constraint=models.UniqueConstraint(
                fields=("chain", "segment", "day", "step_key", "variant"),
                name="results_of_day_once",
                nulls_distinct=False,
            ),
        ),
    ]
