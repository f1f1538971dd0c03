"""What a shop passes on of a person's rights; which product a variant belongs to; deliveries found by their subject."""

import crm.models.privacy
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0008_held_deliveries"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PrivacyRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "what is kept about a customer"),
                            ("erasure", "erase a customer"),
                            ("shop_erasure", "erase all customers of the shop"),
                        ],
                        max_length=16,
                        verbose_name="asked for",
                    ),
                ),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="received at")),
                ("due_at", models.DateTimeField(default=crm.models.privacy.answer_by, verbose_name="to be done by")),
                ("done_at", models.DateTimeField(null=True, verbose_name="done at")),
                ("outcome", models.CharField(blank=True, max_length=500, verbose_name="what came of it")),
                (
                    "reached",
                    models.BigIntegerField(
                        default=0, help_text="The customer whom the erasure of a shop came to: it goes on from there."
                    ),
                ),
                ("erased", models.PositiveIntegerField(default=0, verbose_name="customers erased")),
            ],
            options={
                "verbose_name": "privacy request",
                "verbose_name_plural": "privacy requests",
                "ordering": [models.OrderBy(models.F("done_at"), descending=True, nulls_first=True), "due_at"],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="external_id",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Variants of one product share it.",
                max_length=200,
                verbose_name="product id in the shop",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("subject", ""), _negated=True),
                fields=["source", "subject"],
                name="delivery_by_subject",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=["external_id"],
                name="product_by_external_id",
            ),
        ),
        migrations.AddField(
            model_name="privacyrequest",
            name="customer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="privacy_requests",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddField(
            model_name="privacyrequest",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="done by",
            ),
        ),
        migrations.AddField(
            model_name="privacyrequest",
            name="source",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="privacy_requests",
                to="crm.source",
                verbose_name="source",
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.UniqueConstraint(fields=("source", "key"), name="privacy_request_once_per_source"),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at", None), ("done_at__gte", models.F("received_at")), _connector="OR"),
                name="privacy_request_done_after_received",
            ),
        ),
        migrations.AddConstraint(
            model_name="privacyrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["access", "erasure", "shop_erasure"])),
                name="privacyrequest_kind_known",
            ),
        ),
    ]
