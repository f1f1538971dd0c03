"""Points are earned by rules, pending until the goods stay, and may be owed; tiers; batches of coupons."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0033_surveys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CouponBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("percent", "percent off"),
                            ("amount", "amount off"),
                            ("free_delivery", "free delivery"),
                            ("points", "points"),
                            ("gift", "gift"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="percent, amount or points"
                    ),
                ),
                ("gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                (
                    "minimum",
                    models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="from an order of"),
                ),
                (
                    "is_for_first_order",
                    models.BooleanField(db_default=False, default=False, verbose_name="only for a first order"),
                ),
                (
                    "is_alone",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="An order takes one coupon in any case.",
                        verbose_name="not together with points",
                    ),
                ),
                ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="good from")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                (
                    "name",
                    models.CharField(
                        help_text="For staff: where they are given out.", max_length=100, verbose_name="name"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        help_text="For example SUMMER. Empty: a code of its own on each coupon, to be printed.",
                        max_length=16,
                        null=True,
                        unique=True,
                        verbose_name="one code for everybody",
                    ),
                ),
                (
                    "most",
                    models.PositiveIntegerField(
                        help_text="Coupons to print; or uses of the one code in all.", verbose_name="how many"
                    ),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="made at"),
                ),
                ("ended_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "batch of coupons",
                "verbose_name_plural": "batches of coupons",
            },
        ),
        migrations.CreateModel(
            name="CustomerTier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tier",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                ("since", models.DateTimeField(verbose_name="since")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="ends at")),
                ("is_kept", models.BooleanField(default=False, verbose_name="kept by a manager")),
                ("changes", models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "tier of a customer",
                "verbose_name_plural": "tiers of customers",
            },
        ),
        migrations.CreateModel(
            name="Earning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("terms", models.JSONField(default=dict, help_text="The rule as it was then.")),
                ("points", models.PositiveIntegerField(verbose_name="points")),
                ("earned_at", models.DateTimeField(verbose_name="earned at")),
                ("approved_at", models.DateTimeField(blank=True, null=True, verbose_name="given at")),
                (
                    "changes",
                    models.PositiveIntegerField(
                        default=0, help_text="How often points were added or taken once given."
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
            ],
            options={
                "verbose_name": "points earned",
                "verbose_name_plural": "points earned",
            },
        ),
        migrations.CreateModel(
            name="EarningRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Customers see it beside their points.", max_length=100, verbose_name="name"
                    ),
                ),
                ("is_on", models.BooleanField(default=True, verbose_name="in force")),
                (
                    "occasion",
                    models.CharField(
                        choices=[
                            ("order", "every order"),
                            ("first_order", "the first order"),
                            ("rating", "a rating of an order"),
                            ("birthday", "the birthday"),
                            ("registration", "becoming known to the shop"),
                        ],
                        default="order",
                        max_length=16,
                        verbose_name="for",
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("per_amount", "points for each amount spent"),
                            ("fixed", "a fixed number of points"),
                            ("times", "times as many as the rules above give"),
                        ],
                        default="per_amount",
                        max_length=10,
                        verbose_name="gives",
                    ),
                ),
                (
                    "points",
                    models.PositiveIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000000),
                        ],
                        verbose_name="points",
                    ),
                ),
                (
                    "per",
                    models.DecimalField(
                        decimal_places=2,
                        default=1,
                        help_text="Of the shop's currency, after the discount and without delivery. Parts of a point are dropped.",
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0.01)],
                        verbose_name="for each",
                    ),
                ),
                (
                    "times",
                    models.DecimalField(
                        decimal_places=2,
                        default=2,
                        help_text="2: twice as many. 0: these goods earn nothing.",
                        max_digits=4,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="times",
                    ),
                ),
                ("audience", models.JSONField(blank=True, null=True, verbose_name="only for customers")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="from the day")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="until the day")),
                (
                    "most_by_order",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="at most, for an order",
                    ),
                ),
                (
                    "most_by_month",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="at most, in a month",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "rule of earning",
                "verbose_name_plural": "rules of earning",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="LoyaltySettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "return_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="From delivery. Until then points of an order are pending: they are seen, and cannot be spent.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days to return goods",
                    ),
                ),
                (
                    "margin_days",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[django.core.validators.MaxValueValidator(90)],
                        verbose_name="and days for the parcel to come back",
                    ),
                ),
                (
                    "point_value",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="In the shop's currency, when it pays for an order. Empty: orders are not paid with points.",
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="a point is worth",
                    ),
                ),
                (
                    "most_percent",
                    models.PositiveSmallIntegerField(
                        default=50,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="points may pay of an order, %",
                    ),
                ),
                (
                    "expiry",
                    models.CharField(
                        choices=[
                            ("never", "never, unless they were given with an end of their own"),
                            ("age", "so many months after they were given"),
                            ("inactivity", "after so many months without an order or points"),
                        ],
                        default="never",
                        max_length=10,
                        verbose_name="points expire",
                    ),
                ),
                (
                    "expiry_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(120),
                        ],
                        verbose_name="months",
                    ),
                ),
                (
                    "expiry_since",
                    models.DateTimeField(
                        editable=False,
                        help_text="When the rule above was chosen: the first end is a whole period later.",
                        null=True,
                    ),
                ),
                (
                    "tier_basis",
                    models.CharField(
                        choices=[
                            ("money", "what orders of the last 12 months came to, less returns"),
                            ("points", "points earned in the last 12 months"),
                        ],
                        default="money",
                        max_length=8,
                        verbose_name="tiers count",
                    ),
                ),
                (
                    "tier_notice_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days of notice before a tier is lost",
                    ),
                ),
            ],
            options={
                "verbose_name": "settings of loyalty",
                "verbose_name_plural": "settings of loyalty",
            },
        ),
        migrations.CreateModel(
            name="PointsHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sale", models.CharField(max_length=100, unique=True, verbose_name="sale")),
                ("points", models.PositiveIntegerField(verbose_name="points")),
                ("held_at", models.DateTimeField(verbose_name="held at")),
                ("until", models.DateTimeField(verbose_name="held until")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="spent or let go at")),
            ],
            options={
                "verbose_name": "points held",
                "verbose_name_plural": "points held",
            },
        ),
        migrations.CreateModel(
            name="Tier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="Customers see it.", max_length=60, unique=True, verbose_name="name"),
                ),
                (
                    "threshold",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Money or points of the last 12 months, as the settings of loyalty say.",
                        max_digits=14,
                        unique=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="from",
                    ),
                ),
                (
                    "times",
                    models.DecimalField(
                        decimal_places=2,
                        default=1,
                        help_text="1.5: half as many again.",
                        max_digits=4,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="points for orders, times",
                    ),
                ),
            ],
            options={
                "verbose_name": "tier",
                "verbose_name_plural": "tiers",
                "ordering": ["threshold"],
            },
        ),
        migrations.CreateModel(
            name="TierReward",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("priority", "priority slot"),
                            ("warranty", "longer warranty"),
                            ("set_up", "free set-up"),
                            ("delivery", "free delivery"),
                            ("webinar", "closed webinar"),
                            ("community", "community"),
                            ("early_access", "early access"),
                            ("manager", "personal manager"),
                            ("other", "something else"),
                        ],
                        max_length=16,
                        verbose_name="reward",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        help_text="As customers read it: set-up at home, free of charge.",
                        max_length=300,
                        verbose_name="in words",
                    ),
                ),
                (
                    "opens_task",
                    models.BooleanField(
                        default=False,
                        help_text="Opened for each customer who reaches the tier.",
                        verbose_name="a task for staff",
                    ),
                ),
            ],
            options={
                "verbose_name": "reward of a tier",
                "verbose_name_plural": "rewards of a tier",
                "ordering": ["pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="pointsentry",
            name="points_never_below_nothing",
        ),
        migrations.RemoveConstraint(
            model_name="pointsentry",
            name="pointsentry_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="source",
            name="source_rights_known",
        ),
        migrations.AddField(
            model_name="coupon",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="given by",
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="is_alone",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="An order takes one coupon in any case.",
                verbose_name="not together with points",
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="is_for_first_order",
            field=models.BooleanField(db_default=False, default=False, verbose_name="only for a first order"),
        ),
        migrations.AddField(
            model_name="coupon",
            name="starts_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="good from"),
        ),
        migrations.AddField(
            model_name="pointsentry",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by whom",
            ),
        ),
        migrations.AddField(
            model_name="pointsentry",
            name="is_end_by_settings",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="The end follows from the settings of the shop.",
            ),
        ),
        migrations.AddField(
            model_name="pointsentry",
            name="owed",
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False, verbose_name="owed of them"),
        ),
        migrations.AddField(
            model_name="pointsentry",
            name="taken",
            field=models.JSONField(
                db_default={}, default=dict, editable=False, help_text="How many came from which entry, by its id."
            ),
        ),
        migrations.AddField(
            model_name="pointsentry",
            name="undoes",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="undone_by",
                to="crm.pointsentry",
                verbose_name="undoes",
            ),
        ),
        migrations.AlterField(
            model_name="coupon",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="coupons",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AlterField(
            model_name="pointsentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("accrual", "given"),
                    ("refund", "given back"),
                    ("spending", "spent"),
                    ("reversal", "taken back"),
                    ("expiry", "expired"),
                ],
                max_length=8,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="source",
            name="rights",
            field=models.CharField(
                choices=[
                    ("read", "read"),
                    ("write", "read and write"),
                    ("coupons", "coupons only"),
                    ("till", "coupons and points"),
                ],
                default="write",
                max_length=16,
                verbose_name="rights",
            ),
        ),
        migrations.AddIndex(
            model_name="pointsentry",
            index=models.Index(condition=models.Q(("owed__gt", 0)), fields=["customer"], name="points_owed"),
        ),
        migrations.AddConstraint(
            model_name="pointsentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["accrual", "refund"]),
                        ("owed", 0),
                        ("points__gt", 0),
                        ("unspent__lte", models.F("points")),
                    ),
                    models.Q(
                        ("expires_at", None),
                        ("kind__in", ["spending", "reversal"]),
                        (
                            "owed__lte",
                            django.db.models.expressions.CombinedExpression(models.F("points"), "*", models.Value(-1)),
                        ),
                        ("points__lt", 0),
                        ("unspent", 0),
                    ),
                    models.Q(("expires_at", None), ("kind", "expiry"), ("owed", 0), ("points__lt", 0), ("unspent", 0)),
                    _connector="OR",
                ),
                name="points_never_below_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="pointsentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["accrual", "refund", "spending", "reversal", "expiry"])),
                name="pointsentry_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.CheckConstraint(
                condition=models.Q(("rights__in", ["read", "write", "coupons", "till"])), name="source_rights_known"
            ),
        ),
        migrations.AddField(
            model_name="couponbatch",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.category",
                verbose_name="only for category",
            ),
        ),
        migrations.AddField(
            model_name="couponbatch",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="couponbatch",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.product",
                verbose_name="only for product",
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="coupons",
                to="crm.couponbatch",
                verbose_name="batch",
            ),
        ),
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=models.Q(("batch__isnull", False)), fields=["batch", "customer"], name="coupon_of_batch"
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("customer", None), _negated=True),
                    models.Q(("batch__isnull", False), ("redeemed_at", None)),
                    _connector="OR",
                ),
                name="coupon_redeemed_has_owner",
            ),
        ),
        migrations.AddField(
            model_name="earning",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="earnings",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="earning",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="earnings",
                to="crm.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="earningrule",
            name="category",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.category",
                verbose_name="only for category",
            ),
        ),
        migrations.AddField(
            model_name="earningrule",
            name="product",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="crm.product",
                verbose_name="only for product",
            ),
        ),
        migrations.AddField(
            model_name="earning",
            name="rule",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="earnings",
                to="crm.earningrule",
                verbose_name="rule",
            ),
        ),
        migrations.AddConstraint(
            model_name="loyaltysettings",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="loyalty_settings_one_row"),
        ),
        migrations.AddConstraint(
            model_name="loyaltysettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("expiry__in", ["never", "age", "inactivity"])), name="loyaltysettings_expiry_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="loyaltysettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("tier_basis__in", ["money", "points"])), name="loyaltysettings_tier_basis_known"
            ),
        ),
        migrations.AddField(
            model_name="pointshold",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="point_holds",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="tier",
            constraint=models.CheckConstraint(
                condition=models.Q(("threshold__gte", 0), ("times__gte", 1)), name="tier_gives_no_less"
            ),
        ),
        migrations.AddField(
            model_name="customertier",
            name="tier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="crm.tier", verbose_name="tier"
            ),
        ),
        migrations.AddField(
            model_name="tierreward",
            name="tier",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="rewards", to="crm.tier", verbose_name="tier"
            ),
        ),
        migrations.AddConstraint(
            model_name="couponbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "percent"), ("value__gt", 0), ("value__lte", 100)),
                    models.Q(("kind__in", ["amount", "points"]), ("value__gt", 0)),
                    models.Q(("kind", "free_delivery"), ("value", None)),
                    models.Q(("kind", "gift"), ("value", None), models.Q(("gift", ""), _negated=True)),
                    _connector="OR",
                ),
                name="coupon_batch_value_fits_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("category", None), ("product", None), _connector="OR"),
                name="coupon_batch_one_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="couponbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="coupon_batch_code_not_empty"
            ),
        ),
        migrations.AddConstraint(
            model_name="couponbatch",
            constraint=models.CheckConstraint(condition=models.Q(("most__gt", 0)), name="coupon_batch_of_some"),
        ),
        migrations.AddConstraint(
            model_name="couponbatch",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["percent", "amount", "free_delivery", "points", "gift"])),
                name="couponbatch_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("category", None), ("product", None), _connector="OR"),
                name="earning_rule_one_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("per__gt", 0), ("points__gt", 0)), name="earning_rule_gives_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("way", "fixed"), ("occasion__in", ["order", "first_order"]), _connector="OR"),
                name="earning_rule_way_has_money",
            ),
        ),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("occasion__in", ["order", "first_order"]),
                    models.Q(("category", None), ("product", None)),
                    _connector="OR",
                ),
                name="earning_rule_scope_has_goods",
            ),
        ),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("occasion__in", ["order", "first_order", "rating", "birthday", "registration"])),
                name="earningrule_occasion_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="earningrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["per_amount", "fixed", "times"])), name="earningrule_way_known"
            ),
        ),
        migrations.AddIndex(
            model_name="earning",
            index=models.Index(fields=["customer", "-earned_at"], name="earning_by_customer"),
        ),
        migrations.AddIndex(
            model_name="earning",
            index=models.Index(
                condition=models.Q(("approved_at", None), ("points__gt", 0)), fields=["id"], name="earning_pending"
            ),
        ),
        migrations.AddIndex(
            model_name="pointshold",
            index=models.Index(condition=models.Q(("settled_at", None)), fields=["customer"], name="points_hold_open"),
        ),
        migrations.AddConstraint(
            model_name="pointshold",
            constraint=models.CheckConstraint(condition=models.Q(("points__gt", 0)), name="points_hold_of_some"),
        ),
        migrations.AddConstraint(
            model_name="pointshold",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gt", models.F("held_at"))), name="points_hold_lasts"
            ),
        ),
        migrations.AddIndex(
            model_name="customertier",
            index=models.Index(
                condition=models.Q(("ends_at__isnull", False)), fields=["ends_at"], name="customer_tier_ending"
            ),
        ),
        migrations.AddConstraint(
            model_name="tierreward",
            constraint=models.UniqueConstraint(fields=("tier", "kind", "words"), name="tier_reward_once"),
        ),
        migrations.AddConstraint(
            model_name="tierreward",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="tier_reward_in_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="tierreward",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "priority",
                            "warranty",
                            "set_up",
                            "delivery",
                            "webinar",
                            "community",
                            "early_access",
                            "manager",
                            "other",
                        ],
                    )
                ),
                name="tierreward_kind_known",
            ),
        ),
    ]
