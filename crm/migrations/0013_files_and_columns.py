"""What staff said about the columns of files, and the right to import."""

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0012_calls_and_held_coupons"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="customer",
            options={
                "permissions": [("import_customer", "Can import files of customers")],
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
            },
        ),
        migrations.AlterModelOptions(
            name="order",
            options={
                "permissions": [("import_order", "Can import files of orders")],
                "verbose_name": "order",
                "verbose_name_plural": "orders",
            },
        ),
        migrations.AlterModelOptions(
            name="product",
            options={
                "ordering": ["name"],
                "permissions": [("import_product", "Can import files of products")],
                "verbose_name": "product",
                "verbose_name_plural": "products",
            },
        ),
        migrations.CreateModel(
            name="ColumnMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=16, verbose_name="kind")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="fingerprint of the header")),
                (
                    "meanings",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(blank=True, max_length=100),
                        size=None,
                        verbose_name="meaning of each column",
                    ),
                ),
                (
                    "decimal_mark",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "as other values of the column tell"),
                            (".", "a point: 1,299.50"),
                            (",", "a comma: 1.299,50"),
                        ],
                        default="",
                        max_length=8,
                        verbose_name="before decimals",
                    ),
                ),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="changed at"),
                ),
            ],
            options={
                "verbose_name": "meaning of columns",
                "verbose_name_plural": "meanings of columns",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "fingerprint"), name="column_mapping_once"),
                    models.CheckConstraint(
                        condition=models.Q(("decimal_mark__in", ["", ".", ","])),
                        name="columnmapping_decimal_mark_known",
                    ),
                ],
            },
        ),
    ]
