import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Dashboard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_at", models.DateTimeField(verbose_name="counted at")),
                ("seconds_taken", models.FloatField(verbose_name="counting took, seconds")),
                ("time_zone", models.CharField(max_length=64, verbose_name="time zone")),
                ("changes_seen", models.BigIntegerField(verbose_name="changes seen")),
                (
                    "sources",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        default=list,
                        size=None,
                        verbose_name="acquisition sources",
                    ),
                ),
            ],
            options={
                "verbose_name": "dashboard",
                "verbose_name_plural": "dashboard",
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="dashboard_is_one")],
            },
        ),
        migrations.CreateModel(
            name="DayFigures",
            fields=[
                ("placed_on", models.DateField(primary_key=True, serialize=False, verbose_name="day")),
                ("orders", models.PositiveIntegerField(verbose_name="orders")),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="revenue")),
                ("margin", models.DecimalField(decimal_places=2, max_digits=18, null=True, verbose_name="margin")),
                ("orders_with_margin", models.PositiveIntegerField(verbose_name="orders whose margin is known")),
                ("first_orders", models.PositiveIntegerField(verbose_name="first orders")),
                (
                    "first_revenue",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="revenue of first orders"),
                ),
                ("second_orders", models.PositiveIntegerField(verbose_name="second orders")),
                (
                    "gaps_seconds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        help_text="One number per repeat order: a median cannot be put together from medians of days.",
                        size=None,
                        verbose_name="seconds since the buyer's previous order",
                    ),
                ),
            ],
            options={
                "verbose_name": "figures of a day",
                "verbose_name_plural": "figures by day",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ComebackFigures",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "placed_on", "back", "earlier_on", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("placed_on", models.DateField(verbose_name="day")),
                (
                    "back",
                    models.PositiveSmallIntegerField(
                        help_text="1: the previous order, 2: the one before.", verbose_name="orders back"
                    ),
                ),
                ("earlier_on", models.DateField(verbose_name="day of the earlier order")),
                ("orders", models.PositiveIntegerField(verbose_name="orders")),
                (
                    "first_revenue",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="revenue of earlier orders that were the first"
                    ),
                ),
            ],
            options={
                "verbose_name": "figures of comebacks",
                "verbose_name_plural": "figures of comebacks",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("back__in", [1, 2])), name="comeback_one_or_two_back")
                ],
            },
        ),
        migrations.CreateModel(
            name="CohortFigures",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "first_month_on", "months_later", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("first_month_on", models.DateField(verbose_name="month of the first order")),
                ("months_later", models.PositiveSmallIntegerField(verbose_name="months later")),
                ("buyers", models.PositiveIntegerField(verbose_name="buyers")),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=18, verbose_name="revenue")),
            ],
            options={
                "verbose_name": "figures of a cohort",
                "verbose_name_plural": "figures of cohorts",
                "default_permissions": (),
            },
        ),
    ]
