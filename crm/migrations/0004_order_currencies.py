"""What an order in another currency is worth in the shop's own."""

import django.core.validators
import django.db.models.expressions
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0003_live_sources"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="rate",
            field=models.DecimalField(
                db_default=1,
                decimal_places=9,
                default=1,
                help_text="What one of its currency was worth in the shop's on the day it was placed.",
                max_digits=18,
                validators=[django.core.validators.MinValueValidator(Decimal("1E-9"))],
                verbose_name="rate",
            ),
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "currency",
                    models.CharField(
                        help_text="Three capital letters, e.g. USD.",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator("^[A-Z]{3}$", "Three capital letters, e.g. USD.")
                        ],
                        verbose_name="currency",
                    ),
                ),
                ("day", models.DateField(verbose_name="from the day")),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=9,
                        help_text="What one of it is worth in the shop's currency.",
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(Decimal("1E-9"))],
                        verbose_name="rate",
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "ordering": ["currency", "-day"],
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "day"), name="exchange_rate_once_a_day"),
                    models.CheckConstraint(condition=models.Q(("rate__gt", 0)), name="exchange_rate_positive"),
                ],
            },
        ),
        migrations.AddField(
            model_name="order",
            name="total_in_shop_currency",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.expressions.CombinedExpression(models.F("total"), "*", models.F("rate")),
                output_field=models.DecimalField(decimal_places=2, max_digits=20),
                verbose_name="total in the shop's currency",
            ),
        ),
    ]
