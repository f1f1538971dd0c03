"""What customers write about what they bought: reviews, their photos, and how the shop asks for them."""

import crm.models.review
import crm.models.review_settings
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0036_customer_pages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "not sent yet"),
                            ("waiting", "to be looked at"),
                            ("published", "published"),
                            ("refused", "turned down"),
                            ("private", "for the shop only"),
                            ("withdrawn", "withdrawn by the customer"),
                        ],
                        default="draft",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                ("stars", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="stars")),
                (
                    "answers",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="To the questions of the shop, with their words.",
                        verbose_name="answers",
                    ),
                ),
                ("text", models.TextField(blank=True, verbose_name="text")),
                (
                    "shown_as",
                    models.CharField(
                        choices=[("first_name", "first name"), ("initials", "initials"), ("anonymous", "no name")],
                        default="first_name",
                        max_length=10,
                        verbose_name="name shown",
                    ),
                ),
                ("may_publish", models.BooleanField(default=False, verbose_name="may be published")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("rewarded_points", models.PositiveIntegerField(default=0, verbose_name="points given for it")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="begun at")),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="changed at")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published at")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided at")),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("private_data", "private data of somebody"),
                            ("abuse", "insults or threats"),
                            ("fake", "not from a buyer"),
                            ("unrelated", "not about what was bought"),
                            ("confidential", "secrets of a business"),
                            ("misleading", "says what is provably untrue"),
                        ],
                        max_length=12,
                        verbose_name="why it was refused",
                    ),
                ),
                ("reply", models.TextField(blank=True, verbose_name="answer in public")),
                ("replied_at", models.DateTimeField(blank=True, null=True, verbose_name="answered at")),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "feedback",
                    models.OneToOneField(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="review",
                        to="crm.feedback",
                        verbose_name="the rating that it came of",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviews",
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
                        related_name="reviews",
                        to="crm.product",
                        verbose_name="product",
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="answered by",
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "verbose_name_plural": "reviews",
            },
        ),
        migrations.CreateModel(
            name="ReviewPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "token",
                    models.CharField(
                        default=crm.models.review.new_photo_token, editable=False, max_length=32, unique=True
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="Of the file that was uploaded.", max_length=200, verbose_name="name"),
                ),
                ("digest", models.CharField(editable=False, help_text="SHA-256 of the upload.", max_length=64)),
                ("content", models.BinaryField()),
                ("thumbnail", models.BinaryField()),
                ("width", models.PositiveIntegerField(verbose_name="width")),
                ("height", models.PositiveIntegerField(verbose_name="height")),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded at")),
                ("hidden_at", models.DateTimeField(blank=True, null=True, verbose_name="hidden at")),
                (
                    "hidden_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="hidden by",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="photos",
                        to="crm.review",
                        verbose_name="review",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo of a review",
                "verbose_name_plural": "photos of reviews",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="ReviewSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "questions",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="By language; a language without any asks Encore's own.",
                        verbose_name="questions",
                    ),
                ),
                (
                    "reward_points",
                    models.PositiveIntegerField(
                        default=200,
                        help_text="For any review of something bought, whatever its stars, once for each product. 0: none.",
                        validators=[django.core.validators.MaxValueValidator(100000)],
                        verbose_name="points for a review",
                    ),
                ),
                (
                    "shows_reward",
                    models.BooleanField(
                        default=True,
                        help_text="Many countries ask for it.",
                        verbose_name="say beside a review that it was rewarded",
                    ),
                ),
                (
                    "publish_after_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="Where nobody decided. 0: never; then somebody has to look at every review.",
                        validators=[django.core.validators.MaxValueValidator(365)],
                        verbose_name="published by itself after, days",
                    ),
                ),
                (
                    "directories",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="Offered to everybody who has sent a review, whatever its stars.",
                        verbose_name="other places for reviews",
                    ),
                ),
                (
                    "is_feed_open",
                    models.BooleanField(
                        default=True,
                        help_text="If not, the addresses below answer to nobody.",
                        verbose_name="reviews are shown on the shop's site",
                    ),
                ),
                (
                    "feed_key",
                    models.CharField(
                        default=crm.models.review_settings.new_feed_key, editable=False, max_length=32, unique=True
                    ),
                ),
            ],
            options={
                "verbose_name": "settings of reviews",
                "verbose_name_plural": "settings of reviews",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="review_settings_are_one")],
            },
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["customer", "-changed_at"], name="review_by_customer"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("status", "published")),
                fields=["product", "-published_at"],
                name="review_published_of",
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=models.Q(("status", "published")), fields=["-published_at"], name="review_published"
            ),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(fields=["-changed_at"], name="review_by_change"),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(condition=models.Q(("status", "waiting")), fields=["sent_at"], name="review_undecided"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("status", "withdrawn"), _negated=True), ("product__isnull", False)),
                fields=("customer", "product"),
                name="review_once_per_product",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("status", "withdrawn"), _negated=True), ("order__isnull", False), ("product", None)
                ),
                fields=("customer", "order"),
                name="review_once_per_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stars__range", (1, 5)),
                    models.Q(("stars", None), ("status__in", ["draft", "withdrawn"])),
                    _connector="OR",
                ),
                name="review_stars_in_scale",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("may_publish", True), ("published_at__isnull", False), ("status", "published")),
                    models.Q(models.Q(("status", "published"), _negated=True), ("published_at", None)),
                    _connector="OR",
                ),
                name="review_published_by_permission",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "refused"), models.Q(("refusal", ""), _negated=True)),
                    models.Q(models.Q(("status", "refused"), _negated=True), ("refusal", "")),
                    _connector="OR",
                ),
                name="review_refused_by_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("sent_at__isnull", False), ("status__in", ["draft", "withdrawn"]), _connector="OR"),
                name="review_was_sent",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["draft", "waiting", "published", "refused", "private", "withdrawn"])
                ),
                name="review_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("shown_as__in", ["first_name", "initials", "anonymous"])),
                name="review_shown_as_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refusal__in", ["", "private_data", "abuse", "fake", "unrelated", "confidential", "misleading"])
                ),
                name="review_refusal_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewphoto",
            constraint=models.UniqueConstraint(fields=("review", "digest"), name="review_photo_once"),
        ),
    ]
