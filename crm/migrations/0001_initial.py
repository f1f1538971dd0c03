import crm.models.channel
import crm.models.conversation
import crm.models.customer
import datetime
import crm.models.shop_replies
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.validators
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        help_text="How your shop or till names this customer.",
                        max_length=200,
                        null=True,
                        unique=True,
                        verbose_name="customer id in the shop",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="birth date")),
                ("city", models.CharField(blank=True, max_length=150, verbose_name="city")),
                (
                    "language",
                    models.CharField(
                        blank=True, help_text="Empty: the language of the shop.", max_length=8, verbose_name="language"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the time zone of the shop.",
                        max_length=64,
                        validators=[crm.models.customer.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=100, verbose_name="acquisition source")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict, verbose_name="attributes")),
                (
                    "mood",
                    models.CharField(
                        blank=True,
                        choices=[("", "not noted"), ("good", "good"), ("bad", "bad")],
                        default="",
                        help_text="A bad mood stops marketing to this customer until you change it.",
                        max_length=8,
                        verbose_name="mood",
                    ),
                ),
                ("mood_noted_at", models.DateTimeField(blank=True, null=True, verbose_name="mood noted at")),
                (
                    "frequency",
                    models.CharField(
                        blank=True,
                        choices=[("less", "less often"), ("", "as usual"), ("more", "more often")],
                        db_default="",
                        default="",
                        help_text="How many touches a week that means is in the settings of the shop.",
                        max_length=8,
                        verbose_name="how often they want to hear from the shop",
                    ),
                ),
                (
                    "channel_order",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "Email"),
                                ("sms", "SMS (phone)"),
                                ("telegram", "Telegram"),
                                ("push", "Push"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        db_default=[],
                        default=list,
                        help_text="Empty: as the message or the shop prefers.",
                        size=None,
                        verbose_name="channels, the preferred first",
                    ),
                ),
                (
                    "muted_topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="topics not wanted",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="crm.customer",
                        verbose_name="merged into",
                    ),
                ),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased at")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Lower("first_name"), name="text_pattern_ops"
                        ),
                        name="customer_first_name_prefix",
                    ),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Lower("last_name"), name="text_pattern_ops"
                        ),
                        name="customer_last_name_prefix",
                    ),
                    models.Index(fields=["city"], name="customer_city"),
                    django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="customer_tags"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("id")), _negated=True),
                        name="customer_not_merged_into_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("external_id", ""), _negated=True), name="customer_external_id_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("mood__in", ["", "good", "bad"])), name="customer_mood_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("frequency__in", ["less", "", "more"])), name="customer_frequency_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel_order__contained_by", ["email", "sms", "telegram", "push"])),
                        name="customer_channel_order_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalCustomer",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                (
                    "external_id",
                    models.CharField(
                        blank=True,
                        db_index=True,
                        help_text="How your shop or till names this customer.",
                        max_length=200,
                        null=True,
                        verbose_name="customer id in the shop",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("born_on", models.DateField(blank=True, null=True, verbose_name="birth date")),
                ("city", models.CharField(blank=True, max_length=150, verbose_name="city")),
                (
                    "language",
                    models.CharField(
                        blank=True, help_text="Empty: the language of the shop.", max_length=8, verbose_name="language"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        blank=True,
                        help_text="Empty: the time zone of the shop.",
                        max_length=64,
                        validators=[crm.models.customer.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=100, verbose_name="acquisition source")),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=100),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict, verbose_name="attributes")),
                (
                    "mood",
                    models.CharField(
                        blank=True,
                        choices=[("", "not noted"), ("good", "good"), ("bad", "bad")],
                        default="",
                        help_text="A bad mood stops marketing to this customer until you change it.",
                        max_length=8,
                        verbose_name="mood",
                    ),
                ),
                ("mood_noted_at", models.DateTimeField(blank=True, null=True, verbose_name="mood noted at")),
                (
                    "frequency",
                    models.CharField(
                        blank=True,
                        choices=[("less", "less often"), ("", "as usual"), ("more", "more often")],
                        db_default="",
                        default="",
                        help_text="How many touches a week that means is in the settings of the shop.",
                        max_length=8,
                        verbose_name="how often they want to hear from the shop",
                    ),
                ),
                (
                    "channel_order",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "Email"),
                                ("sms", "SMS (phone)"),
                                ("telegram", "Telegram"),
                                ("push", "Push"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        db_default=[],
                        default=list,
                        help_text="Empty: as the message or the shop prefers.",
                        size=None,
                        verbose_name="channels, the preferred first",
                    ),
                ),
                (
                    "muted_topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="topics not wanted",
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                ("erased_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="erased at")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="merged into",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "change of a customer",
                "verbose_name_plural": "changes of customers",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("sms", "SMS (phone)"),
                            ("telegram", "Telegram"),
                            ("push", "Push"),
                        ],
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        help_text="Normalised: lower-case email, phone as +79991234567.",
                        max_length=320,
                        verbose_name="address",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("active", "in use"),
                            ("stale", "stale"),
                            ("bounced", "bounced"),
                            ("complained", "reported as spam"),
                            ("invalid", "invalid"),
                        ],
                        default="active",
                        max_length=16,
                        verbose_name="deliverability",
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                (
                    "marketing_consent",
                    models.CharField(
                        choices=[
                            ("unknown", "not asked"),
                            ("requested", "asked, not confirmed"),
                            ("granted", "given"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="unknown",
                        editable=False,
                        max_length=16,
                        verbose_name="marketing consent",
                    ),
                ),
                (
                    "service_consent",
                    models.CharField(
                        choices=[
                            ("unknown", "not asked"),
                            ("requested", "asked, not confirmed"),
                            ("granted", "given"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="unknown",
                        editable=False,
                        max_length=16,
                        verbose_name="service consent",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "indexes": [
                    models.Index(fields=["channel", "address"], name="contact_by_address"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("address", name="text_pattern_ops"),
                        name="contact_address_prefix",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("customer", "channel", "address"), name="contact_unique_in_customer"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address", ""), _negated=True), name="contact_address_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push"])),
                        name="contact_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["active", "stale", "bounced", "complained", "invalid"])),
                        name="contact_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("marketing_consent__in", ["unknown", "requested", "granted", "withdrawn"])),
                        name="contact_marketing_consent_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("service_consent__in", ["unknown", "requested", "granted", "withdrawn"])),
                        name="contact_service_consent_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "keeper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="customer to keep",
                    ),
                ),
                (
                    "duplicate",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="possible duplicate",
                    ),
                ),
                ("reason", models.CharField(max_length=300, verbose_name="why they look alike")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "to decide"), ("merged", "merged"), ("rejected", "different people")],
                        default="open",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                ("decided_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="decided at")),
            ],
            options={
                "verbose_name": "possible duplicate",
                "verbose_name_plural": "possible duplicates",
                "constraints": [
                    models.UniqueConstraint(fields=("keeper", "duplicate"), name="merge_proposal_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("keeper", models.F("duplicate")), _negated=True),
                        name="merge_proposal_two_customers",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "merged", "rejected"])),
                        name="mergeproposal_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="crm.category",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "category",
                "verbose_name_plural": "categories",
                "ordering": ["name"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("parent", "name"), name="category_unique_name", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True),
                        name="category_not_its_own_parent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="category_name_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sku", models.CharField(max_length=100, unique=True, verbose_name="SKU")),
                ("name", models.CharField(blank=True, max_length=300, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("goods", "goods"), ("service", "service")],
                        default="goods",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="crm.category",
                        verbose_name="category",
                    ),
                ),
                (
                    "price_tier",
                    models.CharField(
                        blank=True,
                        choices=[("", "not set"), ("budget", "budget"), ("middle", "middle"), ("premium", "premium")],
                        default="",
                        max_length=8,
                        verbose_name="price tier",
                    ),
                ),
                (
                    "complexity",
                    models.CharField(
                        choices=[("simple", "simple"), ("complex", "complex")],
                        default="simple",
                        max_length=8,
                        verbose_name="complexity",
                    ),
                ),
                (
                    "warranty_months",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="warranty, months"),
                ),
                (
                    "repurchase_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="When a customer usually needs it again.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="bought again after, days",
                    ),
                ),
                ("instructions_url", models.URLField(blank=True, verbose_name="instructions link")),
                ("picture_url", models.URLField(blank=True, verbose_name="picture link")),
                (
                    "price",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="price"),
                ),
                (
                    "cost",
                    models.DecimalField(blank=True, decimal_places=4, max_digits=14, null=True, verbose_name="cost"),
                ),
                ("is_in_stock", models.BooleanField(default=True, verbose_name="in stock")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sku", ""), _negated=True), name="product_sku_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["goods", "service"])), name="product_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_tier__in", ["", "budget", "middle", "premium"])),
                        name="product_price_tier_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("complexity__in", ["simple", "complex"])), name="product_complexity_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProductRelation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="relations",
                        to="crm.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "related",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="related_from",
                        to="crm.product",
                        verbose_name="goes with it",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("accessory", "accessory"),
                            ("consumable", "consumable"),
                            ("upgrade", "upgrade"),
                            ("service", "service"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "related product",
                "verbose_name_plural": "related products",
                "constraints": [
                    models.UniqueConstraint(fields=("product", "related", "kind"), name="product_relation_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("product", models.F("related")), _negated=True),
                        name="product_relation_two_products",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["accessory", "consumable", "upgrade", "service"])),
                        name="productrelation_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=100, unique=True, verbose_name="order number")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("goods", "goods"), ("service", "service")],
                        default="goods",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                ("paid_at", models.DateTimeField(blank=True, null=True, verbose_name="paid at")),
                ("shipped_at", models.DateTimeField(blank=True, null=True, verbose_name="shipped at")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered or performed at")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="cancelled at")),
                (
                    "returned_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="The last return, whole or in part.",
                        null=True,
                        verbose_name="returned at",
                    ),
                ),
                ("promised_at", models.DateTimeField(blank=True, null=True, verbose_name="promised for")),
                (
                    "appointment_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="appointment or departure"),
                ),
                ("payment_due_at", models.DateTimeField(blank=True, null=True, verbose_name="payment due")),
                ("tracking_number", models.CharField(blank=True, max_length=100, verbose_name="tracking number")),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsible",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "total",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="What the customer pays, after the discount.",
                        max_digits=14,
                        verbose_name="total",
                    ),
                ),
                ("discount", models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="discount")),
                ("refunded", models.DecimalField(decimal_places=2, default=0, max_digits=14, verbose_name="refunded")),
                ("coupon_code", models.CharField(blank=True, max_length=64, verbose_name="coupon")),
                ("receipt_url", models.URLField(blank=True, verbose_name="receipt link")),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="Where the order came from.", max_length=100, verbose_name="source"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "indexes": [
                    models.Index(fields=["customer", "placed_at"], name="order_by_customer"),
                    models.Index(fields=["placed_at"], name="order_placed"),
                    models.Index(
                        django.contrib.postgres.indexes.OpClass("number", name="text_pattern_ops"),
                        name="order_number_prefix",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number", ""), _negated=True), name="order_number_not_empty"
                    ),
                    models.CheckConstraint(condition=models.Q(("total__gte", 0)), name="order_total_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("refunded__gte", 0), ("refunded__lte", models.F("total"))),
                        name="order_refund_within_total",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["goods", "service"])), name="order_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="crm.product",
                        verbose_name="product",
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12, verbose_name="quantity")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=4,
                        help_text="For one, before the order's discount.",
                        max_digits=14,
                        verbose_name="price",
                    ),
                ),
                (
                    "cost",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="What one costs the shop.",
                        max_digits=14,
                        null=True,
                        verbose_name="cost",
                    ),
                ),
                (
                    "returned_quantity",
                    models.DecimalField(decimal_places=3, default=0, max_digits=12, verbose_name="returned"),
                ),
            ],
            options={
                "verbose_name": "order line",
                "verbose_name_plural": "order lines",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="order_line_quantity_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("returned_quantity__gte", 0), ("returned_quantity__lte", models.F("quantity"))
                        ),
                        name="order_line_return_within_quantity",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Milestone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="milestones",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("reached_at", models.DateTimeField(verbose_name="reached at")),
            ],
            options={
                "verbose_name": "milestone",
                "verbose_name_plural": "milestones",
                "constraints": [models.UniqueConstraint(fields=("order", "name"), name="milestone_unique_in_order")],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cases",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cases",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("complaint", "complaint"), ("question", "question")],
                        default="complaint",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "phone"),
                            ("email", "email"),
                            ("messenger", "messenger"),
                            ("store", "in the shop"),
                            ("survey", "survey"),
                            ("other", "other"),
                        ],
                        default="phone",
                        max_length=16,
                        verbose_name="came by",
                    ),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[("low", "low"), ("normal", "normal"), ("high", "high")],
                        default="normal",
                        max_length=8,
                        verbose_name="severity",
                    ),
                ),
                ("subject", models.CharField(max_length=200, verbose_name="subject")),
                ("body", models.TextField(blank=True, verbose_name="what happened")),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened at")),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True, verbose_name="acknowledged at")),
                ("promised_at", models.DateTimeField(blank=True, null=True, verbose_name="answer promised for")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="solution offered at")),
                ("solution", models.TextField(blank=True, verbose_name="solution offered")),
                ("alternative", models.TextField(blank=True, verbose_name="alternative")),
                ("goodwill", models.CharField(blank=True, max_length=200, verbose_name="goodwill bonus")),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="resolved at")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed content at")),
                (
                    "unanswered_at",
                    models.DateTimeField(
                        blank=True,
                        editable=False,
                        help_text="When the customer wrote what nobody has answered yet.",
                        null=True,
                        verbose_name="unanswered since",
                    ),
                ),
                ("key", models.CharField(blank=True, editable=False, max_length=200, null=True, unique=True)),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "indexes": [
                    models.Index(
                        condition=models.Q(("resolved_at", None)), fields=["customer"], name="case_open_by_customer"
                    ),
                    models.Index(fields=["-opened_at"], name="case_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("resolved_at__isnull", False), _connector="OR"),
                        name="case_confirmed_after_resolved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["complaint", "question"])), name="case_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["phone", "email", "messenger", "store", "survey", "other"])
                        ),
                        name="case_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["low", "normal", "high"])), name="case_severity_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consent_records",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("email", "Email"),
                            ("sms", "SMS (phone)"),
                            ("telegram", "Telegram"),
                            ("push", "Push"),
                        ],
                        help_text="Empty: not about one channel (profiling).",
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                ("address", models.CharField(blank=True, max_length=320, verbose_name="address")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "Service"), ("marketing", "Marketing"), ("profiling", "Profiling")],
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[("requested", "asked"), ("granted", "given"), ("withdrawn", "withdrawn")],
                        max_length=16,
                        verbose_name="action",
                    ),
                ),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "wording",
                    models.TextField(blank=True, help_text="The text the customer agreed to.", verbose_name="wording"),
                ),
                (
                    "source",
                    models.CharField(
                        help_text="Where it happened: checkout, import, preference page, staff.",
                        max_length=100,
                        verbose_name="source",
                    ),
                ),
                ("evidence", models.JSONField(blank=True, default=dict, verbose_name="evidence")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent record",
                "verbose_name_plural": "consent ledger",
                "ordering": ["-occurred_at", "-pk"],
                "indexes": [models.Index(fields=["customer", "-occurred_at"], name="consent_by_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["", "email", "sms", "telegram", "push"])),
                        name="consentrecord_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["service", "marketing", "profiling"])),
                        name="consentrecord_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action__in", ["requested", "granted", "withdrawn"])),
                        name="consentrecord_action_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="crm.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("received", "received"), ("sent", "sent")], max_length=8, verbose_name="direction"
                    ),
                ),
                (
                    "address",
                    models.CharField(
                        blank=True, help_text="From whom, or to whom.", max_length=320, verbose_name="address"
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "key",
                    models.CharField(
                        blank=True, editable=False, help_text="Message-ID.", max_length=500, null=True, unique=True
                    ),
                ),
                (
                    "token",
                    models.CharField(
                        default=crm.models.conversation.new_token, editable=False, max_length=32, unique=True
                    ),
                ),
            ],
            options={
                "verbose_name": "letter of a case",
                "verbose_name_plural": "letters of cases",
                "ordering": ["occurred_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("direction__in", ["received", "sent"])), name="casemessage_direction_known"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseAttachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "message",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="crm.casemessage",
                        verbose_name="letter",
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("content_type", models.CharField(blank=True, max_length=100, verbose_name="kind")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("content", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "file of a letter",
                "verbose_name_plural": "files of letters",
            },
        ),
        migrations.CreateModel(
            name="ErasureCertificate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="erased at"),
                ),
                (
                    "erased_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="erased by",
                    ),
                ),
                ("erased", models.JSONField(default=dict, editable=False, verbose_name="what was erased")),
            ],
            options={
                "verbose_name": "certificate of erasure",
                "verbose_name_plural": "certificates of erasure",
                "ordering": ["-erased_at"],
            },
        ),
        migrations.CreateModel(
            name="ErasedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("sms", "SMS (phone)"),
                            ("telegram", "Telegram"),
                            ("push", "Push"),
                        ],
                        editable=False,
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                ("digest", models.CharField(editable=False, max_length=64, verbose_name="hash")),
                ("erased_at", models.DateTimeField(editable=False, verbose_name="erased at")),
            ],
            options={
                "verbose_name": "erased address",
                "verbose_name_plural": "erased addresses",
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "digest"), name="erased_address_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push"])),
                        name="erasedaddress_channel_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=100, verbose_name="kind")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                ("occurred_at", models.DateTimeField(verbose_name="when")),
                (
                    "received_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="received at"),
                ),
                ("source", models.CharField(max_length=50, verbose_name="source")),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("properties", models.JSONField(blank=True, default=dict, verbose_name="properties")),
                (
                    "is_historic",
                    models.BooleanField(
                        default=False, help_text="Imported history: starts no chain.", verbose_name="historic"
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "event log",
                "indexes": [
                    models.Index(fields=["customer", "kind", "occurred_at"], name="event_by_customer_kind"),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["occurred_at"], name="event_when"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("source", "key"), name="event_once_per_source")],
            },
        ),
        migrations.CreateModel(
            name="EventInbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("consumer", models.CharField(choices=[("chains", "chains")], max_length=16)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="inbox", to="crm.event"
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="crm.customer"),
                ),
            ],
            options={
                "verbose_name": "event to handle",
                "verbose_name_plural": "events to handle",
                "constraints": [
                    models.UniqueConstraint(fields=("consumer", "event"), name="event_inbox_once"),
                    models.CheckConstraint(
                        condition=models.Q(("consumer__in", ["chains"])), name="eventinbox_consumer_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="feedback",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="feedback",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rating", "rating (1-5)"),
                            ("nps", "would recommend (0-10)"),
                            ("exit", "reason for leaving"),
                        ],
                        default="rating",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("score", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="score")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                ("may_publish", models.BooleanField(default=False, verbose_name="may be published")),
                ("source", models.CharField(max_length=50, verbose_name="source")),
                ("key", models.CharField(editable=False, max_length=200)),
                ("left_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="left at")),
            ],
            options={
                "verbose_name": "rating or review",
                "verbose_name_plural": "ratings and reviews",
                "indexes": [models.Index(fields=["customer", "-left_at"], name="feedback_by_customer")],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "key"), name="feedback_once_per_source"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "rating"), ("score__range", (1, 5))),
                            models.Q(("kind", "nps"), ("score__range", (0, 10))),
                            ("kind", "exit"),
                            _connector="OR",
                        ),
                        name="feedback_score_in_scale",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["rating", "nps", "exit"])), name="feedback_kind_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PointsEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="points",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="points",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("accrual", "given"), ("spending", "spent"), ("expiry", "expired")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                (
                    "points",
                    models.IntegerField(help_text="Less than nothing when spent or expired.", verbose_name="points"),
                ),
                ("unspent", models.PositiveIntegerField(default=0, verbose_name="left of them")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("key", models.CharField(editable=False, max_length=200, unique=True)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expire at")),
            ],
            options={
                "verbose_name": "points entry",
                "verbose_name_plural": "points",
                "indexes": [
                    models.Index(fields=["customer", "-occurred_at"], name="points_by_customer"),
                    models.Index(
                        condition=models.Q(("unspent__gt", 0)), fields=["customer", "expires_at"], name="points_unspent"
                    ),
                    models.Index(condition=models.Q(("unspent__gt", 0)), fields=["expires_at"], name="points_expiring"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "accrual"),
                                ("points__gt", 0),
                                ("unspent__gte", 0),
                                ("unspent__lte", models.F("points")),
                            ),
                            models.Q(
                                ("expires_at", None),
                                ("kind__in", ["spending", "expiry"]),
                                ("points__lt", 0),
                                ("unspent", 0),
                            ),
                            _connector="OR",
                        ),
                        name="points_never_below_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["accrual", "spending", "expiry"])),
                        name="pointsentry_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="coupons",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                ("code", models.CharField(max_length=16, unique=True, verbose_name="code")),
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
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.category",
                        verbose_name="only for category",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="crm.product",
                        verbose_name="only for product",
                    ),
                ),
                (
                    "minimum",
                    models.DecimalField(decimal_places=2, default=0, max_digits=12, verbose_name="from an order of"),
                ),
                (
                    "term_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Counted from the day its message was sent.",
                        null=True,
                        verbose_name="term, days",
                    ),
                ),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="issued at")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("sendings", models.PositiveIntegerField(default=0, editable=False)),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires at")),
                ("redeemed_at", models.DateTimeField(blank=True, null=True, verbose_name="redeemed at")),
                (
                    "order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="coupon",
                        to="crm.order",
                        verbose_name="redeemed by order",
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=200, unique=True)),
            ],
            options={
                "verbose_name": "coupon",
                "verbose_name_plural": "coupons",
                "indexes": [
                    models.Index(fields=["customer", "-issued_at"], name="coupon_by_customer"),
                    models.Index(
                        condition=models.Q(("redeemed_at", None)), fields=["expires_at"], name="coupon_expiring"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "percent"), ("value__gt", 0), ("value__lte", 100)),
                            models.Q(("kind__in", ["amount", "points"]), ("value__gt", 0)),
                            models.Q(("kind", "free_delivery"), ("value", None)),
                            models.Q(("kind", "gift"), ("value", None), models.Q(("gift", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="coupon_value_fits_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category", None), ("product", None), _connector="OR"),
                        name="coupon_one_scope",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("order", None), models.Q(("redeemed_at", None), _negated=True), _connector="OR"
                        ),
                        name="coupon_order_redeems",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="coupon_code_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sendings", 0), ("sent_at", None)),
                            models.Q(("sendings__gt", 0), ("sent_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="coupon_sent_with_a_message",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["percent", "amount", "free_delivery", "points", "gift"])),
                        name="coupon_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalShop",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("name", models.CharField(default="Encore", max_length=200, verbose_name="name of the shop")),
                ("site_url", models.URLField(blank=True, verbose_name="shop's site")),
                (
                    "sender_address",
                    models.EmailField(default="shop@example.com", max_length=254, verbose_name="letters come from"),
                ),
                ("reply_address", models.EmailField(blank=True, max_length=254, verbose_name="replies go to")),
                (
                    "support_contact",
                    models.CharField(
                        blank=True,
                        help_text="Phone, hours: shown in every service letter.",
                        max_length=300,
                        verbose_name="support contact",
                    ),
                ),
                ("postal_address", models.CharField(blank=True, max_length=300, verbose_name="postal address")),
                ("review_url", models.URLField(blank=True, verbose_name="where reviews are left")),
                ("brand_color", models.CharField(default="#2f6f4f", max_length=7, verbose_name="colour of buttons")),
                (
                    "phone_country",
                    models.CharField(
                        blank=True,
                        help_text="Two letters, e.g. RU. Read numbers written without + as of this country.",
                        max_length=2,
                        verbose_name="country of phone numbers",
                    ),
                ),
                (
                    "weekly_cap",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="No marketing goes out when a customer already got so many in 7 days. Service always passes.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="touches a week",
                    ),
                ),
                (
                    "less_cap",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Touches a week. 0: no marketing at all.",
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="for those who read nothing or asked for less",
                    ),
                ),
                (
                    "more_cap",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Touches a week. Customers ask on the page of their preferences, or tell an agent.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="for those who asked for more",
                    ),
                ),
                (
                    "unread_letters",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Neither opened nor clicked. Opens are unreliable: those by machines do not count, a click counts as reading. 0: nobody is counted as reading nothing.",
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="reads nothing: letters in a row",
                    ),
                ),
                (
                    "complaint_cooldown_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="While a complaint is open there is no marketing; then for so many days more.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days of peace after a complaint",
                    ),
                ),
                (
                    "rest_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Marketing about an order waits for its service message and for the goods; then so many days more.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days from delivery to marketing",
                    ),
                ),
                (
                    "useful_share",
                    models.PositiveSmallIntegerField(
                        default=80,
                        help_text="Of all that customers got in 90 days. Less than this is flagged.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="service and useful content, %",
                    ),
                ),
                ("quiet_from", models.TimeField(default=datetime.time(21, 0), verbose_name="quiet from")),
                ("quiet_until", models.TimeField(default=datetime.time(9, 0), verbose_name="quiet until")),
                (
                    "quiet_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Monday"),
                                (1, "Tuesday"),
                                (2, "Wednesday"),
                                (3, "Thursday"),
                                (4, "Friday"),
                                (5, "Saturday"),
                                (6, "Sunday"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        validators=[
                            django.contrib.postgres.validators.ArrayMaxLengthValidator(
                                6, "With every day quiet nothing would ever be sent."
                            )
                        ],
                        verbose_name="quiet days of the week",
                    ),
                ),
                (
                    "channel_order",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "Email"),
                                ("sms", "SMS (phone)"),
                                ("telegram", "Telegram"),
                                ("push", "Push"),
                            ],
                            max_length=16,
                        ),
                        default=crm.models.channel.default_channel_order,
                        help_text="Of the channels a message is written for, the first that reaches the customer is used.",
                        size=None,
                        verbose_name="channels, the preferred first",
                    ),
                ),
                (
                    "lapse_days",
                    models.PositiveSmallIntegerField(
                        default=180,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="lapsed after, days without an order",
                    ),
                ),
                (
                    "repeat_window_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="second order expected within, days",
                    ),
                ),
                (
                    "low_rating",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="a rating this low opens a case",
                    ),
                ),
                (
                    "urgent_words",
                    models.TextField(
                        blank=True,
                        default=crm.models.shop_replies.urgent_words,
                        help_text="One a line; the beginning of a word is enough.",
                        verbose_name="words that make a reply urgent",
                    ),
                ),
                (
                    "complaint_words",
                    models.TextField(
                        blank=True,
                        default=crm.models.shop_replies.complaint_words,
                        help_text="One a line; the beginning of a word is enough. Marketing to the customer stops then.",
                        verbose_name="words that make a reply a complaint",
                    ),
                ),
                (
                    "soft_bounces",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="For passing reasons, e.g. a full mailbox. An address that does not exist is given up at once.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="letters come back before an address is given up",
                    ),
                ),
                (
                    "soft_bounce_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="counted over, days",
                    ),
                ),
                (
                    "spam_warn_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.10"),
                        help_text="Of marketing letters delivered in 7 or 30 days.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="warn at spam reports, %",
                    ),
                ),
                (
                    "spam_stop_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.30"),
                        help_text="Gmail and Yahoo turn away senders who come to 0.3 %.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="stop marketing letters at, %",
                    ),
                ),
                (
                    "spam_stop_least",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="So that one report out of ten letters stops nothing.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="and at least so many reports",
                    ),
                ),
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
            ],
            options={
                "verbose_name": "change of the settings",
                "verbose_name_plural": "changes of the settings",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="Shop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(default="Encore", max_length=200, verbose_name="name of the shop")),
                ("site_url", models.URLField(blank=True, verbose_name="shop's site")),
                (
                    "sender_address",
                    models.EmailField(default="shop@example.com", max_length=254, verbose_name="letters come from"),
                ),
                ("reply_address", models.EmailField(blank=True, max_length=254, verbose_name="replies go to")),
                (
                    "support_contact",
                    models.CharField(
                        blank=True,
                        help_text="Phone, hours: shown in every service letter.",
                        max_length=300,
                        verbose_name="support contact",
                    ),
                ),
                ("postal_address", models.CharField(blank=True, max_length=300, verbose_name="postal address")),
                ("review_url", models.URLField(blank=True, verbose_name="where reviews are left")),
                ("brand_color", models.CharField(default="#2f6f4f", max_length=7, verbose_name="colour of buttons")),
                (
                    "phone_country",
                    models.CharField(
                        blank=True,
                        help_text="Two letters, e.g. RU. Read numbers written without + as of this country.",
                        max_length=2,
                        verbose_name="country of phone numbers",
                    ),
                ),
                (
                    "weekly_cap",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="No marketing goes out when a customer already got so many in 7 days. Service always passes.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="touches a week",
                    ),
                ),
                (
                    "less_cap",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Touches a week. 0: no marketing at all.",
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="for those who read nothing or asked for less",
                    ),
                ),
                (
                    "more_cap",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Touches a week. Customers ask on the page of their preferences, or tell an agent.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="for those who asked for more",
                    ),
                ),
                (
                    "unread_letters",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="Neither opened nor clicked. Opens are unreliable: those by machines do not count, a click counts as reading. 0: nobody is counted as reading nothing.",
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="reads nothing: letters in a row",
                    ),
                ),
                (
                    "complaint_cooldown_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="While a complaint is open there is no marketing; then for so many days more.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days of peace after a complaint",
                    ),
                ),
                (
                    "rest_days",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Marketing about an order waits for its service message and for the goods; then so many days more.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="days from delivery to marketing",
                    ),
                ),
                (
                    "useful_share",
                    models.PositiveSmallIntegerField(
                        default=80,
                        help_text="Of all that customers got in 90 days. Less than this is flagged.",
                        validators=[django.core.validators.MaxValueValidator(100)],
                        verbose_name="service and useful content, %",
                    ),
                ),
                ("quiet_from", models.TimeField(default=datetime.time(21, 0), verbose_name="quiet from")),
                ("quiet_until", models.TimeField(default=datetime.time(9, 0), verbose_name="quiet until")),
                (
                    "quiet_weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            choices=[
                                (0, "Monday"),
                                (1, "Tuesday"),
                                (2, "Wednesday"),
                                (3, "Thursday"),
                                (4, "Friday"),
                                (5, "Saturday"),
                                (6, "Sunday"),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        validators=[
                            django.contrib.postgres.validators.ArrayMaxLengthValidator(
                                6, "With every day quiet nothing would ever be sent."
                            )
                        ],
                        verbose_name="quiet days of the week",
                    ),
                ),
                (
                    "channel_order",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("email", "Email"),
                                ("sms", "SMS (phone)"),
                                ("telegram", "Telegram"),
                                ("push", "Push"),
                            ],
                            max_length=16,
                        ),
                        default=crm.models.channel.default_channel_order,
                        help_text="Of the channels a message is written for, the first that reaches the customer is used.",
                        size=None,
                        verbose_name="channels, the preferred first",
                    ),
                ),
                (
                    "lapse_days",
                    models.PositiveSmallIntegerField(
                        default=180,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="lapsed after, days without an order",
                    ),
                ),
                (
                    "repeat_window_days",
                    models.PositiveSmallIntegerField(
                        default=90,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="second order expected within, days",
                    ),
                ),
                (
                    "low_rating",
                    models.PositiveSmallIntegerField(
                        default=3,
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(5),
                        ],
                        verbose_name="a rating this low opens a case",
                    ),
                ),
                (
                    "urgent_words",
                    models.TextField(
                        blank=True,
                        default=crm.models.shop_replies.urgent_words,
                        help_text="One a line; the beginning of a word is enough.",
                        verbose_name="words that make a reply urgent",
                    ),
                ),
                (
                    "complaint_words",
                    models.TextField(
                        blank=True,
                        default=crm.models.shop_replies.complaint_words,
                        help_text="One a line; the beginning of a word is enough. Marketing to the customer stops then.",
                        verbose_name="words that make a reply a complaint",
                    ),
                ),
                (
                    "soft_bounces",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="For passing reasons, e.g. a full mailbox. An address that does not exist is given up at once.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="letters come back before an address is given up",
                    ),
                ),
                (
                    "soft_bounce_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="counted over, days",
                    ),
                ),
                (
                    "spam_warn_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.10"),
                        help_text="Of marketing letters delivered in 7 or 30 days.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="warn at spam reports, %",
                    ),
                ),
                (
                    "spam_stop_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0.30"),
                        help_text="Gmail and Yahoo turn away senders who come to 0.3 %.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.01")),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="stop marketing letters at, %",
                    ),
                ),
                (
                    "spam_stop_least",
                    models.PositiveSmallIntegerField(
                        default=3,
                        help_text="So that one report out of ten letters stops nothing.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="and at least so many reports",
                    ),
                ),
                ("starters_added_at", models.DateTimeField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "shop settings",
                "verbose_name_plural": "shop settings",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="shop_is_one"),
                    models.CheckConstraint(
                        condition=models.Q(("quiet_weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])),
                        name="shop_quiet_weekdays_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel_order__contained_by", ["email", "sms", "telegram", "push"])),
                        name="shop_channel_order_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerStats",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="stats",
                        serialize=False,
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                ("orders_count", models.PositiveIntegerField(default=0, verbose_name="orders")),
                ("revenue", models.DecimalField(decimal_places=2, default=0, max_digits=16, verbose_name="revenue")),
                (
                    "margin",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="Empty when the cost of nothing bought is known.",
                        max_digits=16,
                        null=True,
                        verbose_name="margin",
                    ),
                ),
                ("returns_count", models.PositiveIntegerField(default=0, verbose_name="orders with a return")),
                ("first_order_at", models.DateTimeField(null=True, verbose_name="first order")),
                ("last_order_at", models.DateTimeField(null=True, verbose_name="last order")),
                ("median_gap_days", models.FloatField(null=True, verbose_name="usual interval, days")),
            ],
            options={
                "verbose_name": "customer figures",
                "verbose_name_plural": "customer figures",
                "indexes": [
                    models.Index(fields=["last_order_at"], name="stats_last_order"),
                    models.Index(fields=["first_order_at"], name="stats_first_order"),
                    models.Index(fields=["orders_count"], name="stats_orders"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderStanding",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="standing",
                        serialize=False,
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                ("placed_at", models.DateTimeField(verbose_name="placed at")),
                (
                    "ordinal",
                    models.PositiveIntegerField(
                        help_text="1 is the first.", verbose_name="which order of the customer"
                    ),
                ),
                ("previous_at", models.DateTimeField(null=True, verbose_name="previous order")),
                ("net_revenue", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="net revenue")),
                ("margin", models.DecimalField(decimal_places=2, max_digits=14, null=True, verbose_name="margin")),
            ],
            options={
                "verbose_name": "order standing",
                "verbose_name_plural": "order standings",
                "indexes": [models.Index(fields=["placed_at"], name="standing_placed")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("ordinal__gte", 1)), name="standing_ordinal_from_one"),
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("customer", "ordinal"),
                        name="standing_ordinal_unique",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerScore",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="score",
                        serialize=False,
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                ("recency", models.PositiveSmallIntegerField(verbose_name="recency")),
                ("frequency", models.PositiveSmallIntegerField(verbose_name="frequency")),
                ("monetary", models.PositiveSmallIntegerField(verbose_name="monetary")),
                ("is_vip", models.BooleanField(default=False, verbose_name="VIP")),
                ("scored_at", models.DateTimeField(verbose_name="scored at")),
            ],
            options={
                "verbose_name": "customer score",
                "verbose_name_plural": "customer scores",
                "indexes": [models.Index(condition=models.Q(("is_vip", True)), fields=["customer"], name="score_vip")],
            },
        ),
        migrations.CreateModel(
            name="CustomerPrediction",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="prediction",
                        serialize=False,
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "alive_percent",
                    models.PositiveSmallIntegerField(
                        help_text="Empty after a single order, which says nothing about it.",
                        null=True,
                        verbose_name="chance of still being a customer, %",
                    ),
                ),
                (
                    "orders",
                    models.DecimalField(decimal_places=2, max_digits=9, verbose_name="orders expected in 90 days"),
                ),
                (
                    "revenue",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="revenue expected in a year"),
                ),
                (
                    "next_order_on",
                    models.DateField(
                        help_text="After the usual interval of the customer, drawn to that of the shop the less is known of them.",
                        null=True,
                        verbose_name="next order expected",
                    ),
                ),
                ("predicted_at", models.DateTimeField(verbose_name="predicted at")),
            ],
            options={
                "verbose_name": "prediction for a customer",
                "verbose_name_plural": "predictions for customers",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("alive_percent", None), ("alive_percent__lte", 100), _connector="OR"),
                        name="prediction_percent_at_most_100",
                    )
                ],
            },
        ),
    ]
