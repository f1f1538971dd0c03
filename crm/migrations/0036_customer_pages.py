"""Subscriptions, registered products, and what a customer's own page needs of the shop's settings."""

import crm.models.shop_pages
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0035_referrals_and_promises"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductRegistration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(blank=True, max_length=100, verbose_name="serial number")),
                ("bought_on", models.DateField(blank=True, null=True, verbose_name="bought on")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="bought where")),
                (
                    "registered_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="registered at"
                    ),
                ),
            ],
            options={
                "verbose_name": "registered product",
                "verbose_name_plural": "registered products",
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "quantity",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(99),
                        ],
                        verbose_name="quantity",
                    ),
                ),
                (
                    "every",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="every"
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("day", "days"), ("month", "months")],
                        default="day",
                        max_length=8,
                        verbose_name="days or months",
                    ),
                ),
                ("anchor_on", models.DateField(editable=False, verbose_name="counted from")),
                ("cycle", models.PositiveIntegerField(default=0, editable=False)),
                ("next_on", models.DateField(verbose_name="next on")),
                (
                    "skipped",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="skipped in a row"),
                ),
                (
                    "announced_on",
                    models.DateField(
                        blank=True,
                        editable=False,
                        help_text="The date that the customer was told of.",
                        null=True,
                        verbose_name="announced",
                    ),
                ),
                ("paused_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="paused at")),
                ("paused_until", models.DateField(blank=True, editable=False, null=True, verbose_name="paused until")),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="begun at"),
                ),
                ("stopped_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="stopped at")),
                (
                    "stop_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("too_much", "too much of it at home"),
                            ("too_dear", "too expensive"),
                            ("no_need", "no longer needed"),
                            ("elsewhere", "bought elsewhere"),
                            ("unhappy", "not content with it"),
                            ("other", "another reason"),
                            ("merged", "joined with the same one of a duplicate"),
                            ("erased", "the person was erased"),
                        ],
                        editable=False,
                        max_length=16,
                        verbose_name="why it was stopped",
                    ),
                ),
                (
                    "stop_words",
                    models.CharField(blank=True, editable=False, max_length=500, verbose_name="in their own words"),
                ),
            ],
            options={
                "verbose_name": "subscription",
                "verbose_name_plural": "subscriptions",
            },
        ),
        migrations.CreateModel(
            name="SubscriptionRenewal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField(verbose_name="due on")),
                ("quantity", models.PositiveSmallIntegerField(verbose_name="quantity")),
                (
                    "price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="Of one, on that day.",
                        max_digits=14,
                        null=True,
                        verbose_name="price",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for stock"),
                            ("asked", "asked of the shop"),
                            ("fulfilled", "renewed"),
                            ("missed", "came to nothing"),
                        ],
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked at")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled at")),
            ],
            options={
                "verbose_name": "renewal of a subscription",
                "verbose_name_plural": "renewals of subscriptions",
                "ordering": ["-due_on", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="links_revoked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="What was made before opens nothing any more.",
                null=True,
                verbose_name="links to their own page revoked at",
            ),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="links_revoked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="What was made before opens nothing any more.",
                null=True,
                verbose_name="links to their own page revoked at",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="carrier_links",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="One carrier a line: its name, a colon, and the address of its page with {number} in it. DHL: https://www.dhl.com/en/express/tracking.html?AWB={number}",
                validators=[crm.models.shop_pages.validate_carrier_links],
                verbose_name="where parcels are tracked",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="cart_url",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="With {items} where the goods go: number in the shop and quantity, 123:2,456:1; with {skus} the same by SKU. WooCommerce: https://shop.example/checkout-link/?products={items}. Shopify: https://shop.example/cart/{items}.",
                max_length=500,
                validators=[crm.models.shop_pages.validate_cart_url],
                verbose_name="link to a filled cart",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="logo",
            field=models.CharField(
                default="",
                blank=True,
                db_default="",
                editable=False,
                help_text="The name of its picture's file.",
                max_length=100,
                verbose_name="logo",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="page_link_days",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text="Then the customer has a fresh one sent to the address the letter went to.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)],
                verbose_name="links to a customer's page work for, days",
            ),
        ),
        migrations.AddField(
            model_name="historicalshop",
            name="repeat_by",
            field=models.CharField(
                choices=[
                    ("task", "a task for staff"),
                    ("cart", "the customer is led to a filled cart"),
                    ("webhook", "the shop's systems do it, told by a webhook"),
                ],
                db_default="task",
                default="task",
                help_text="What happens when a customer asks for an order again, or a subscription comes round. Webhooks that are told of it are told in any case.",
                max_length=8,
                verbose_name="the same again",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="cart_id",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="By which a link fills the cart: the id of the product or variant.",
                max_length=100,
                verbose_name="id in the shop's cart",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="video_url",
            field=models.URLField(
                blank=True,
                db_default="",
                help_text="How to set it up and use it, shown beside the order.",
                verbose_name="video link",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="carrier_links",
            field=models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="One carrier a line: its name, a colon, and the address of its page with {number} in it. DHL: https://www.dhl.com/en/express/tracking.html?AWB={number}",
                validators=[crm.models.shop_pages.validate_carrier_links],
                verbose_name="where parcels are tracked",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="cart_url",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="With {items} where the goods go: number in the shop and quantity, 123:2,456:1; with {skus} the same by SKU. WooCommerce: https://shop.example/checkout-link/?products={items}. Shopify: https://shop.example/cart/{items}.",
                max_length=500,
                validators=[crm.models.shop_pages.validate_cart_url],
                verbose_name="link to a filled cart",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="logo",
            field=models.CharField(
                default="",
                blank=True,
                db_default="",
                editable=False,
                help_text="The name of its picture's file.",
                max_length=100,
                verbose_name="logo",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="page_link_days",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text="Then the customer has a fresh one sent to the address the letter went to.",
                validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(365)],
                verbose_name="links to a customer's page work for, days",
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="repeat_by",
            field=models.CharField(
                choices=[
                    ("task", "a task for staff"),
                    ("cart", "the customer is led to a filled cart"),
                    ("webhook", "the shop's systems do it, told by a webhook"),
                ],
                db_default="task",
                default="task",
                help_text="What happens when a customer asks for an order again, or a subscription comes round. Webhooks that are told of it are told in any case.",
                max_length=8,
                verbose_name="the same again",
            ),
        ),
        migrations.AlterField(
            model_name="privacyrequest",
            name="source",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Empty: the customer's own page.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="privacy_requests",
                to="crm.source",
                verbose_name="source",
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", None)), fields=("key",), name="privacy_request_once_by_themselves"
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__isnull", False), ("customer__isnull", False), _connector="OR"),
                name="privacy_request_has_an_asker",
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(("repeat_by__in", ["task", "cart", "webhook"])), name="shop_repeat_by_known"
            ),
        ),
        migrations.AddField(
            model_name="productregistration",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="registrations",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="productregistration",
            name="order",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="registrations",
                to="crm.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="productregistration",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="registrations",
                to="crm.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="subscriptions",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="Empty: by the customer themselves.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="made by",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="order",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="subscriptions",
                to="crm.order",
                verbose_name="begun from the order",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="subscriptions",
                to="crm.product",
                verbose_name="product",
            ),
        ),
        migrations.AddField(
            model_name="subscriptionrenewal",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="renewals",
                to="crm.order",
                verbose_name="order",
            ),
        ),
        migrations.AddField(
            model_name="subscriptionrenewal",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="crm.product", verbose_name="product"
            ),
        ),
        migrations.AddField(
            model_name="subscriptionrenewal",
            name="subscription",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="renewals",
                to="crm.subscription",
                verbose_name="subscription",
            ),
        ),
        migrations.AddIndex(
            model_name="productregistration",
            index=models.Index(fields=["customer", "-registered_at"], name="registration_by_customer"),
        ),
        migrations.AddIndex(
            model_name="productregistration",
            index=models.Index(fields=["-registered_at"], name="registration_newest"),
        ),
        migrations.AddConstraint(
            model_name="productregistration",
            constraint=models.UniqueConstraint(fields=("order", "product"), name="registration_once_in_order"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(fields=["customer", "-started_at"], name="subscription_by_customer"),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("paused_at", None), ("stopped_at", None)),
                fields=["next_on"],
                name="subscription_due",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("paused_until__isnull", False), ("stopped_at", None)),
                fields=["paused_until"],
                name="subscription_resting",
            ),
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("stopped_at__isnull", False)), fields=["stopped_at"], name="subscription_stopped"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stopped_at", None)),
                fields=("customer", "product"),
                name="subscription_once_a_product",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__range", (1, 99))), name="subscription_quantity"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("every__range", (1, 730)), ("unit", "day")),
                    models.Q(("every__range", (1, 24)), ("unit", "month")),
                    _connector="OR",
                ),
                name="subscription_interval",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("paused_until", None), ("paused_at__isnull", False), _connector="OR"),
                name="subscription_paused_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("stop_reason", ""), ("stopped_at", None)),
                    models.Q(("stopped_at__isnull", False), models.Q(("stop_reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="subscription_stopped_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("unit__in", ["day", "month"])), name="subscription_unit_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stop_reason__in",
                        ["", "too_much", "too_dear", "no_need", "elsewhere", "unhappy", "other", "merged", "erased"],
                    )
                ),
                name="subscription_stop_reason_known",
            ),
        ),
        migrations.AddIndex(
            model_name="subscriptionrenewal",
            index=models.Index(
                condition=models.Q(("status__in", ["waiting", "asked"])), fields=["status"], name="renewal_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionrenewal",
            constraint=models.UniqueConstraint(fields=("subscription", "due_on"), name="renewal_once_a_cycle"),
        ),
        migrations.AddConstraint(
            model_name="subscriptionrenewal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("asked_at", None), ("status", "waiting")),
                    models.Q(("status", "waiting"), _negated=True),
                    _connector="OR",
                ),
                name="renewal_waits_or_was_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionrenewal",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["waiting", "asked", "fulfilled", "missed"])),
                name="subscriptionrenewal_status_known",
            ),
        ),
    ]
