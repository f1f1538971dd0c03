"""Certificates of people who were no customers, and orders that take no words about whoever was erased."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


BLANK = """
    CREATE FUNCTION crm_order_blank_if_erased() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM crm_customer WHERE id = NEW.customer_id AND erased_at IS NOT NULL) THEN
            NEW.tracking_number := '';
            NEW.receipt_url := '';
            NEW.coupon_code := '';
        END IF;
        RETURN NEW;
    END
    $$;
    CREATE TRIGGER crm_order_of_erased BEFORE INSERT OR UPDATE ON crm_order
        FOR EACH ROW WHEN (NEW.tracking_number <> '' OR NEW.receipt_url <> '' OR NEW.coupon_code <> '')
        EXECUTE FUNCTION crm_order_blank_if_erased();
"""
TAKE_ALL = """
    DROP TRIGGER crm_order_of_erased ON crm_order;
    DROP FUNCTION crm_order_blank_if_erased();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0021_complaints_are_promised"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Shops, files and colleagues tell of old orders again.
        migrations.RunSQL(BLANK, TAKE_ALL),
        migrations.AddField(
            model_name="erasurecertificate",
            name="address",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificate",
                to="crm.erasedaddress",
                verbose_name="address that was no customer's",
            ),
        ),
        migrations.AddField(
            model_name="erasurecertificate",
            name="repeated_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="erased again at"),
        ),
        migrations.AlterField(
            model_name="erasurecertificate",
            name="customer",
            field=models.OneToOneField(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="erasure",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AddConstraint(
            model_name="erasurecertificate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address__isnull", False), ("customer", None)),
                    models.Q(("address", None), ("customer__isnull", False)),
                    _connector="OR",
                ),
                name="certificate_of_one_person",
            ),
        ),
    ]
