"""Within how many hours a complaint has to be answered, by its severity."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0019_predictions_tried_on_the_past"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalshop",
            name="answer_hours_high",
            field=models.PositiveSmallIntegerField(
                default=4,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)],
                verbose_name="urgent: answered within, hours",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="answer_hours_low",
            field=models.PositiveSmallIntegerField(
                default=72,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)],
                verbose_name="not urgent: answered within, hours",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="answer_hours_normal",
            field=models.PositiveSmallIntegerField(
                default=24,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)],
                verbose_name="normal: answered within, hours",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="answer_hours_high",
            field=models.PositiveSmallIntegerField(
                default=4,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)],
                verbose_name="urgent: answered within, hours",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="answer_hours_low",
            field=models.PositiveSmallIntegerField(
                default=72,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)],
                verbose_name="not urgent: answered within, hours",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="answer_hours_normal",
            field=models.PositiveSmallIntegerField(
                default=24,
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)],
                verbose_name="normal: answered within, hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("answer_hours_high__range", (1, 720)),
                    ("answer_hours_low__range", (1, 720)),
                    ("answer_hours_normal__range", (1, 720)),
                ),
                name="shop_answer_hours",
            ),
        ),
    ]
