"""Letters with a link to a customer's own page or with a code; chains may start by what is done there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0026_sign_up_by_recommendation"),
        ("crm", "0036_customer_pages"),
        ("segments", "0002_watch_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PageLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("link", "a fresh link to their page"), ("code", "a code to confirm with")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                ("email", models.CharField(max_length=320, verbose_name="email")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
                ("attempts", models.PositiveSmallIntegerField(default=0, help_text="How often the letter failed.")),
                ("refusal", models.CharField(blank=True, max_length=300, verbose_name="why it did not go out")),
                ("tries", models.PositiveSmallIntegerField(default=0, help_text="How often a code was typed.")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used at")),
            ],
            options={
                "verbose_name": "letter of a customer's page",
                "verbose_name_plural": "letters of customers' pages",
            },
        ),
        migrations.AddField(
            model_name="pageletter",
            name="customer",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="page_letters",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddIndex(
            model_name="pageletter",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="page_letter_due"
            ),
        ),
        migrations.AddIndex(
            model_name="pageletter",
            index=models.Index(fields=["customer", "-asked_at"], name="page_letter_by_customer"),
        ),
        migrations.AddIndex(
            model_name="pageletter",
            index=models.Index(fields=["asked_at"], name="page_letter_age"),
        ),
        migrations.AddConstraint(
            model_name="pageletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", ""), _negated=True), name="page_letter_has_an_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="pageletter",
            constraint=models.CheckConstraint(condition=models.Q(("tries__lte", 5)), name="page_letter_tries"),
        ),
        migrations.AddConstraint(
            model_name="pageletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["link", "code"])), name="pageletter_kind_known"
            ),
        ),
    ]
