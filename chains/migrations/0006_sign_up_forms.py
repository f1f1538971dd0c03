"""Sign-up forms of the shop's site, and who asked for letters there."""

import chains.models.sign_up
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0005_coupon_given_back"),
        ("crm", "0006_companies_and_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignUpForm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=chains.models.sign_up.new_form_key,
                        editable=False,
                        max_length=32,
                        unique=True,
                        verbose_name="key",
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="How staff call it.", max_length=100, unique=True, verbose_name="name"),
                ),
                (
                    "title",
                    models.CharField(
                        help_text="What stands above the form and in its letter.",
                        max_length=200,
                        verbose_name="heading",
                    ),
                ),
                (
                    "wording",
                    models.TextField(
                        help_text="What people agree to. It is kept with each consent as it stood when they were asked.",
                        max_length=2000,
                        verbose_name="wording of the consent",
                    ),
                ),
                ("asks_name", models.BooleanField(default=False, verbose_name="ask for the first name")),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        help_text="Without any, people agree to all of them.",
                        size=None,
                        verbose_name="topics to choose from",
                    ),
                ),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "landing_url",
                    models.URLField(
                        blank=True,
                        help_text="Empty: on a page of Encore's own.",
                        verbose_name="where people land after they confirmed",
                    ),
                ),
                (
                    "days_to_confirm",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Then the link of the letter stops working and what was typed is forgotten.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(60),
                        ],
                        verbose_name="days to confirm",
                    ),
                ),
                (
                    "is_open",
                    models.BooleanField(
                        default=True, help_text="A closed form takes no more sign-ups.", verbose_name="open"
                    ),
                ),
                (
                    "expired_count",
                    models.PositiveIntegerField(
                        db_default=0,
                        default=0,
                        editable=False,
                        help_text="Sign-ups that nobody confirmed in time, and are forgotten.",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "sign-up form",
                "verbose_name_plural": "sign-up forms",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("wording", ""), _negated=True)
                        ),
                        name="sign_up_form_has_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days_to_confirm__range", (1, 60))), name="sign_up_form_days_to_confirm"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SignUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(
                        default=chains.models.sign_up.new_confirmation_token, editable=False, max_length=64, unique=True
                    ),
                ),
                ("email", models.CharField(max_length=320, verbose_name="email")),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="topics",
                    ),
                ),
                ("wording", models.TextField(help_text="As it was shown.", verbose_name="wording of the consent")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("ip", models.GenericIPAddressField(blank=True, null=True, verbose_name="IP address")),
                ("user_agent", models.CharField(blank=True, max_length=200, verbose_name="browser")),
                ("page", models.CharField(blank=True, max_length=500, verbose_name="page")),
                ("letter_due_at", models.DateTimeField(blank=True, null=True, verbose_name="letter due")),
                ("letter_sent_at", models.DateTimeField(blank=True, null=True, verbose_name="letter sent")),
                ("letters_sent", models.PositiveSmallIntegerField(default=0, verbose_name="letters sent")),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, help_text="How often the letter that is due failed."),
                ),
                ("refusal", models.CharField(blank=True, max_length=300, verbose_name="why no letter went out")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmed at")),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_ups",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "form",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign_ups",
                        to="chains.signupform",
                        verbose_name="form",
                    ),
                ),
            ],
            options={
                "verbose_name": "sign-up",
                "verbose_name_plural": "sign-ups",
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed_at", None), ("letter_due_at__isnull", False)),
                        fields=["letter_due_at"],
                        name="sign_up_letter_due",
                    ),
                    models.Index(
                        condition=models.Q(("confirmed_at", None)), fields=["expires_at"], name="sign_up_expiring"
                    ),
                    models.Index(fields=["email"], name="sign_up_by_email"),
                    models.Index(fields=["ip", "asked_at"], name="sign_up_by_ip"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None)),
                        fields=("form", "email"),
                        name="sign_up_pending_once_in_form",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("customer", None)),
                            models.Q(("confirmed_at__isnull", False), ("customer__isnull", False)),
                            _connector="OR",
                        ),
                        name="sign_up_customer_when_confirmed",
                    ),
                ],
            },
        ),
    ]
