"""Experiments on message steps, the variant each touch had, and messages for one day of the week."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0014_health_overrides"),
        ("crm", "0026_answers_chosen"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ControlOutcome",
            fields=[
                (
                    "chain",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="control_outcome",
                        serialize=False,
                        to="chains.chain",
                    ),
                ),
                ("figures", models.JSONField(default=dict, help_text="Outcomes of `treated` and `control`.")),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "outcome of a control group",
                "verbose_name_plural": "outcomes of control groups",
            },
        ),
        migrations.CreateModel(
            name="Experiment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step_key", models.CharField(editable=False, max_length=32)),
                ("step_name", models.CharField(blank=True, max_length=200, verbose_name="step")),
                (
                    "rest_step_key",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="The step that writes to the rest once it is judged.",
                        max_length=32,
                    ),
                ),
                (
                    "differs_in",
                    models.CharField(
                        choices=[
                            ("subject", "subject"),
                            ("preheader", "preheader"),
                            ("opening", "first words"),
                            ("button", "button"),
                            ("offer", "offer"),
                            ("length", "length"),
                            ("hour", "hour"),
                            ("weekday", "day of the week"),
                            ("channel", "channel"),
                        ],
                        max_length=16,
                        verbose_name="what differs",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "being prepared"),
                            ("running", "running"),
                            ("done", "judged"),
                            ("stopped", "stopped, no verdict"),
                        ],
                        default="planned",
                        max_length=8,
                        verbose_name="status",
                    ),
                ),
                (
                    "base_percent",
                    models.DecimalField(
                        decimal_places=2,
                        default=2,
                        help_text="Within the days below, with the message as it is.",
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.05")),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="orders expected from a hundred customers",
                    ),
                ),
                (
                    "smallest_lift",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="30 means: from 2 orders per hundred to 2.6. The smaller it is, the more people it takes.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(200),
                        ],
                        verbose_name="smallest gain worth finding, %",
                    ),
                ),
                (
                    "outcome_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="From the moment somebody comes to the step.",
                        validators=[
                            django.core.validators.MinValueValidator(3),
                            django.core.validators.MaxValueValidator(90),
                        ],
                        verbose_name="orders count for, days",
                    ),
                ),
                (
                    "planned_size",
                    models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="customers needed"),
                ),
                (
                    "content",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Digest of all that its variants said when it started.",
                        max_length=64,
                    ),
                ),
                (
                    "figures",
                    models.JSONField(default=dict, editable=False, help_text="Outcomes by variant when last counted."),
                ),
                ("figures_at", models.DateTimeField(editable=False, null=True, verbose_name="counted at")),
                ("adopted", models.CharField(blank=True, editable=False, max_length=1, verbose_name="adopted")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
                ("started_at", models.DateTimeField(editable=False, null=True, verbose_name="started at")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="ended at")),
            ],
            options={
                "verbose_name": "experiment",
                "verbose_name_plural": "experiments",
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ExperimentVariant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("letter", models.CharField(max_length=1)),
                (
                    "share",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(95),
                        ],
                        verbose_name="share, %",
                    ),
                ),
                (
                    "at_hour",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="hour",
                    ),
                ),
                (
                    "at_weekday",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(6)],
                        verbose_name="day of the week",
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
                        size=None,
                        verbose_name="channels, the preferred first",
                    ),
                ),
            ],
            options={
                "verbose_name": "variant",
                "verbose_name_plural": "variants",
                "ordering": ["letter"],
            },
        ),
        migrations.AddField(
            model_name="step",
            name="at_weekday",
            field=models.PositiveSmallIntegerField(
                blank=True,
                help_text="The next such day where the customer is. Empty: on any day.",
                null=True,
                validators=[django.core.validators.MaxValueValidator(6)],
                verbose_name="only on",
            ),
        ),
        migrations.AddField(
            model_name="touch",
            name="variant",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=16, verbose_name="variant"
            ),
        ),
        migrations.AddIndex(
            model_name="touch",
            index=models.Index(
                condition=models.Q(("variant", ""), _negated=True), fields=["variant"], name="touch_by_variant"
            ),
        ),
        migrations.AddField(
            model_name="experiment",
            name="chain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="experiments",
                to="chains.chain",
                verbose_name="chain",
            ),
        ),
        migrations.AddField(
            model_name="experiment",
            name="created_by",
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
            model_name="experimentvariant",
            name="experiment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="variants", to="chains.experiment"
            ),
        ),
        migrations.AddField(
            model_name="experimentvariant",
            name="template",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="variants",
                to="chains.messagetemplate",
                verbose_name="template",
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["planned", "running"])),
                fields=("chain", "step_key"),
                name="experiment_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("started_at", None), ("status", "planned")),
                    models.Q(
                        models.Q(("status", "planned"), _negated=True),
                        ("planned_size__isnull", False),
                        ("started_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="experiment_started_has_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("status__in", ["planned", "running"])),
                    models.Q(("ended_at__isnull", False), ("status__in", ["done", "stopped"])),
                    _connector="OR",
                ),
                name="experiment_ended_has_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "differs_in__in",
                        ["subject", "preheader", "opening", "button", "offer", "length", "hour", "weekday", "channel"],
                    )
                ),
                name="experiment_differs_in_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="experiment",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["planned", "running", "done", "stopped"])),
                name="experiment_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="experimentvariant",
            constraint=models.UniqueConstraint(fields=("experiment", "letter"), name="experiment_variant_unique"),
        ),
        migrations.AddConstraint(
            model_name="experimentvariant",
            constraint=models.CheckConstraint(
                condition=models.Q(("channels__contained_by", ["email", "sms", "telegram", "push"])),
                name="experimentvariant_channels_known",
            ),
        ),
    ]
