"""Where customers live, and the companies they buy for."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0005_catalogue_feeds"),
    ]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="address",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="street, house, flat"
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="country",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Two capital letters, e.g. RU.",
                max_length=2,
                validators=[django.core.validators.RegexValidator("^[A-Z]{2}$", "Two capital letters, e.g. RU.")],
                verbose_name="country",
            ),
        ),
        migrations.AddField(
            model_name="customer",
            name="job_title",
            field=models.CharField(blank=True, db_default="", default="", max_length=150, verbose_name="job title"),
        ),
        migrations.AddField(
            model_name="customer",
            name="postal_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=20, verbose_name="postal code"),
        ),
        migrations.AddField(
            model_name="customer",
            name="region",
            field=models.CharField(blank=True, db_default="", default="", max_length=150, verbose_name="region"),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="address",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=300, verbose_name="street, house, flat"
            ),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="country",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Two capital letters, e.g. RU.",
                max_length=2,
                validators=[django.core.validators.RegexValidator("^[A-Z]{2}$", "Two capital letters, e.g. RU.")],
                verbose_name="country",
            ),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="job_title",
            field=models.CharField(blank=True, db_default="", default="", max_length=150, verbose_name="job title"),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="postal_code",
            field=models.CharField(blank=True, db_default="", default="", max_length=20, verbose_name="postal code"),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="region",
            field=models.CharField(blank=True, db_default="", default="", max_length=150, verbose_name="region"),
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, unique=True, verbose_name="name")),
                ("tax_number", models.CharField(blank=True, max_length=40, verbose_name="tax number")),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="created at"),
                ),
            ],
            options={
                "verbose_name": "company",
                "verbose_name_plural": "companies",
                "ordering": ["name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="company_name_not_empty"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="customer",
            name="company",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="people",
                to="crm.company",
                verbose_name="company",
            ),
        ),
        migrations.AddField(
            model_name="historicalcustomer",
            name="company",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="crm.company",
                verbose_name="company",
            ),
        ),
    ]
