"""What colleagues write down about a customer, and what it said before."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0038_ratings_that_may_be_shown"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(max_length=5000, verbose_name="text")),
                ("pinned_at", models.DateTimeField(blank=True, null=True, verbose_name="pinned at")),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="written at")),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="changed at")),
                (
                    "earlier",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="What it said before: text, by whom it was changed, and when.",
                    ),
                ),
                ("key", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="written by",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="written_notes",
                        to="crm.customer",
                        verbose_name="customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "note about a customer",
                "verbose_name_plural": "notes about customers",
                "indexes": [models.Index(fields=["customer", "-written_at"], name="customer_note_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="customer_note_not_empty"
                    )
                ],
            },
        ),
    ]
