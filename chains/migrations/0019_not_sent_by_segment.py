"""Why messages were not sent is counted by segment at entry too; old days are counted anew at the next full count."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chains", "0018_orders_to_attribute"),
        ("segments", "0002_watch_changes"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="notsentofday",
            name="not_sent_of_day_once",
        ),
        migrations.AddField(
            model_name="notsentofday",
            name="segment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="segments.segment"
            ),
        ),
        migrations.AddConstraint(
            model_name="notsentofday",
            constraint=models.UniqueConstraint(
                fields=("chain", "segment", "day", "step_key", "reason"),
                name="not_sent_of_day_once",
                nulls_distinct=False,
            ),
        ),
    ]
