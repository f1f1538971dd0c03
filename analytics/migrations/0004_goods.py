import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0003_targets"),
        ("crm", "0041_surveys_offer_referrals"),
    ]

    operations = [
        migrations.CreateModel(
            name="GoodsCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="counted at")),
                ("seconds_taken", models.FloatField(default=0, verbose_name="counting took, seconds")),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("customers", models.PositiveIntegerField(default=0, verbose_name="customers")),
                ("newcomers", models.PositiveIntegerField(default=0, verbose_name="first orders that are 90 days old")),
                ("looked_at", models.JSONField(default=dict, verbose_name="looked at")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="asked for at")),
            ],
            options={
                "verbose_name": "count of goods",
                "verbose_name_plural": "counts of goods",
                "permissions": [("count_goods", "Can have what goes with what counted now")],
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="goods_count_is_one")],
            },
        ),
        migrations.CreateModel(
            name="GoodsPair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[("together", "in one order"), ("next", "later")], max_length=8, verbose_name="how"
                    ),
                ),
                ("buyers", models.PositiveIntegerField(verbose_name="buyers of the first")),
                ("customers", models.PositiveIntegerField(verbose_name="of them bought the other")),
                ("confidence", models.FloatField(verbose_name="share of the buyers of the first")),
                ("chance", models.FloatField(verbose_name="share that chance would give")),
                ("lift", models.FloatField(verbose_name="times as often as by chance")),
                ("p_value", models.FloatField(verbose_name="p, corrected")),
                ("typical_days", models.FloatField(null=True, verbose_name="days between, median")),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "other_category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.category",
                        verbose_name="the other category",
                    ),
                ),
                (
                    "other_product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.product",
                        verbose_name="the other product",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "pair of goods",
                "verbose_name_plural": "pairs of goods",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("way", "product", "other_product", "category", "other_category"),
                        name="goods_pair_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("category__isnull", True),
                                ("other_category__isnull", True),
                                ("other_product__isnull", False),
                                ("product__isnull", False),
                                models.Q(("product", models.F("other_product")), _negated=True),
                            ),
                            models.Q(
                                ("category__isnull", False),
                                ("other_category__isnull", False),
                                ("other_product__isnull", True),
                                ("product__isnull", True),
                                models.Q(("category", models.F("other_category")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="goods_pair_two_of_a_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confidence__range", (0, 1)),
                            ("customers__lte", models.F("buyers")),
                            ("p_value__range", (0, 1)),
                        ),
                        name="goods_pair_within_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["together", "next"])), name="goodspair_way_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnTrait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("category", "category"),
                            ("product", "product"),
                            ("source", "acquisition source"),
                            ("order_source", "source of the order"),
                            ("total", "order total"),
                            ("discounted", "discount or coupon"),
                            ("late", "later than promised"),
                            ("rated_well", "rated 4 or 5"),
                            ("rated_badly", "rated 1 to 3"),
                            ("complaint", "with a complaint"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=100, verbose_name="value")),
                ("least", models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name="lower bound")),
                ("most", models.DecimalField(decimal_places=2, max_digits=20, null=True, verbose_name="upper bound")),
                ("customers", models.PositiveIntegerField(verbose_name="customers with it")),
                ("came_back", models.PositiveIntegerField(verbose_name="of them ordered again")),
                ("others", models.PositiveIntegerField(verbose_name="customers without it")),
                ("others_came_back", models.PositiveIntegerField(verbose_name="of those ordered again")),
                ("p_value", models.FloatField(verbose_name="p, corrected")),
                (
                    "category",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "trait of first orders",
                "verbose_name_plural": "traits of first orders",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "product", "category", "text", "least"),
                        name="return_trait_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("came_back__lte", models.F("customers")), ("others_came_back__lte", models.F("others"))
                        ),
                        name="return_trait_parts_within_wholes",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "category",
                                    "product",
                                    "source",
                                    "order_source",
                                    "total",
                                    "discounted",
                                    "late",
                                    "rated_well",
                                    "rated_badly",
                                    "complaint",
                                ],
                            )
                        ),
                        name="returntrait_kind_known",
                    ),
                ],
            },
        ),
    ]
