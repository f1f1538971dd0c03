"""Which message an order belongs to: within what windows, and for whom the inbox keeps it."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0026_answers_chosen"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="eventinbox",
            name="eventinbox_consumer_known",
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="click_window_days",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="The last message the customer clicked within so many days before the order is said to bring it.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)],
                verbose_name="order counts after a click, days",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="delivery_window_days",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="Where nothing was clicked: the last message that arrived, counted apart. 0: only clicks bring orders. Both hold for orders to come; what was counted stays.",
                validators=[django.core.validators.MaxValueValidator(90)],
                verbose_name="order counts after delivery alone, days",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="niche",
            field=models.CharField(
                choices=[
                    ("all", "all niches"),
                    ("cars", "cars and parts"),
                    ("sport", "sport"),
                    ("home", "home and garden"),
                    ("electronics", "electronics"),
                    ("jewellery", "jewellery"),
                ],
                default="all",
                help_text="Whose usual figures stand beside the results of your chains.",
                max_length=16,
                verbose_name="niche to compare with",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="click_window_days",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="The last message the customer clicked within so many days before the order is said to bring it.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(90)],
                verbose_name="order counts after a click, days",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="delivery_window_days",
            field=models.PositiveSmallIntegerField(
                default=5,
                help_text="Where nothing was clicked: the last message that arrived, counted apart. 0: only clicks bring orders. Both hold for orders to come; what was counted stays.",
                validators=[django.core.validators.MaxValueValidator(90)],
                verbose_name="order counts after delivery alone, days",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="niche",
            field=models.CharField(
                choices=[
                    ("all", "all niches"),
                    ("cars", "cars and parts"),
                    ("sport", "sport"),
                    ("home", "home and garden"),
                    ("electronics", "electronics"),
                    ("jewellery", "jewellery"),
                ],
                default="all",
                help_text="Whose usual figures stand beside the results of your chains.",
                max_length=16,
                verbose_name="niche to compare with",
            ),
        ),
        migrations.AlterField(
            model_name="eventinbox",
            name="consumer",
            field=models.CharField(choices=[("chains", "chains"), ("results", "results of chains")], max_length=16),
        ),
        migrations.AddConstraint(
            model_name="eventinbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("consumer__in", ["chains", "results"])), name="eventinbox_consumer_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(("niche__in", ["all", "cars", "sport", "home", "electronics", "jewellery"])),
                name="shop_niche_known",
            ),
        ),
    ]
