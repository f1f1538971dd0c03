"""Which feed lists a product, and what a feed held last."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0004_order_currencies"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="feed",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="Where it was seen last; when it leaves that feed it is out of stock.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="crm.source",
                verbose_name="catalogue feed",
            ),
        ),
        migrations.AddField(
            model_name="source",
            name="report",
            field=models.JSONField(
                db_default={},
                default=dict,
                editable=False,
                help_text="What its catalogue held when it was fetched last.",
            ),
        ),
    ]
