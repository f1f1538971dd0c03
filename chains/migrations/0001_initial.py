import chains.models.branch_arm
import chains.models.touch
import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.validators
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("crm", "0001_initial"),
        ("segments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Chain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("event", "something happens"),
                            ("last_order", "days have passed since the last order"),
                            ("birthday", "birthday"),
                            ("anniversary", "anniversary of an order"),
                            ("warranty_end", "end of the warranty"),
                            ("repurchase", "time to buy the product again"),
                            ("appointment", "appointment or departure"),
                            ("payment_due", "payment due"),
                            ("attribute", "a date kept with the customer"),
                            ("moment", "one day of the calendar"),
                            ("season", "again and again by the calendar"),
                        ],
                        default="event",
                        max_length=16,
                        verbose_name="starts when",
                    ),
                ),
                (
                    "trigger_event",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("order.placed", "order placed"),
                            ("order.paid", "order paid"),
                            ("order.shipped", "order shipped"),
                            ("order.delivered", "order delivered or performed"),
                            ("order.cancelled", "order cancelled"),
                            ("order.returned", "order returned"),
                            ("order.promise_moved", "promised date moved"),
                            ("order.appointment_moved", "appointment moved"),
                            ("order.payment_moved", "payment date moved"),
                            ("order.milestone", "milestone reached"),
                            ("product.registered", "product registered"),
                            ("case.opened", "case opened"),
                            ("case.acknowledged", "case acknowledged"),
                            ("case.answered", "solution offered"),
                            ("case.resolved", "case resolved"),
                            ("case.escalated", "question became a complaint"),
                            ("case.confirmed", "customer confirmed being content"),
                            ("feedback.left", "rating or review left"),
                            ("points.changed", "points given, spent or expired"),
                            ("points.expiring", "points expire soon"),
                            ("coupon.issued", "coupon issued"),
                            ("coupon.redeemed", "coupon redeemed"),
                            ("coupon.refused", "coupon refused"),
                            ("coupon.expiring", "coupon expires soon"),
                            ("consent.changed", "consent changed"),
                            ("customer.merged", "customer merged"),
                            ("customer.date", "a date of the customer changed"),
                            ("customer.mood", "mood noted"),
                            ("segment.entered", "segment entered"),
                            ("segment.left", "segment left"),
                            ("message.delivered", "message delivered"),
                            ("message.opened", "message opened"),
                            ("message.clicked", "link clicked"),
                            ("message.replied", "message replied to"),
                            ("message.bounced", "message came back"),
                            ("message.complained", "message reported as spam"),
                            ("message.unsubscribed", "unsubscribed from a message"),
                            ("page.viewed", "page viewed"),
                            ("custom", "another event"),
                        ],
                        default="order.placed",
                        max_length=100,
                        verbose_name="event",
                    ),
                ),
                (
                    "custom_event",
                    models.CharField(
                        blank=True,
                        help_text="As your shop sends it.",
                        max_length=100,
                        verbose_name="name of the other event",
                    ),
                ),
                (
                    "trigger_segment",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="segments.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "trigger_attribute",
                    models.CharField(
                        blank=True,
                        help_text="An attribute of the customer that holds a date, e.g. departure: 2026-07-01.",
                        max_length=100,
                        verbose_name="name of the date",
                    ),
                ),
                ("is_yearly", models.BooleanField(default=False, verbose_name="comes back every year")),
                (
                    "trigger_days",
                    models.SmallIntegerField(
                        default=0,
                        help_text="After the last order, or after the date; below zero: before the date.",
                        validators=[
                            django.core.validators.MinValueValidator(-3650),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="days",
                    ),
                ),
                ("trigger_on", models.DateField(blank=True, null=True, verbose_name="day")),
                (
                    "trigger_every",
                    models.CharField(
                        choices=[
                            ("day", "every day"),
                            ("week", "every week"),
                            ("month", "every month"),
                            ("year", "every year"),
                        ],
                        default="week",
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                (
                    "trigger_weekdays",
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
                        verbose_name="on",
                    ),
                ),
                (
                    "trigger_day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="In shorter months: their last day.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="day of the month",
                    ),
                ),
                (
                    "trigger_month",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ],
                        verbose_name="month",
                    ),
                ),
                (
                    "trigger_hour",
                    models.PositiveSmallIntegerField(
                        default=10,
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="at the hour",
                    ),
                ),
                (
                    "trigger_clock",
                    models.CharField(
                        choices=[("customer", "of the customer's day"), ("shop", "of the shop's day")],
                        default="customer",
                        max_length=8,
                        verbose_name="by the clock",
                    ),
                ),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                ("description", models.TextField(blank=True, verbose_name="what it is for")),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "draft"), ("live", "live"), ("paused", "paused"), ("archived", "archived")],
                        default="draft",
                        editable=False,
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "audience_rule",
                    models.JSONField(
                        blank=True,
                        help_text="Without conditions: everybody to whom it happens.",
                        null=True,
                        verbose_name="for whom",
                    ),
                ),
                (
                    "goal",
                    models.CharField(
                        blank=True,
                        choices=[("", "no goal"), ("ordered", "ordered again"), ("rule", "a rule holds")],
                        default="",
                        max_length=8,
                        verbose_name="goal",
                    ),
                ),
                ("goal_rule", models.JSONField(blank=True, null=True, verbose_name="the goal is reached when")),
                (
                    "exit_rule",
                    models.JSONField(
                        blank=True,
                        help_text="Without conditions: nobody leaves because of a rule.",
                        null=True,
                        verbose_name="leaves when",
                    ),
                ),
                (
                    "exit_on_cancel",
                    models.BooleanField(default=True, verbose_name="leaves when the order is cancelled or returned"),
                ),
                (
                    "exit_on_reply",
                    models.BooleanField(
                        default=False,
                        help_text="A person answers them from then on, not the chain.",
                        verbose_name="leaves when they reply to a letter of it",
                    ),
                ),
                (
                    "re_entry",
                    models.CharField(
                        choices=[
                            ("once", "once in a lifetime"),
                            ("per_order", "every time, for one order once"),
                            ("after_days", "again after some days"),
                        ],
                        default="per_order",
                        max_length=16,
                        verbose_name="how often a customer may enter",
                    ),
                ),
                (
                    "re_entry_days",
                    models.PositiveSmallIntegerField(
                        default=365,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="again after, days",
                    ),
                ),
                (
                    "priority",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="1 goes first when there is room for one message only.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(9),
                        ],
                        verbose_name="priority",
                    ),
                ),
                (
                    "control_share",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="So many of a hundred customers get the service messages but none of the marketing, to see what the chain causes. Whoever was drawn stays in the group. 0: no control group.",
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="control group, %",
                    ),
                ),
                (
                    "surge_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="When more want to enter, the others wait until you decide. Empty: no limit.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="surge limit",
                    ),
                ),
                (
                    "surge_span",
                    models.CharField(
                        choices=[("hour", "an hour"), ("day", "a day")],
                        default="hour",
                        max_length=8,
                        verbose_name="entries in",
                    ),
                ),
                (
                    "watermark_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="What happened, or fell due, until this moment starts the chain no more.",
                        null=True,
                    ),
                ),
                (
                    "surged_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Since when the limit is exceeded and nobody enters by themselves.",
                        null=True,
                    ),
                ),
                (
                    "calm_since",
                    models.DateTimeField(
                        editable=False,
                        help_text="Entries count towards the limit since then: when staff last decided.",
                        null=True,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "chain",
                "verbose_name_plural": "chains",
                "ordering": ["priority", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("trigger_day__range", (1, 31)),
                            ("trigger_hour__range", (0, 23)),
                            ("trigger_month__range", (1, 12)),
                        ),
                        name="chain_trigger_moment_exists",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("control_share__lte", 50)), name="chain_control_at_most_half"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("surge_limit", None), ("surge_limit__gte", 1), _connector="OR"),
                        name="chain_surge_limit_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "trigger__in",
                                [
                                    "event",
                                    "last_order",
                                    "birthday",
                                    "anniversary",
                                    "warranty_end",
                                    "repurchase",
                                    "appointment",
                                    "payment_due",
                                    "attribute",
                                    "moment",
                                    "season",
                                ],
                            )
                        ),
                        name="chain_trigger_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "trigger_event__in",
                                [
                                    "",
                                    "order.placed",
                                    "order.paid",
                                    "order.shipped",
                                    "order.delivered",
                                    "order.cancelled",
                                    "order.returned",
                                    "order.promise_moved",
                                    "order.appointment_moved",
                                    "order.payment_moved",
                                    "order.milestone",
                                    "product.registered",
                                    "case.opened",
                                    "case.acknowledged",
                                    "case.answered",
                                    "case.resolved",
                                    "case.escalated",
                                    "case.confirmed",
                                    "feedback.left",
                                    "points.changed",
                                    "points.expiring",
                                    "coupon.issued",
                                    "coupon.redeemed",
                                    "coupon.refused",
                                    "coupon.expiring",
                                    "consent.changed",
                                    "customer.merged",
                                    "customer.date",
                                    "customer.mood",
                                    "segment.entered",
                                    "segment.left",
                                    "message.delivered",
                                    "message.opened",
                                    "message.clicked",
                                    "message.replied",
                                    "message.bounced",
                                    "message.complained",
                                    "message.unsubscribed",
                                    "page.viewed",
                                    "custom",
                                ],
                            )
                        ),
                        name="chain_trigger_event_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trigger_every__in", ["day", "week", "month", "year"])),
                        name="chain_trigger_every_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trigger_weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])),
                        name="chain_trigger_weekdays_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trigger_clock__in", ["customer", "shop"])),
                        name="chain_trigger_clock_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["draft", "live", "paused", "archived"])),
                        name="chain_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("goal__in", ["", "ordered", "rule"])), name="chain_goal_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("re_entry__in", ["once", "per_order", "after_days"])),
                        name="chain_re_entry_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("surge_span__in", ["hour", "day"])), name="chain_surge_span_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(help_text="Only staff see it.", max_length=200, unique=True, verbose_name="name"),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "Service"), ("marketing", "Marketing")],
                        default="service",
                        help_text="Service is about the customer's own order. Everything that invites to buy is marketing.",
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no topic"),
                            ("recipes", "recipes and ideas"),
                            ("tips", "care and tips"),
                            ("offers", "offers and news"),
                        ],
                        default="",
                        help_text="Marketing on a topic the customer has muted is not sent.",
                        max_length=16,
                        verbose_name="topic",
                    ),
                ),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50),
                        blank=True,
                        default=list,
                        help_text="Segments can ask who opened letters with a tag. Separate tags by commas.",
                        size=None,
                        verbose_name="tags",
                    ),
                ),
                ("ready_key", models.CharField(blank=True, editable=False, max_length=100, null=True, unique=True)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "template",
                "verbose_name_plural": "templates",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="template_name_not_empty"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["service", "marketing"])),
                        name="messagetemplate_purpose_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("topic__in", ["", "recipes", "tips", "offers"])),
                        name="messagetemplate_topic_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "wait",
                    models.CharField(
                        choices=[
                            ("time", "for a time"),
                            ("event", "until something happens, or the time is up"),
                            ("offset", "until a moment before or after a date"),
                            ("hour", "until an hour or weekday"),
                            ("date", "until a date"),
                            ("monthday", "until a day of the month"),
                        ],
                        default="time",
                        max_length=16,
                        verbose_name="waits",
                    ),
                ),
                (
                    "wait_amount",
                    models.SmallIntegerField(
                        default=1,
                        help_text="For an event: at most. Before or after a date: below zero is before it.",
                        validators=[
                            django.core.validators.MinValueValidator(-3650),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="how long",
                    ),
                ),
                (
                    "wait_unit",
                    models.CharField(
                        choices=[("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("weeks", "weeks")],
                        default="days",
                        max_length=8,
                        verbose_name="unit",
                    ),
                ),
                (
                    "wait_from",
                    models.CharField(
                        choices=[
                            ("arrival", "coming to this step"),
                            ("trigger", "the start of the chain"),
                            ("placed", "the order"),
                            ("payment_due", "the day the payment is due"),
                            ("paid", "the payment"),
                            ("shipped", "the shipping"),
                            ("delivered", "the delivery"),
                            ("promised", "the promised date"),
                            ("appointment", "the appointment"),
                            ("warranty_end", "the end of the warranty"),
                            ("repurchase", "the time to buy again"),
                            ("birthday", "the birthday"),
                            ("attribute", "a date of the customer"),
                        ],
                        default="trigger",
                        max_length=16,
                        verbose_name="counted from",
                    ),
                ),
                (
                    "wait_attribute",
                    models.CharField(
                        blank=True,
                        help_text="As your shop sends it: departure_on.",
                        max_length=100,
                        verbose_name="attribute with the date",
                    ),
                ),
                (
                    "if_unknown",
                    models.CharField(
                        choices=[
                            ("wait", "wait until it is known"),
                            ("go_on", "go on at once"),
                            ("leave", "leave the chain"),
                        ],
                        default="wait",
                        max_length=8,
                        verbose_name="when that date is not known",
                    ),
                ),
                (
                    "wait_hour",
                    models.PositiveSmallIntegerField(
                        default=10,
                        help_text="Of the customer's day.",
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="hour",
                    ),
                ),
                (
                    "wait_weekdays",
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
                        verbose_name="only on",
                    ),
                ),
                ("wait_on", models.DateField(blank=True, null=True, verbose_name="date")),
                (
                    "wait_month_day",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="31 is the last day of a shorter month.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(31),
                        ],
                        verbose_name="day of the month",
                    ),
                ),
                ("wait_event", models.CharField(blank=True, max_length=100, verbose_name="until")),
                (
                    "wait_custom_event",
                    models.CharField(
                        blank=True,
                        help_text="As your shop sends it.",
                        max_length=100,
                        verbose_name="name of the other event",
                    ),
                ),
                ("wait_rule", models.JSONField(blank=True, null=True, verbose_name="only when")),
                (
                    "wait_this_order",
                    models.BooleanField(default=False, verbose_name="only about the order of the chain"),
                ),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("add_tag", "add a tag"),
                            ("remove_tag", "take a tag away"),
                            ("attribute", "set an attribute"),
                            ("points", "give points"),
                            ("coupon", "issue a coupon"),
                        ],
                        default="add_tag",
                        max_length=16,
                        verbose_name="what changes",
                    ),
                ),
                ("tag", models.CharField(blank=True, max_length=100, verbose_name="tag")),
                ("attribute", models.CharField(blank=True, max_length=100, verbose_name="attribute")),
                ("attribute_value", models.CharField(blank=True, max_length=300, verbose_name="value")),
                (
                    "points",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(10000000),
                        ],
                        verbose_name="points",
                    ),
                ),
                (
                    "points_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: never.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="they expire after, days",
                    ),
                ),
                (
                    "coupon_kind",
                    models.CharField(
                        choices=[
                            ("percent", "percent off"),
                            ("amount", "amount off"),
                            ("free_delivery", "free delivery"),
                            ("points", "points"),
                            ("gift", "gift"),
                        ],
                        default="percent",
                        max_length=16,
                        verbose_name="a coupon for",
                    ),
                ),
                (
                    "coupon_value",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=12,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(Decimal("0.01"))],
                        verbose_name="percent, amount or points",
                    ),
                ),
                ("coupon_gift", models.CharField(blank=True, max_length=200, verbose_name="gift")),
                (
                    "coupon_category",
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
                    "coupon_product",
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
                    "coupon_minimum",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="from an order of",
                    ),
                ),
                (
                    "coupon_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Counted from the day its message is sent. Empty: no end.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                        verbose_name="term, days",
                    ),
                ),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("key", models.CharField(default=chains.models.branch_arm.new_step_key, editable=False, max_length=32)),
                ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("message", "message"),
                            ("wait", "wait"),
                            ("branch", "branch"),
                            ("split", "random split"),
                            ("staff_task", "staff task"),
                            ("change", "change of the customer"),
                            ("leave", "end of the way"),
                        ],
                        default="message",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "Service"), ("marketing", "Marketing")],
                        default="service",
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="chains.messagetemplate",
                        verbose_name="template",
                    ),
                ),
                (
                    "channels",
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
                        default=list,
                        help_text="Empty: in the shop's order, as far as the template has a text for them.",
                        size=None,
                        verbose_name="channels, the preferred first",
                    ),
                ),
                (
                    "at_hour",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Of the customer's day. Empty: as soon as it is its turn.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="exactly at the hour",
                    ),
                ),
                (
                    "late_after_hours",
                    models.PositiveSmallIntegerField(
                        default=72,
                        help_text="A message that could not go out by then is dropped.",
                        validators=[django.core.validators.MinValueValidator(1)],
                        verbose_name="useless after, hours",
                    ),
                ),
                ("script", models.TextField(blank=True, verbose_name="what to do or say")),
                ("due_days", models.PositiveSmallIntegerField(default=1, verbose_name="to be done within, days")),
                (
                    "owner_group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="auth.group",
                        verbose_name="who does it",
                    ),
                ),
            ],
            options={
                "verbose_name": "step",
                "verbose_name_plural": "steps",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "key"), name="step_key_unique_in_chain"),
                    models.CheckConstraint(
                        condition=models.Q(("wait__in", ["time", "event", "offset", "hour", "date", "monthday"])),
                        name="step_wait_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wait_unit__in", ["minutes", "hours", "days", "weeks"])),
                        name="step_wait_unit_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "wait_from__in",
                                [
                                    "arrival",
                                    "trigger",
                                    "placed",
                                    "payment_due",
                                    "paid",
                                    "shipped",
                                    "delivered",
                                    "promised",
                                    "appointment",
                                    "warranty_end",
                                    "repurchase",
                                    "birthday",
                                    "attribute",
                                ],
                            )
                        ),
                        name="step_wait_from_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("if_unknown__in", ["wait", "go_on", "leave"])), name="step_if_unknown_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wait_weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])),
                        name="step_wait_weekdays_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["add_tag", "remove_tag", "attribute", "points", "coupon"])),
                        name="step_change_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("coupon_kind__in", ["percent", "amount", "free_delivery", "points", "gift"])
                        ),
                        name="step_coupon_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["message", "wait", "branch", "split", "staff_task", "change", "leave"])
                        ),
                        name="step_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["service", "marketing"])), name="step_purpose_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channels__contained_by", ["email", "sms", "telegram", "push"])),
                        name="step_channels_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BranchArm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arms",
                        to="chains.step",
                        verbose_name="step",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="position")),
                ("key", models.CharField(default=chains.models.branch_arm.new_step_key, editable=False, max_length=32)),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("rule", models.JSONField(blank=True, null=True, verbose_name="for whom")),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Two arms of weights 1 and 3 get a quarter and three quarters.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                        verbose_name="weight",
                    ),
                ),
            ],
            options={
                "verbose_name": "arm of a step",
                "verbose_name_plural": "arms of a step",
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("step", "key"), name="step_arm_key_unique"),
                    models.CheckConstraint(condition=models.Q(("weight__gte", 1)), name="step_arm_weight_positive"),
                ],
            },
        ),
        migrations.AddField(
            model_name="step",
            name="arm",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: in the chain itself.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="steps",
                to="chains.brancharm",
                verbose_name="lies in",
            ),
        ),
        migrations.CreateModel(
            name="ChainVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("program", models.JSONField(verbose_name="program")),
                ("published_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="published at")),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="published by",
                    ),
                ),
                (
                    "moves_to",
                    models.ForeignKey(
                        blank=True,
                        help_text="Those under way in this version are moved there. Empty: they finish this one.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="chains.chainversion",
                        verbose_name="goes on in",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a chain",
                "verbose_name_plural": "versions of a chain",
                "ordering": [models.OrderBy(models.F("number"), descending=True)],
                "constraints": [models.UniqueConstraint(fields=("chain", "number"), name="chain_version_unique")],
            },
        ),
        migrations.AddField(
            model_name="chain",
            name="version",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="chains.chainversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="chain",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "archived"]),
                    models.Q(("version__isnull", False), ("watermark_at__isnull", False)),
                    _connector="OR",
                ),
                name="chain_live_is_published",
            ),
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolments",
                        to="chains.chainversion",
                        verbose_name="version",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enrolments",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.event",
                        verbose_name="event",
                    ),
                ),
                (
                    "entry_key",
                    models.CharField(
                        blank=True, help_text="What makes this entry unique for the customer.", max_length=64
                    ),
                ),
                (
                    "triggered_at",
                    models.DateTimeField(
                        help_text="When what started the chain happened.", verbose_name="triggered at"
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="When the customer was let in later than it happened: the steps count from then.",
                        null=True,
                        verbose_name="let in at",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "under way"), ("finished", "finished"), ("left", "left")],
                        default="active",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not ended"),
                            ("last_step", "after the last step"),
                            ("goal", "the goal was reached"),
                            ("rule", "the rule that ends the chain held"),
                            ("cancelled", "the order was cancelled"),
                            ("returned", "the order was returned"),
                            ("replied", "the customer replied"),
                            ("merged", "merged with a customer who is in the chain"),
                            ("erased", "the customer was erased"),
                            ("archived", "the chain was archived"),
                            ("by_hand", "taken out by staff"),
                            ("leave_step", "the way ended there"),
                            ("unknown_date", "a date it counts from is not known"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="ended because",
                    ),
                ),
                (
                    "step_key",
                    models.CharField(
                        blank=True,
                        help_text="Key of the step it stands at; empty at the end.",
                        max_length=32,
                        verbose_name="stands at step",
                    ),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(
                        help_text="When it was due to arrive there, so that a wait counts from the plan and not from a late pass."
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="goes on at")),
                (
                    "awaits",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "nothing"),
                            ("payment_due", "a day the payment is due"),
                            ("paid", "the payment"),
                            ("shipped", "the shipping"),
                            ("delivered", "the delivery"),
                            ("promised", "a promised date"),
                            ("appointment", "a date of the appointment"),
                            ("warranty_end", "a date when the warranty ends"),
                            ("repurchase", "a date to buy again"),
                            ("birthday", "a birth date"),
                            ("attribute", "a date of the customer"),
                            ("event", "something to happen"),
                            ("resume", "the chain to be resumed"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="waits for",
                    ),
                ),
                (
                    "is_control",
                    models.BooleanField(
                        default=False,
                        help_text="Gets the service messages and none of the marketing.",
                        verbose_name="in the control group",
                    ),
                ),
                (
                    "awaited_event",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Kind of the event that may end the wait it stands at.",
                        max_length=100,
                    ),
                ),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered at")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "enrolment",
                "verbose_name_plural": "enrolments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "active")), fields=["due_at", "id"], name="enrolment_due"
                    ),
                    models.Index(
                        condition=models.Q(("order__isnull", False)), fields=["order"], name="enrolment_by_order"
                    ),
                    models.Index(
                        condition=models.Q(("status", "active"), models.Q(("awaited_event", ""), _negated=True)),
                        fields=["customer"],
                        name="enrolment_by_awaited",
                    ),
                    models.Index(
                        condition=models.Q(("event__isnull", False)), fields=["event"], name="enrolment_by_event"
                    ),
                    models.Index(
                        condition=models.Q(("status", "active")), fields=["version"], name="enrolment_active_by_version"
                    ),
                    models.Index(fields=["chain", "status", "awaits"], name="enrolment_by_chain"),
                    models.Index(fields=["-entered_at"], name="enrolment_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "chain", "entry_key"), name="enrolment_entered_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "active"), _negated=True),
                            ("due_at__isnull", False),
                            models.Q(("awaits", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="enrolment_active_has_a_next_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ending", ""), ("status", "active")),
                            models.Q(
                                models.Q(("status", "active"), _negated=True),
                                ("awaits", ""),
                                ("due_at", None),
                                ("ended_at__isnull", False),
                                models.Q(("ending", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="enrolment_ended_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "finished", "left"])),
                        name="enrolment_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ending__in",
                                [
                                    "",
                                    "last_step",
                                    "goal",
                                    "rule",
                                    "cancelled",
                                    "returned",
                                    "replied",
                                    "merged",
                                    "erased",
                                    "archived",
                                    "by_hand",
                                    "leave_step",
                                    "unknown_date",
                                ],
                            )
                        ),
                        name="enrolment_ending_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "awaits__in",
                                [
                                    "",
                                    "payment_due",
                                    "paid",
                                    "shipped",
                                    "delivered",
                                    "promised",
                                    "appointment",
                                    "warranty_end",
                                    "repurchase",
                                    "birthday",
                                    "attribute",
                                    "event",
                                    "resume",
                                ],
                            )
                        ),
                        name="enrolment_awaits_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Touch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="chains.enrolment",
                        verbose_name="enrolment",
                    ),
                ),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="touches",
                        to="crm.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "coupon",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="touches",
                        to="crm.coupon",
                        verbose_name="coupon",
                    ),
                ),
                ("step_key", models.CharField(editable=False, max_length=32)),
                ("step_name", models.CharField(blank=True, max_length=200, verbose_name="step")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("sms", "SMS (phone)"),
                            ("telegram", "Telegram"),
                            ("push", "Push"),
                            ("staff_task", "staff task"),
                        ],
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("service", "Service"), ("marketing", "Marketing")],
                        max_length=16,
                        verbose_name="purpose",
                    ),
                ),
                ("topic", models.CharField(blank=True, max_length=50, verbose_name="topic")),
                (
                    "subject",
                    models.CharField(blank=True, help_text="As it was sent.", max_length=500, verbose_name="subject"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("scheduled", "waiting"),
                            ("claimed", "about to be sent"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("skipped", "not sent"),
                            ("missed", "too late"),
                            ("control", "held back for comparison"),
                            ("unknown", "uncertain"),
                        ],
                        default="scheduled",
                        max_length=16,
                        verbose_name="status",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no reason"),
                            ("chain_paused", "the chain is paused"),
                            ("pause_dropped", "it fell due while the chain was paused"),
                            ("chain_archived", "the chain is archived"),
                            ("left", "the customer left the chain"),
                            ("goal", "the goal was reached"),
                            ("exit_rule", "the rule that ends the chain holds"),
                            ("order_cancelled", "the order was cancelled"),
                            ("order_returned", "the order was returned"),
                            ("replied", "the customer replied"),
                            ("erased", "the customer was erased"),
                            ("complaint", "an open complaint"),
                            ("mood", "a bad mood was noted"),
                            ("not_delivered", "the order has not arrived"),
                            ("service_first", "no service message for the order yet"),
                            ("weekly_cap", "enough messages this week"),
                            ("just_delivered", "the order has only just arrived"),
                            ("no_address", "no address"),
                            ("bad_address", "the address does not work"),
                            ("no_consent", "no consent"),
                            ("spam_stop", "marketing letters are stopped: too many spam reports"),
                            ("opted_out", "the customer unsubscribed"),
                            ("topic_muted", "the customer does not want this topic"),
                            ("quiet_hours", "quiet hours"),
                            ("channel_down", "the channel is down"),
                            ("rate_limit", "as many messages as the channel takes at once"),
                            ("too_late", "too late to be useful"),
                            ("temporary", "a temporary failure"),
                            ("gave_up", "failed too many times"),
                            ("rejected", "refused by the mail server"),
                            ("template", "the text could not be made"),
                            ("no_channel", "the channel is not set up"),
                            ("interrupted", "sending was interrupted"),
                            ("coupon", "no coupon to show was issued"),
                            ("control", "in the control group"),
                        ],
                        default="",
                        max_length=16,
                        verbose_name="why",
                    ),
                ),
                ("facts", models.JSONField(blank=True, default=dict, verbose_name="facts")),
                ("due_at", models.DateTimeField(verbose_name="due at")),
                ("useful_until", models.DateTimeField(verbose_name="useful until")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("lease_until", models.DateTimeField(editable=False, null=True)),
                (
                    "token",
                    models.CharField(default=chains.models.touch.new_token, editable=False, max_length=32, unique=True),
                ),
                ("links", models.JSONField(blank=True, default=list, verbose_name="links")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="opened at")),
                ("clicked_at", models.DateTimeField(blank=True, null=True, verbose_name="clicked at")),
                ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="delivered at")),
                ("bounced_at", models.DateTimeField(blank=True, null=True, verbose_name="came back at")),
                ("replied_at", models.DateTimeField(blank=True, null=True, verbose_name="replied to at")),
                ("complained_at", models.DateTimeField(blank=True, null=True, verbose_name="reported as spam at")),
                ("unsubscribed_at", models.DateTimeField(blank=True, null=True, verbose_name="unsubscribed at")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "touch",
                "verbose_name_plural": "touches",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "scheduled")),
                        fields=["purpose", "due_at", "id"],
                        name="touch_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "scheduled")),
                        fields=["customer", "due_at"],
                        name="touch_due_of_customer",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["claimed", "sending", "unknown", "sent"])),
                        fields=["customer", "sent_at"],
                        name="touch_counted",
                    ),
                    models.Index(
                        condition=models.Q(("status__in", ["claimed", "sending"])),
                        fields=["lease_until"],
                        name="touch_leased",
                    ),
                    models.Index(condition=models.Q(("order__isnull", False)), fields=["order"], name="touch_by_order"),
                    models.Index(
                        condition=models.Q(("contact__isnull", False)), fields=["contact"], name="touch_by_contact"
                    ),
                    models.Index(
                        condition=models.Q(("coupon__isnull", False)), fields=["coupon"], name="touch_by_coupon"
                    ),
                    models.Index(fields=["customer", "-created_at"], name="touch_story"),
                    models.Index(fields=["chain", "step_key", "status", "reason"], name="touch_by_chain"),
                    models.Index(fields=["-created_at"], name="touch_newest"),
                    models.Index(
                        condition=models.Q(("complained_at__isnull", False)),
                        fields=["sent_at"],
                        name="touch_complained",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "step_key"), name="touch_once_per_step"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("lease__isnull", False),
                                ("lease_until__isnull", False),
                                ("status__in", ["claimed", "sending"]),
                            ),
                            models.Q(
                                models.Q(("status__in", ["claimed", "sending"]), _negated=True),
                                ("lease", None),
                                ("lease_until", None),
                            ),
                            _connector="OR",
                        ),
                        name="touch_leased_while_sending",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="touch_sent_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push", "staff_task"])),
                        name="touch_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["service", "marketing"])), name="touch_purpose_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                [
                                    "scheduled",
                                    "claimed",
                                    "sending",
                                    "sent",
                                    "failed",
                                    "skipped",
                                    "missed",
                                    "control",
                                    "unknown",
                                ],
                            )
                        ),
                        name="touch_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                [
                                    "",
                                    "chain_paused",
                                    "pause_dropped",
                                    "chain_archived",
                                    "left",
                                    "goal",
                                    "exit_rule",
                                    "order_cancelled",
                                    "order_returned",
                                    "replied",
                                    "erased",
                                    "complaint",
                                    "mood",
                                    "not_delivered",
                                    "service_first",
                                    "weekly_cap",
                                    "just_delivered",
                                    "no_address",
                                    "bad_address",
                                    "no_consent",
                                    "spam_stop",
                                    "opted_out",
                                    "topic_muted",
                                    "quiet_hours",
                                    "channel_down",
                                    "rate_limit",
                                    "too_late",
                                    "temporary",
                                    "gave_up",
                                    "rejected",
                                    "template",
                                    "no_channel",
                                    "interrupted",
                                    "coupon",
                                    "control",
                                ],
                            )
                        ),
                        name="touch_reason_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelState",
            fields=[
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("sms", "SMS (phone)"),
                            ("telegram", "Telegram"),
                            ("push", "Push"),
                            ("staff_task", "staff task"),
                        ],
                        max_length=16,
                        primary_key=True,
                        serialize=False,
                        verbose_name="channel",
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="failures one after another")),
                ("openings", models.PositiveIntegerField(default=0, verbose_name="how often it was still down")),
                ("opened_at", models.DateTimeField(null=True, verbose_name="down since")),
                ("resumes_at", models.DateTimeField(null=True, verbose_name="nothing goes before")),
                ("last_error", models.CharField(blank=True, max_length=300, verbose_name="last error")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="last error at")),
                ("tokens", models.FloatField(default=0, verbose_name="messages that may go at once")),
                ("refilled_at", models.DateTimeField(null=True, verbose_name="counted at")),
            ],
            options={
                "verbose_name": "state of a channel",
                "verbose_name_plural": "states of channels",
                "ordering": ["channel"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("opened_at", None), ("resumes_at__isnull", False), _connector="OR"),
                        name="channel_down_says_until_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push", "staff_task"])),
                        name="channelstate_channel_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entrants",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "event",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.event",
                        verbose_name="event",
                    ),
                ),
                ("entry_key", models.CharField(blank=True, max_length=64)),
                ("triggered_at", models.DateTimeField(verbose_name="triggered at")),
                (
                    "enters_at",
                    models.DateTimeField(
                        help_text="Empty: until somebody decides.", null=True, verbose_name="enters at"
                    ),
                ),
                (
                    "is_let_in",
                    models.BooleanField(
                        default=False, help_text="Staff decided so: the surge limit does not count them."
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "customer waiting to enter",
                "verbose_name_plural": "customers waiting to enter",
                "indexes": [
                    models.Index(fields=["chain", "enters_at", "id"], name="entrant_by_chain"),
                    models.Index(
                        condition=models.Q(("order__isnull", False)), fields=["order"], name="entrant_by_order"
                    ),
                    models.Index(
                        condition=models.Q(("event__isnull", False)), fields=["event"], name="entrant_by_event"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "chain", "entry_key"), name="entrant_waits_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Backlog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="backlog",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                ("since_at", models.DateTimeField(help_text="Nothing before it is looked at.")),
                (
                    "until_at",
                    models.DateTimeField(help_text="What happened after it has been found, or was not asked for."),
                ),
                ("enters_from_at", models.DateTimeField()),
                ("spread_days", models.PositiveSmallIntegerField(default=0, help_text="0: all at once.")),
            ],
            options={
                "verbose_name": "backlog of a chain",
                "verbose_name_plural": "backlogs of chains",
            },
        ),
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shop",
                    models.ForeignKey(
                        default=1,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="quiet_hours",
                        to="crm.shop",
                        verbose_name="shop",
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
                        unique=True,
                        verbose_name="channel",
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
            ],
            options={
                "verbose_name": "quiet hours of a channel",
                "verbose_name_plural": "quiet hours of single channels",
                "ordering": ["channel"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push"])),
                        name="quiethours_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("quiet_weekdays__contained_by", [0, 1, 2, 3, 4, 5, 6])),
                        name="quiethours_quiet_weekdays_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SegmentLimits",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shop",
                    models.ForeignKey(
                        default=1,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segment_limits",
                        to="crm.shop",
                        verbose_name="shop",
                    ),
                ),
                (
                    "segment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="care",
                        to="segments.segment",
                        verbose_name="segment",
                    ),
                ),
                (
                    "weekly_cap",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        help_text="Empty: as everybody. 0: no marketing.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(50)],
                        verbose_name="touches a week",
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
                        help_text="Empty: as everybody.",
                        max_length=16,
                        verbose_name="channel tried first",
                    ),
                ),
            ],
            options={
                "verbose_name": "care for a segment",
                "verbose_name_plural": "segments with numbers of their own",
                "ordering": ["segment__name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("weekly_cap__isnull", False), models.Q(("channel", ""), _negated=True), _connector="OR"
                        ),
                        name="segment_limits_says_something",
                        violation_error_message="Say how many touches a week, or which channel is tried first.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["", "email", "sms", "telegram", "push"])),
                        name="segmentlimits_channel_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IncomingMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(editable=False, help_text="Message-ID, or a digest.", max_length=500, unique=True),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("reply", "reply"),
                            ("stop", "asks for no more letters"),
                            ("stranger", "from nobody known"),
                            ("automatic", "automatic answer"),
                            ("report", "delivery or spam report"),
                            ("own", "our own letter"),
                            ("flood", "too many from one sender"),
                            ("unreadable", "could not be read"),
                        ],
                        max_length=16,
                        verbose_name="what it is",
                    ),
                ),
                ("sender", models.CharField(blank=True, max_length=320, verbose_name="from")),
                ("subject", models.CharField(blank=True, max_length=500, verbose_name="subject")),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "touch",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="chains.touch",
                        verbose_name="answers",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.casemessage",
                        verbose_name="kept with the case as",
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=500, verbose_name="detail")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
            ],
            options={
                "verbose_name": "letter received",
                "verbose_name_plural": "letters received",
                "ordering": ["-received_at", "-pk"],
                "indexes": [
                    models.Index(fields=["-received_at"], name="incoming_newest"),
                    models.Index(fields=["sender", "-received_at"], name="incoming_by_sender"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                ["reply", "stop", "stranger", "automatic", "report", "own", "flood", "unreadable"],
                            )
                        ),
                        name="incomingmail_kind_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="mailbox")),
                ("uid_validity", models.BigIntegerField(null=True)),
                ("last_uid", models.BigIntegerField(default=0)),
                ("lease", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True, verbose_name="last read at")),
                ("error", models.CharField(blank=True, max_length=300, verbose_name="what went wrong")),
                ("failing_since", models.DateTimeField(null=True, verbose_name="failing since")),
            ],
            options={
                "verbose_name": "mailbox",
                "verbose_name_plural": "mailboxes",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lease", None), ("lease_until", None)),
                            models.Q(("lease__isnull", False), ("lease_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="mailbox_leased_until",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sent_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("clicked_at", models.DateTimeField(null=True)),
                ("replied_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "chains_letter",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Passage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "enrolment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passages",
                        to="chains.enrolment",
                        verbose_name="enrolment",
                    ),
                ),
                ("step_key", models.CharField(max_length=32, verbose_name="step")),
                ("arm_key", models.CharField(blank=True, max_length=32, verbose_name="arm")),
                (
                    "event",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.event",
                        verbose_name="event that ended the wait",
                    ),
                ),
                ("passed_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "passage of a step",
                "verbose_name_plural": "passages of steps",
                "constraints": [models.UniqueConstraint(fields=("enrolment", "step_key"), name="passage_once")],
            },
        ),
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pauses",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                ("paused_at", models.DateTimeField(verbose_name="paused at")),
                (
                    "paused_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="paused by",
                    ),
                ),
                ("resumed_at", models.DateTimeField(null=True, verbose_name="resumed at")),
                (
                    "resumed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="resumed by",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not decided yet"),
                            ("send", "send it now"),
                            ("drop", "drop it"),
                            ("shift", "put it off by the time of the pause"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="what fell due meanwhile",
                    ),
                ),
            ],
            options={
                "verbose_name": "pause of a chain",
                "verbose_name_plural": "pauses of a chain",
                "ordering": [models.OrderBy(models.F("paused_at"), descending=True)],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("resumed_at", None)), fields=("chain",), name="pause_open_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decision", ""), ("resumed_at", None)),
                            models.Q(("decision__in", ["send", "drop", "shift"]), ("resumed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="pause_ended_is_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["", "send", "drop", "shift"])), name="pause_decision_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PushKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("private_key", models.TextField(editable=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "key for push",
                "verbose_name_plural": "keys for push",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="push_key_is_one")],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                ("key", models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
                ("endpoint", models.TextField()),
                ("p256dh", models.CharField(max_length=100)),
                ("auth", models.CharField(max_length=50)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "push subscription",
                "verbose_name_plural": "push subscriptions",
            },
        ),
        migrations.CreateModel(
            name="Rehearsal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rehearsals",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                ("first_on", models.DateField(verbose_name="from")),
                ("last_on", models.DateField(verbose_name="to")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting for its turn"),
                            ("running", "running"),
                            ("done", "done"),
                            ("stopped", "stopped"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("share", models.FloatField(default=0, verbose_name="how far")),
                ("result", models.JSONField(null=True, verbose_name="result")),
                ("trouble", models.TextField(blank=True, verbose_name="why it failed")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked at")),
                ("heard_at", models.DateTimeField(null=True, verbose_name="last heard of")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "rehearsal",
                "verbose_name_plural": "rehearsals",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="rehearsal_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True), ("result__isnull", False), _connector="OR"
                        ),
                        name="rehearsal_done_tells",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=("chain",),
                        name="rehearsal_one_at_a_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")), fields=("status",), name="rehearsal_runs_alone"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "running", "done", "stopped", "failed"])),
                        name="rehearsal_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reputation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "delivered_week",
                    models.PositiveIntegerField(default=0, verbose_name="marketing letters delivered in 7 days"),
                ),
                ("reported_week", models.PositiveIntegerField(default=0, verbose_name="of them reported as spam")),
                (
                    "delivered_month",
                    models.PositiveIntegerField(default=0, verbose_name="marketing letters delivered in 30 days"),
                ),
                ("reported_month", models.PositiveIntegerField(default=0, verbose_name="of them reported as spam")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="counted at")),
                ("stopped_at", models.DateTimeField(null=True, verbose_name="stopped at")),
                (
                    "allowed_at",
                    models.DateTimeField(
                        help_text="Reports on letters sent before count no more.",
                        null=True,
                        verbose_name="allowed again at",
                    ),
                ),
                (
                    "allowed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="allowed by",
                    ),
                ),
            ],
            options={
                "verbose_name": "reputation of the sender",
                "verbose_name_plural": "reputation of the sender",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="reputation_is_one")],
            },
        ),
        migrations.CreateModel(
            name="StaffTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "touch",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="staff_task",
                        to="chains.touch",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="staff_tasks",
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
                        related_name="staff_tasks",
                        to="crm.order",
                        verbose_name="order",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="what to do")),
                ("script", models.TextField(blank=True, verbose_name="what to do or say")),
                (
                    "owner_group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="auth.group",
                        verbose_name="who does it",
                    ),
                ),
                ("due_at", models.DateTimeField(verbose_name="to be done by")),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "to do"), ("done", "done"), ("dropped", "not needed")],
                        default="open",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("outcome", models.TextField(blank=True, verbose_name="outcome")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="done by",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "staff task",
                "verbose_name_plural": "staff tasks",
                "ordering": ["due_at"],
                "indexes": [
                    models.Index(condition=models.Q(("status", "open")), fields=["due_at"], name="staff_task_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at", None), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("done_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="staff_task_done_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["open", "done", "dropped"])), name="stafftask_status_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="texts",
                        to="chains.messagetemplate",
                        verbose_name="template",
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
                        default="email",
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                ("language", models.CharField(max_length=8, verbose_name="language")),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="subject")),
                (
                    "preheader",
                    models.CharField(
                        blank=True,
                        help_text="The line shown after the subject in the inbox.",
                        max_length=300,
                        verbose_name="preheader",
                    ),
                ),
                (
                    "body",
                    models.TextField(
                        help_text="Plain paragraphs with an empty line between them. **Bold**, [a link](https://…) and lists starting with - work.",
                        verbose_name="text",
                    ),
                ),
                ("cta_label", models.CharField(blank=True, max_length=100, verbose_name="words on the button")),
                ("cta_url", models.CharField(blank=True, max_length=1000, verbose_name="where the button leads")),
                (
                    "picture_url",
                    models.CharField(
                        blank=True,
                        help_text="{{ product.picture_url }} shows what was bought.",
                        max_length=1000,
                        verbose_name="picture link",
                    ),
                ),
            ],
            options={
                "verbose_name": "template text",
                "verbose_name_plural": "template texts",
                "ordering": ["template", "channel", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("template", "channel", "language"), name="template_text_once_per_channel_and_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "push"]), ("subject", ""), _negated=True),
                        name="template_text_has_subject",
                        violation_error_message="A letter needs a subject, and a push a title.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cta_label", ""), ("cta_url", "")),
                            models.Q(
                                models.Q(("cta_label", ""), _negated=True), models.Q(("cta_url", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="template_text_button_has_words_and_link",
                        violation_error_message="A button needs both its words and where it leads.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push"])),
                        name="templatetext_channel_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TestOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "chain",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="test_orders",
                        to="chains.chain",
                        verbose_name="chain",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                ("address", models.EmailField(max_length=254, verbose_name="goes to")),
                ("language", models.CharField(max_length=8, verbose_name="language")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="crm.customer",
                        verbose_name="as the customer",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "under way"), ("done", "done"), ("stopped", "stopped")],
                        default="running",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked at")),
            ],
            options={
                "verbose_name": "test order",
                "verbose_name_plural": "test orders",
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "running")),
                        fields=("chain", "asked_by"),
                        name="test_order_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["running", "done", "stopped"])),
                        name="testorder_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TestOrderMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "test_order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="chains.testorder",
                        verbose_name="test order",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(verbose_name="position")),
                ("number", models.CharField(max_length=64, verbose_name="step")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("email", "Email"),
                            ("sms", "SMS (phone)"),
                            ("telegram", "Telegram"),
                            ("push", "Push"),
                            ("staff_task", "staff task"),
                        ],
                        max_length=16,
                        verbose_name="channel",
                    ),
                ),
                ("purpose", models.CharField(max_length=16, verbose_name="purpose")),
                (
                    "day",
                    models.PositiveIntegerField(help_text="Days after the start of the chain.", verbose_name="day"),
                ),
                ("at", models.TimeField(help_text="Of the shop's day.", verbose_name="at")),
                ("way", models.CharField(blank=True, max_length=500, verbose_name="only on the way")),
                ("text", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                ("trouble", models.CharField(blank=True, max_length=300, verbose_name="why it failed")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent at")),
            ],
            options={
                "verbose_name": "message of a test order",
                "verbose_name_plural": "messages of test orders",
                "ordering": ["position"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "waiting")), fields=["due_at"], name="test_order_message_due"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("test_order", "position"), name="test_order_message_position_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["email", "sms", "telegram", "push", "staff_task"])),
                        name="testordermessage_channel_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "sending", "sent", "failed"])),
                        name="testordermessage_status_known",
                    ),
                ],
            },
        ),
    ]
